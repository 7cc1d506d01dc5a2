# Set-up, checks and the demo, from a bare checkout: Python >= 3.11, git and make are all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MESSAGES ?= 100000
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: help setup test lint types contract unit audit bench docs lock clean

help:            ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## +/\t/' | expand -t 12

setup: $(READY)  ## Make .venv with the pinned dependencies and the fairhear command

# The lock is installed with its hashes; our own package is then linked without looking anything up.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fairhear needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

test: lint types contract unit  ## Lint, type-check, import contract, tests

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

contract: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/python -m pytest

audit: $(READY)  ## Audit the bundled contact centre and write its pages to site/
	mkdir -p site
	$(BIN)/fairhear audit fixtures/contact_centre --out site --store sqlite:///site/fairhear.db \
	  --time-zone Europe/Copenhagen

bench: $(READY)  ## Speed and memory of signals, import and audit, beside plain spaCy tokenisation
	$(BIN)/python -m tests.bench_signals
	$(BIN)/python -m tests.bench --messages $(MESSAGES)

docs: $(READY)   ## Write pipeline/checks/README.md from the checks
	$(BIN)/python -m pipeline.checks.document > pipeline/checks/README.md

lock: $(READY)   ## Resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
