# CarePlus. `make run` starts the demo hospital, `make test` checks everything, `make help` lists the rest.
# Needs Python 3.11 or newer, git and make; everything else is installed into .venv and web/node_modules.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# the first Python on PATH that is new enough, the best tried one first; `make PYTHON=/path/to/python3 ...` chooses another
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# a lock names everything, so nothing is left to resolve: older pips would look for newer versions behind an extra
PIP_LOCKED := $(PIP) --no-deps --require-hashes -r
MEMBERS := $(addprefix libs/,contracts client clinic tables runtime demo cli) $(addprefix services/,auth appointments doctors labs gateway)
INSTALL_MEMBERS = $(PIP) --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
LOCK := $(BIN)/uv pip compile --quiet --universal -p 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
# three workers on two cores, each with hospitals of its own: a worker waits a third of its time for starts and timers.
# A test that depends on time can fail on a busy machine; it runs once more, alone, and fails if it fails twice.
PYTEST := -m pytest --quiet --numprocesses 3 --dist loadfile --no-loadscope-reorder
# the inner loop: tests that start no process, those of changed packages first
CHECK := -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder --changed-first -m 'not attack and not faults and not process'
AGAIN := -m pytest --quiet --last-failed --last-failed-no-failures=none
ON_POSTGRESQL := CAREPLUS_TEST_DATABASE=postgresql
WHAT := tests/journeys tests/audit tests/auth tests/attacks
# what `make test` runs on both databases: the tests that find faults of transactions, locks and types
ON_BOTH := $(addprefix tests/,journeys/test_storms.py journeys/test_visit_journey.py journeys/test_reception.py audit/test_audit_events.py \
	audit/test_audited_reads.py attacks/test_idempotency.py attacks/test_versions.py)
# of `make attack`: they measure seconds of a whole hospital, so they run alone
TIMED := $(addprefix tests/,attacks/test_guessing.py attacks/test_overload_and_restarts.py attacks/test_forged_tokens.py \
	attacks/test_terminated_sign_in.py audit/test_audit_chain.py concurrency/test_exclusion_storm.py replicas/test_replicas.py)
# of `make faults`: they belong to other subjects too
FAULTS := tests/faults $(addprefix tests/,gateway/test_full_disk.py gateway/test_almost_full_disk.py audit/test_killed_writer.py \
	auth/test_killed_reminders.py concurrency/test_failover.py journeys/test_restore_drill.py replicas/test_replicas.py)
CHECKED := libs services tests bench web/build.py

DOCKER := docker compose

# processes start again and again: what they run is compiled once, also where somebody is told not to
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run up down logs check test test-postgresql test-clocks attack faults browser-test screenshots lighthouse lint format types openapi packages migration web web-test bench bench-check lock sbom pin-images clean help

run: .venv/run-installed .env web ## start the demo hospital at http://localhost:5000
	@$(BIN)/careplus run --demo

up: ## the hospital in containers at http://localhost:4200; see docs/deploy.md
	@grep -qs ^CAREPLUS_FORWARDED_KEY= .env || (umask 077; echo "CAREPLUS_FORWARDED_KEY=$$(openssl rand -hex 32)" >> .env)
	@$(DOCKER) up --build --detach --wait
	@$(DOCKER) logs --no-log-prefix migrate

down: ## stop the containers; the data stay in their volume
	@$(DOCKER) down

logs: ## follow the containers' logs, until Ctrl-C
	@$(DOCKER) logs --follow --tail 100

check: .venv/dev-installed web ## the inner loop: style, types, imports, and the tests that start no hospital; changed packages first
	@$(MAKE) lint
	$(BIN)/python $(CHECK)

test: .venv/dev-installed web ## every check and test, except the slow ones of `make attack`
	@$(MAKE) -j2 lint web-test
	@$(BIN)/coverage erase
	$(BIN)/coverage run $(PYTEST) --ignore=tests/browser || $(BIN)/coverage run $(AGAIN) --ignore=tests/browser
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	@$(MAKE) test-postgresql WHAT="$(ON_BOTH)"
	@$(MAKE) browser-test

test-postgresql: .venv/dev-installed ## tests on PostgreSQL instead of SQLite; WHAT="tests/attacks" chooses
	$(ON_POSTGRESQL) $(BIN)/python $(PYTEST) $(WHAT) || $(ON_POSTGRESQL) $(BIN)/python $(AGAIN) $(WHAT)

browser-test: .venv/dev-installed web ## tests of the portals in Chromium; `make test` runs them last
	$(BIN)/python $(PYTEST) tests/browser || $(BIN)/python $(AGAIN) tests/browser

