# The desk in production: one process, no demo data, nothing of what stands in for the outside world locally.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements-production.lock ./
RUN python -m venv /opt/desk \
 && /opt/desk/bin/pip install --no-cache-dir --require-hashes -r requirements-production.lock

# Amazon's library for the softphone: the file that desk/vendor_files.py names, or no image at all.
FROM node:22-bookworm-slim AS vendor
WORKDIR /vendor
RUN npm pack --silent amazon-connect-streams@2.28.2 \
 && tar -xzf amazon-connect-streams-2.28.2.tgz \
 && mkdir amazon-connect-streams-2.28.2 \
 && mv package/release/connect-streams-min.js package/LICENSE.txt amazon-connect-streams-2.28.2/ \
 && echo "a3a19302dfb8b54a4c19d362ee6b6ffee3129f31fcae91479ca450c8bf067d62  amazon-connect-streams-2.28.2/connect-streams-min.js" | sha256sum --check \
 && rm -r package amazon-connect-streams-2.28.2.tgz

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /home/desk desk
COPY --from=build /opt/desk /opt/desk
COPY --from=vendor /vendor /home/desk/vendor
WORKDIR /app
COPY main.py ./
COPY desk ./desk
COPY models ./models
COPY services ./services
COPY pages ./pages
RUN /opt/desk/bin/python -m compileall -q .
ENV DESK_ENV=production HOST=0.0.0.0 PORT=8080 DESK_HOME=/home/desk PATH=/opt/desk/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# The only place that the desk writes to: sheets on their way in and out. All else may be read-only.
VOLUME ["/tmp"]
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
# Migrate first, once for all containers: docker run … python main.py migrate
CMD ["python", "main.py", "serve"]
