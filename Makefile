# make demo   see the whole thing work: SQLite, a simulated QuickBooks and Web Connector
# make test   run every test, as many at once as there are processors (one after the other: make test WORKERS=)
# make coverage  the same, and which lines no test reaches
# make check  format, lint, types, layers
# make serve  serve this checkout (settings: docs/settings.md)
#
# Each sets up what it needs in .venv first. Another Python: make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= --numprocesses logical --maxprocesses 8 --dist worksteal

# Many tests start processes; where no bytecode may be kept, each of them compiles the whole service again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test coverage check format serve clean

demo: $(VENV)/.ready
	@$(BIN)/qbwc-service demo

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest $(WORKERS)

coverage: $(VENV)/.ready-dev
	$(BIN)/python -m pytest $(WORKERS) --cov --cov-report=term:skip-covered

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

serve: $(VENV)/.ready
	$(BIN)/qbwc-service db upgrade
	$(BIN)/qbwc-service serve

clean:
	rm -rf $(VENV) dist build .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "qbwc-service needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(PIP) install --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/.ready
