# make run    the app on http://localhost:8501      make test    everything that CI checks
# make lint   ruff and mypy                         make format  ruff's formatter
# make demos  train the demo candidates again       make bench   batch classification against transformers' pipeline
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := run
.PHONY: run test lint format demos bench install install-dev clean

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
DATA ?= data
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --no-compile
# What pip does one file after the other, on all cores; a file of some package that is no Python of this version is let be.
COMPILE := $(PY) -m compileall -q -j 0 $(VENV)/lib > /dev/null 2>&1 || true

run: install
	$(PY) -m server --port $(PORT)

test: install-dev lint
	HEADLIGHT_CHROMIUM="$$(.ci/browser $(PY))" $(PY) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: install-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --num-workers 2

format: install-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: install
	$(PY) -m benchmarks.classify

# DATA holds banking77/ (train.csv, test.csv) and clinc150/ (data_full.json, domains.json).
demos: install-dev
	$(PY) -m tools.demos --data $(DATA) --output assets/models

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# The first Python 3.11 to 3.13 on the path that runs and can make an environment.
$(VENV)/.created:
	@python="$$(.ci/python)"; echo "Creating $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt | $(VENV)/.created
	@echo "Installing what the app needs (the first time takes some minutes)"
	$(PIP) -r requirements.txt
	@$(COMPILE)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-quantised.txt requirements-export.txt $(VENV)/.installed
	@echo "Installing what the tests need"
	$(PIP) -r requirements-dev.txt
	@$(COMPILE)
	@touch $@
