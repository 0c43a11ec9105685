# Everything one does here, by name. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
PEERS := var/bench/venv/bin/python

export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help install run chat check test soak lint audit sbom locales map transcripts bench bench-large profile develop needs peers

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

install: .venv/installed ## make .venv with what the bot runs on, nothing else
	@:

run: install ## serve the demo branch on this machine
	@$(BIN)/sapa serve --demo

chat: install ## talk with the bot in this shell
	@$(BIN)/sapa chat

check: develop lint ## quick look before a commit: lint and the fast tests
	@$(PYTEST) -q -m "not browser and not slow and not soak"

test: develop needs lint ## everything, with a browser and PostgreSQL; what CI runs
	@$(PYTEST) -n 2 --dist worksteal -rs

soak: export SAPA_SOAK := 1
soak: export SAPA_TEST_UPDATES := 100000
soak: develop needs ## the whole crash suite: hundreds of kills, 100,000 strange updates, a backlog, a campaign of a million (SAPA_TEST_RECIPIENTS=100000 for less), every look of every page; prints its figures
	@rm -f var/soak.jsonl
	@$(PYTEST) -q -n 2 -m "" -rs --ignore tests/crash/test_backlog.py --ignore tests/crash/test_campaigns_soak.py tests/crash
	@$(PYTEST) -q -n 2 -m soak -rs --ignore tests/crash tests
	@$(PYTEST) -q -m soak -rs tests/crash/test_backlog.py tests/crash/test_campaigns_soak.py
	@$(BIN)/python -m tests.crash.report

lint: develop ## format, lint, types, layers, words and facts
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sapa locales check
	@$(BIN)/sapa facts check

audit: develop ## look up what is locked among the known vulnerabilities; says so when their list cannot be reached
	@tools/audit.sh

sbom: develop ## write the bill of materials of what is shipped to var/sbom.json (CycloneDX)
	@mkdir -p var
	@$(BIN)/uv export --quiet --frozen --offline --no-dev --format cyclonedx1.5 --preview-features sbom-export --output-file var/sbom.json
	@echo "Written: var/sbom.json"

locales: develop ## bring the catalogs up to date with the sentences in the code
	@$(BIN)/sapa locales update

map: install ## draw the map of the dialogues, as Mermaid
	@$(BIN)/sapa map

transcripts: develop ## rewrite the golden conversations with what the bot says now
	@$(PYTEST) -q --update tests/test_transcripts.py

bench: peers ## measure us beside peers and a floor, write docs/benchmarks.md (half an hour; BENCH="turns pace" for some parts)
	@$(PEERS) -m benchmarks $(BENCH)

bench-large: peers ## the same among a million people and ten million messages (half an hour, 20 GB of disk)
	@$(PEERS) -m benchmarks large

profile: peers ## show where the CPU of a turn goes (PROFILE="--channel whatsapp --what sending" for another)
	@$(PEERS) -m benchmarks.profile $(PROFILE)

peers: develop
	@benchmarks/install.sh $(PYTHON)

# The rest is how .venv is made. A stamp in it is newer than what it was made from, so that the second time costs nothing and asks no network.

develop: .venv/developed

needs: develop
	@tools/test-needs.sh

# What is not compiled now is compiled at every start where Python may not write beside its sources: a start then takes twice as long.
COMPILE := $(BIN)/python -m compileall -q bot console dialogue facts handlers locales storage understanding

.venv/bootstrapped: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which one: make PYTHON=python3.12 ...")'
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@touch $@

.venv/installed: .venv/bootstrapped pyproject.toml uv.lock
	@echo "Installing what the bot runs on"
	@$(BIN)/uv sync --quiet --frozen --no-dev --inexact --compile-bytecode
	@$(COMPILE)
	@touch $@

.venv/developed: .venv/bootstrapped pyproject.toml uv.lock
	@echo "Installing what the tests need"
	@$(BIN)/uv sync --quiet --frozen --compile-bytecode
	@$(COMPILE)
	@touch .venv/installed $@
