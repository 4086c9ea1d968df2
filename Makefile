# Everything needs only python3 (3.11 or newer, with pip) and make.  The first run sets up .venv.

PYTHON ?= python3
BIN := .venv/bin
PACKAGE := .venv/package.installed
TOOLS := .venv/tools.installed

.PHONY: demo test soak check format clean

demo: $(PACKAGE)  ## Cancel two order lists on a simulated exchange, sync and async
	@$(BIN)/python examples/demo.py

test: $(TOOLS)  ## Run every test, with branch coverage
	$(BIN)/python -m pytest --numprocesses auto --cov --cov-report=term

soak: $(TOOLS)  ## Play PLANS plans of a misbehaving exchange against the clients
	$(BIN)/python tests/soak.py $(or $(PLANS),20000)

check: $(TOOLS)  ## Lint and type-check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright

format: $(TOOLS)  ## Let ruff format the code and mend what it can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

clean:  ## Remove what was built and installed
	rm -rf .venv build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(PACKAGE): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

$(TOOLS): $(PACKAGE)
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@
