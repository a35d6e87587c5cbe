# Everything a person types here. `make` alone lists it.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
SERVICES := $(notdir $(wildcard services/*))
PACKAGES := $(wildcard shared/* services/*)
ALL_TESTS := -n 5 --dist worksteal --durations 5
PARSER := tests/contract/asyncapi
MIGRATIONS := $(wildcard shared/*/src/*/migrations/*.sql services/*/src/*/migrations/*.sql)

# uv reads neither pip's variables nor its files, and trusts its own list of authorities:
# hand over what this machine's pip was told, so that one configuration serves both.
told = $${$(1):-$$($(BIN)/python -m pip config get global.$(2) 2>/dev/null)}
UV = UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 VIRTUAL_ENV=.venv \
  UV_DEFAULT_INDEX="$(call told,PIP_INDEX_URL,index-url)" UV_INDEX="$(call told,PIP_EXTRA_INDEX_URL,extra-index-url)" \
  UV_FIND_LINKS="$(call told,PIP_FIND_LINKS,find-links)" UV_PYTHON_DOWNLOADS=never $(BIN)/uv --no-progress
EXPORT = $(UV) export -q --frozen --no-emit-workspace --no-header --format requirements-txt

# Ten processes of a stack begin with the same modules: compiled once, not by each of them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-kafka drill check lint types arrows generated asyncapi migrations alarms bench format generate lock test-compose

help: ## list what can be typed
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: .venv/.ready ## make .venv from the locks (the others do it by themselves)

demo: setup ## eight families from application to outcome, live
	$(BIN)/qonys demo

up: setup ## start everything and keep it running
	$(BIN)/qonys up

test: setup ## all tests on the embedded Postgres and broker
	$(BIN)/pytest $(ALL_TESTS)

test-kafka: setup ## the same tests on Apache Kafka (needs Java 17 and, once, Maven)
	QONYS_TEST_BROKER=apache $(BIN)/pytest $(ALL_TESTS)

test-compose: setup ## docker compose tried out, from secrets to a broker's stop (needs a Docker engine)
	PYTHONPATH=tests $(BIN)/python -m compose

drill: setup ## accidents on purpose on Apache Kafka, each audited (half an hour; FAMILIES=200: shorter)
	$(BIN)/qonys drill --families $(or $(FAMILIES),2000) --page docs/drills.md

check: setup ## style, types, arrows, generated files, AsyncAPI, migrations, alarms
	@$(MAKE) --no-print-directory --output-sync=target -kj4 lint types arrows generated asyncapi migrations alarms

bench: setup ## the kernel's speed on Apache Kafka, with its bounds (python -m bench steady: 15 minutes of too much load)
	PYTHONPATH=tests $(BIN)/python -m bench

format: setup ## put the code into its form
	$(BIN)/ruff check -q --fix-only
	$(BIN)/ruff format

generate: setup ## write docs/events.md, docs/settings.md, AsyncAPI, schemas and golden events from the code
	$(BIN)/python -m contracts.generate
	PYTHONPATH=tests $(BIN)/python -m contract.examples
	PYTHONPATH=tests $(BIN)/python -m architecture.settings_page

# uv.lock holds addresses and stays here; what is committed holds versions and hashes only.
lock: setup ## choose versions within the pyproject files' bounds (UPGRADE=1: the newest)
	@$(UV) lock $(if $(UPGRADE),--upgrade)
	@$(EXPORT) --only-group uv -o locks/uv.txt
	@$(EXPORT) -o locks/dev.txt
	@$(EXPORT) --no-dev --package qonys-sandbox -o locks/sandbox.txt
	@$(foreach service,$(SERVICES),$(EXPORT) --no-dev --package $(service) -o locks/$(service).txt &&) true
	@if command -v npm >/dev/null; then cd $(PARSER) && npm $(if $(UPGRADE),update,install) --silent --package-lock-only && \
	  node bare-lock.js; else echo "npm is missing: $(PARSER)/package-lock.json is left as it is"; fi

lint:
	@$(BIN)/ruff format --check -q
	@$(BIN)/ruff check -q

types:
	@$(BIN)/mypy

arrows:
	@$(BIN)/lint-imports --no-logo

generated:
	@$(BIN)/python -m contracts.generate --check
	@PYTHONPATH=tests $(BIN)/python -m architecture.settings_page --check

asyncapi:
	@if ! command -v npm >/dev/null; then \
	  echo "npm is missing, so docs/asyncapi.yaml is not shown to the official parser: apt install npm"; test -z "$$CI"; \
	else $(MAKE) --no-print-directory -s $(PARSER)/node_modules/.package-lock.json && node $(PARSER)/judge.js docs/asyncapi.yaml; fi

migrations:
	@PYTHONPATH=tests $(BIN)/python -m architecture.migrations
	@$(BIN)/squawk $(MIGRATIONS)

alarms:
	@if command -v promtool >/dev/null; then promtool test rules deploy/prometheus/rules_test.yml >/dev/null; \
	else echo "promtool is missing: apt install prometheus"; test -z "$$CI"; fi

$(PARSER)/node_modules/.package-lock.json: $(PARSER)/package-lock.json
	@echo "fetching the official parser of AsyncAPI (once)"
	@cd $(PARSER) && npm ci --loglevel=error >/dev/null

.venv/.ready: locks/uv.txt locks/dev.txt pyproject.toml $(PACKAGES:=/pyproject.toml)
	@test -n "$(PYTHON)" || { echo "Qonys needs Python 3.11 or newer with venv (Debian: apt install python3-venv)"; exit 1; }
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r locks/uv.txt
	@$(UV) pip sync -q --compile-bytecode --require-hashes locks/dev.txt
	@$(UV) pip install -q --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@
