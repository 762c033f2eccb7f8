# The desk in production: one process, no demo data, nothing of what stands in for the outside world locally.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements-production.lock ./
RUN python -m venv /opt/desk \
 && /opt/desk/bin/pip install --no-cache-dir --require-hashes -r requirements-production.lock

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /home/desk desk
COPY --from=build /opt/desk /opt/desk
WORKDIR /app
COPY main.py ./
COPY desk ./desk
COPY models ./models
COPY services ./services
COPY pages ./pages
ENV DESK_ENV=production HOST=0.0.0.0 PORT=8080 PATH=/opt/desk/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
# Migrate first, once for all containers: docker run … python main.py migrate
CMD ["python", "main.py", "serve"]
