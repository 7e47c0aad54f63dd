# Throughline's commands. `make` alone lists them. Only Python 3.11 or newer and make are needed;
# the rest is installed into .venv, here in the checkout.

# Any Python 3 may start the preparation: it looks for one that is new enough itself.
PYTHON3 ?= $(firstword $(shell command -v python3 python3.11 python3.12 python3.13 python3.14 python 2>/dev/null) python3)
VENV := .venv/bin/python
MANAGE := $(VENV) manage.py
STORIES := $(wildcard config/stories/library/*.json config/stories/library/promises/*.json)
# No address of an index or of a machine may get into the locked files.
LOCK := $(VENV) -m piptools compile --quiet --strip-extras --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# Of the kill test and the benchmarks.
ROUNDS ?= 200
SEED ?= 1
BENCH_DATABASE ?= postgres://postgres@127.0.0.1:5432/postgres

PORT ?= 8000
export PORT
# Handed on only when it was said: an empty folder name would mean "here".
ifneq ($(strip $(THROUGHLINE_DATA)),)
export THROUGHLINE_DATA
endif

.DEFAULT_GOAL := help
.PHONY: help install demo test check run replay docs lock screenshots migrations faults bench sbom audit base dev

help: ## List these commands
	@echo "Throughline. Two settings: PORT=8000, THROUGHLINE_DATA=data (where the database is kept)."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: base ## Make an invented partnership with children's cases and open the site on PORT
	@$(MANAGE) demo

test: dev ## Run the tests on SQLite; suites needing PostgreSQL, Redis or Chromium say why they skip
	@env -u DATABASE_URL -u REDIS_URL -u THROUGHLINE_ENV -u THROUGHLINE_DATA $(VENV) -m pytest -n auto

check: dev ## Everything CI checks, stopping at the first failure
	@$(VENV) scripts/check.py

run: base ## Bring the database up to date and serve the site on PORT, as in production
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) serve --port $(PORT)

replay: base ## Play every story in the library and compare what happened with what it says
	@$(MANAGE) replay $(STORIES)

install: dev ## Prepare .venv with everything and stop there

docs: dev ## Build the documentation into docs/_build
	@$(VENV) -m sphinx -W --keep-going -q -b html docs docs/_build
	@echo "Open docs/_build/index.html"

screenshots: dev ## Take the README's pictures anew (needs Chromium)
	@$(VENV) scripts/screenshots.py

migrations: dev ## Write the migrations that the models ask for
	@$(MANAGE) makemigrations

faults: dev ## Kill servers and databases of its own while a year goes by, and count what is left (ROUNDS, SEED)
	@$(VENV) -m tests.faults --rounds $(ROUNDS) --seed $(SEED)

bench: dev ## Measure what has a goal, as ratios in one run, on SQLite and on PostgreSQL
	@$(VENV) -m benchmarks
	@$(VENV) -m benchmarks --database $(BENCH_DATABASE)

lock: dev ## Work out requirements/*.txt anew from requirements/*.in
	@$(LOCK) requirements/base.in -o requirements/base.txt
	@$(LOCK) --allow-unsafe requirements/dev.in -o requirements/dev.txt

sbom: dev ## Write what the product is made of to sbom.cdx.json (CycloneDX)
	@$(VENV) scripts/sbom.py

audit: dev ## Look for known weaknesses, licences that do not fit and packages left behind
	@$(VENV) scripts/audit.py

base:
	@$(PYTHON3) scripts/bootstrap.py base

dev:
	@$(PYTHON3) scripts/bootstrap.py dev
