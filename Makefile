# The desk's commands. `make help` lists them.
VENV ?= .venv
PYTHON ?= python3
PY := $(VENV)/bin/python
SBOM ?= .sbom/desk.cdx.json
# Each module is compiled once, not by every process that is started, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help run replay verify-audit revision test test-fast check advisories vendor shots bench load-data soak locust sbom admin lock format clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo 'The desk needs Python 3.11, 3.12 or 3.13: set PYTHON=python3.12, for example.'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

run: $(VENV)/.ready  ## start the desk with all it needs (PORT=8080, DESK_HOME=.desk)
	@exec $(PY) main.py serve

admin: $(VENV)/.ready  ## make the first administrator
	@$(PY) main.py admin

verify-audit: $(VENV)/.ready  ## say whether the audit log is whole (HEAD=as it was printed the last time)
	@$(PY) main.py verify-audit --head "$(HEAD)"

replay: $(VENV)/.ready  ## make a day's assignments again and say which come out otherwise (DAY=2026-11-29)
	@$(PY) main.py replay --day "$(DAY)"

revision: $(VENV)/.ready  ## write a migration out of the models' changes (MESSAGE='what changes')
	@$(PY) main.py revision --message "$(MESSAGE)"

test: $(VENV)/.ready browser vendor  ## the whole suite, browser tests included
	$(PY) -m pytest -n 2 --maxfail 30 || $(PY) -m tests.support.once_more

test-fast: $(VENV)/.ready  ## the part without browsers and processes (under a minute)
	$(PY) -m pytest -n 2 --ignore tests/browser -m 'not slow'

.PHONY: browser
browser: $(VENV)/.ready
	@$(PY) tests/support/browser/chromium.py --install

check: $(VENV)/.ready  ## lint, types, contracts, catalogues, migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy desk models services pages main.py
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/test_architecture.py tests/pages/test_locale.py tests/models/test_migrations.py

advisories: $(VENV)/.ready  ## ask for known weaknesses of what is locked; says so when nobody can be asked
	@$(PY) -m tests.support.advisories

format: $(VENV)/.ready  ## format the code
	$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .

sbom: $(VENV)/.ready  ## write the list of parts of the image (SBOM=.sbom/desk.cdx.json)
	@$(PY) deploy/sbom.py $(SBOM) && echo $(SBOM)

vendor: $(VENV)/.ready  ## get Amazon's browser libraries, once (the softphone and its tests need them)
	@$(PY) -m desk.sandbox.vendor

SPEED ?= 10
.PHONY: demo
demo: $(VENV)/.ready  ## play a believable day at the running demo desk (SPEED=10 times as fast)
	@exec $(PY) -m services.demo.day --speed $(SPEED) --address http://127.0.0.1:$(or $(PORT),8080)

.PHONY: sandbox
sandbox: $(VENV)/.ready  ## Connect in a box: a contact centre that speaks AWS (SANDBOX_AWS_PORT=4580)
	@$(PY) -m desk.sandbox.vendor || true
	@exec $(PY) -m desk.sandbox.connect

shots: $(VENV)/.ready browser  ## draw every screen into .shots/ (SCREENS="history audit" for some)
	$(PY) tests/browser/shots.py $(SCREENS)
	$(if $(SCREENS),,$(PY) -m tests.desk.sandbox.connect.shots)

bench: $(VENV)/.ready browser  ## measure the budgets beside a baseline (parts by name: README, Measured)
	$(PY) -m tests.load.bench

CUSTOMERS ?= 1000000
MESSAGES ?= 1000000
load-data: $(VENV)/.ready  ## fill the desk with believable data (CUSTOMERS=1000000 MESSAGES=1000000)
	$(PY) -m tests.load.load_data --customers $(CUSTOMERS) --messages $(MESSAGES)

HOST ?= http://127.0.0.1:8080
USERS ?= 20
SECONDS ?= 60
locust: $(VENV)/.ready  ## the guide's load test over the public API of a running local desk (HOST= USERS=20 SECONDS=60)
	$(VENV)/bin/locust -f tests/load/locustfile.py --host $(HOST) --headless --users $(USERS) --spawn-rate 5 \
	  --run-time $(SECONDS)s --stop-timeout 10 --only-summary

# Tests that make their cases up: the suite tries few of them (tests/support/soaking.py).
MADE_UP := tests/attack/test_events.py tests/desk/sandbox/connect/test_world_histories.py \
  tests/services/chats/test_state_equals_events.py tests/services/customers/test_histories.py
soak: $(VENV)/.ready browser  ## 1,000 random schedules of disconnects, repeats and kills, 1,000 of shared chats; a roll-out and failures behind HAProxy; 100 histories at the call bar; many made-up events and histories
	$(PY) -m tests.load.soak
	$(PY) -m tests.load.soak_rollout
	$(PY) -m tests.load.soak_failures
	SOAK_CALL_HISTORIES=$${SOAK_CALL_HISTORIES:-100} $(PY) -m pytest -q tests/browser/calls/test_random_histories.py
	DESK_SOAK=1 $(PY) -m pytest -q --timeout 0 -o faulthandler_timeout=0 $(MADE_UP)

.PHONY: scaling
scaling: $(VENV)/.ready  ## 1, 2 and 4 processes behind HAProxy: what limits (docs/scaling.md)
	$(PY) -m tests.load.scaling

lock: $(VENV)/.ready  ## resolve the dependencies anew
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --upgrade --extra local --extra dev --extra seeing pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header -c requirements.lock --extra seeing pyproject.toml -o requirements-production.lock

clean:  ## remove what was made here, data included
	rm -rf $(VENV) .desk .cache .sbom .shots .pytest_cache .mypy_cache .ruff_cache
