# Needs Python 3.11 or later and make; everything else is provisioned by `make setup`, pinned.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Looked for before .venv comes to the front of PATH: it is the machine's Python that makes .venv.
ifndef PYTHON
PYTHON := $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $(p))))
endif
# Of the tests in Python; more than the two cores that are expected, as many tests wait for blocks.
WORKERS ?= 4

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.toolchain/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export SOLCX_BINARY_PATH := $(CURDIR)/.toolchain/solcx
export APE_DATA_FOLDER := $(CURDIR)/.toolchain/ape

PY := .venv/bin/python
PYTEST := $(PY) -m pytest -q --dist loadgroup --no-loadscope-reorder
TYPED := backend scripts bench tests

.PHONY: help setup chromium run test lint fmt compile check-artifacts pytest pytest-python pytest-contracts browser coverage deep bench bench-gas lock clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: ## Provision every pinned tool (quick when nothing changed)
	@test -n "$(PYTHON)" || { echo "setup: Python 3.11 or later is needed" >&2; exit 1; }
	@$(PYTHON) -m scripts.toolchain

chromium: setup
	@$(PY) -m scripts.toolchain.browser

run: setup ## Serve everything with a demonstration election; Ctrl-C ends it
	@HANPYO_LOG__LEVEL=$${HANPYO_LOG__LEVEL:-warning} .venv/bin/hanpyo serve --demo

test: setup ## Everything that must hold before a change is kept
	@$(MAKE) --no-print-directory -j2 lint check-artifacts
	@$(MAKE) --no-print-directory pytest

lint: setup ## Style, types, formats and translations
	ruff check .
	ruff format --check .
	mypy $(wildcard $(TYPED))
	node_modules/.bin/solhint --disc --max-warnings 0 'contracts/**/*.sol'
	forge fmt --check
	tsc -p web
	biome check --error-on-warnings web
	$(PY) -m scripts.translations --check

fmt: setup ## Format Python, Solidity and TypeScript
	ruff check --fix-only .
	ruff format .
	forge fmt
	biome check --write web

compile: setup ## Compile the contracts into the artifacts kept in git
	$(PY) -m scripts.build_artifacts

check-artifacts: setup
	$(PY) -m scripts.build_artifacts --check

pytest: setup ## Every test; ARGS narrows those of Python and the pages
	@$(MAKE) --no-print-directory -j2 pytest-python pytest-contracts

pytest-python: chromium
	$(PYTEST) -n $(WORKERS) -p no:ape_test --ignore tests/contracts --ignore tests/long $(ARGS)

pytest-contracts: setup
	$(PYTEST) -n 1 tests/contracts

browser: chromium ## The pages in Chromium
	$(PYTEST) -n 2 -p no:ape_test tests/browser $(ARGS)

coverage: chromium ## Lines and branches of what decides elections; statements of the contracts
	$(PY) -m scripts.deep package_coverage contract_coverage

deep: chromium ## Slither, symbolic checks and long property runs (under 60 minutes)
	$(PY) -m scripts.deep

bench: chromium ## All benchmarks, each beside its peer; results in bench/results
	$(PY) -m bench

bench-gas: setup ## Gas per ballot beside OpenZeppelin Governor
	$(PY) -m bench gas

lock: setup ## Resolve the Python pins again
	$(PY) -m scripts.lock

clean: ## Remove what was provisioned or built
	rm -rf .venv .toolchain node_modules contracts/.cache .build build dist out cache
	rm -rf backend/hanpyo/web/static backend/hanpyo/web/translations/*/LC_MESSAGES
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