screenshots: .venv/dev-installed web ## take the screenshots in docs/screens
	$(BIN)/python -m tests.browser.screenshots

lighthouse: .venv/dev-installed web ## Lighthouse on every page, RUNS=3 each; PAGES="/doctors /sign-in" chooses some
	$(BIN)/python -m tests.browser.lighthouse $(PAGES)

lint: .venv/dev-installed web ## style, types and import rules
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.architecture.plain_words

format: .venv/dev-installed ## format the code
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

types: .venv/run-installed ## write the TypeScript types of the API anew, from the contracts
	@$(BIN)/python web/build.py gen

migration: .venv/dev-installed ## write the migration from the newest revision to the tables' models: NAME=add_something
	@$(BIN)/python -m tests.architecture.new_migration "$(NAME)"

openapi: .venv/run-installed ## write openapi.json from the contracts; a test fails if it differs
	@$(BIN)/careplus openapi --output openapi.json

packages: .venv/run-installed web ## build the clients for other programs into dist: a Python wheel and an npm package
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist ./libs/client
	@$(BIN)/python web/build.py client
	@ls dist/careplus[-_]client-*

web: .venv/run-installed ## build the portals, if their sources have changed
	@$(BIN)/python web/build.py

web-test: .venv/run-installed ## types, style and tests of the portals
	$(BIN)/python web/build.py check test

test-clocks: .venv/dev-installed web ## time-bound tests at seven moments, such as the clock changes; AT="sunday tests/labs" chooses
	$(BIN)/python -m tests.moved_clock $(AT)

attack: .venv/dev-installed web ## the tests that take minutes; `make test` runs the others
	$(BIN)/python $(PYTEST) --durations=20 -m attack tests $(addprefix --ignore=,$(TIMED)) || $(BIN)/python $(AGAIN) -m attack tests
	$(BIN)/python -m pytest --quiet --durations=20 -m attack $(TIMED)
	$(BIN)/python $(PYTEST) -m attack tests/browser || $(BIN)/python $(AGAIN) -m attack tests/browser

faults: .venv/dev-installed web ## kills, full disks, first boots, power cuts, half an hour of load; FAULTS="tests/faults" chooses
	$(BIN)/python -m pytest --quiet --durations=20 -m "" $(FAULTS)

bench: .venv/dev-installed ## measure what is promised about speed, and write the cost of the pages' reads to bench/results
	$(BIN)/python -m bench.reads
	$(BIN)/python -m bench

bench-check: .venv/dev-installed ## fail if a page's read costs a quarter more than committed, as a multiple of FastAPI's hello
	$(BIN)/python -m bench.reads --check

lock: .venv/made ## choose versions anew: requirements.lock and requirements-dev.lock
	$(PIP) 'uv>=0.9'
	$(LOCK) $(UPGRADE) requirements-dev.in -o requirements-dev.lock
	$(LOCK) requirements.in -c requirements-dev.lock -o requirements.lock
	@! grep -n '://' requirements.lock requirements-dev.lock || { echo "a lock holds an address" >&2; exit 1; }

sbom: .venv/dev-installed ## a bill of materials (CycloneDX) of the Python packages that run: dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements.lock -i urn:packages --output-reproducible --validate -o dist/sbom.json

pin-images: ## write the base images with the digests that their registry has now into .env; again: newer ones
	@pinned=$$(sed -n 's/^ARG \([A-Z]*_IMAGE\)=/\1 /p' services/Dockerfile web/Dockerfile | while read -r name image; do \
		digest=$$(docker buildx imagetools inspect "$$image" --format '{{.Manifest.Digest}}') || exit 1; \
		echo "$$name=$$image@$$digest"; done) \
	&& (umask 077; { grep -v '^[A-Z]*_IMAGE=' .env 2>/dev/null; echo "$$pinned"; } > .env.new && mv .env.new .env) && echo "$$pinned"

clean: ## remove what was made from sources; your data and .env stay
	rm -rf .venv web/node_modules web/dist web/types dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find libs services tests bench web -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/made:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "CarePlus needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv .venv
	@touch $@

.venv/run-installed: .venv/made requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@echo "Installing what runs"
	@$(PIP_LOCKED) requirements.lock
	@$(INSTALL_MEMBERS)
	@touch $@

.venv/dev-installed: .venv/made requirements-dev.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@echo "Installing what runs and what tests"
	@$(PIP_LOCKED) requirements-dev.lock
	@$(INSTALL_MEMBERS)
	@touch .venv/run-installed $@

.env: | .venv/made
	@umask 077 && $(BIN)/python -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(48))' > $@
	@echo "Wrote .env with a fresh SECRET_KEY; .env.example says what else can be set"
