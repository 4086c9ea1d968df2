# Everything needs only python3 (3.11 or newer, with pip) and make.  The first run sets up .venv.

PYTHON ?= python3
BIN := .venv/bin
PACKAGE := .venv/package.installed
TOOLS := .venv/tools.installed
RACE := benchmarks/.venv
VERSION := import sys; print("%d.%d" % sys.version_info[:2])
RIVALS := $(RACE)/rivals.installed

.PHONY: demo test foreign soak bench bench-quick check format names docs clean help usable

demo: $(PACKAGE)  ## Cancel two order lists on a simulated exchange, sync and async
	@$(BIN)/python examples/demo.py

test: $(TOOLS)  ## Run every test, with branch coverage
	@# More processes than cores: many tests of transports wait for a timeout.  They share the
	@# bytecode of the tests, which takes each of them seconds to make.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses 3 --cov --cov-report=term

foreign: $(TOOLS) $(RIVALS)  ## Run the clients of others against the simulator, and print what works
	RACE=$(RACE) $(BIN)/python -m pytest tests/foreign

soak: $(TOOLS)  ## Play PLANS plans of a misbehaving exchange against the clients
	$(BIN)/python tests/soak.py $(or $(PLANS),20000)

bench: $(RIVALS)  ## Measure against the other clients, and keep the results
	$(RACE)/bin/python -m benchmarks

bench-quick: $(RIVALS)  ## See that the measuring works and that every answer is right
	$(RACE)/bin/python -m benchmarks --quick

check: $(TOOLS)  ## Lint and type-check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright

format: $(TOOLS)  ## Let ruff format the code and mend what it can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

names: $(TOOLS)  ## Write docs/names.md anew
	$(BIN)/python tools/public_names.py

docs: $(TOOLS)  ## Build the site in site/, to be read from there without a server
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

clean:  ## Remove what was built and installed
	rm -rf .venv $(RACE) build dist site .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

# An environment that cannot run is said here, instead of by whatever fails first in it.
usable:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo '$(PYTHON) is no Python from 3.11 on: give one, as in make PYTHON=python3.12' >&2; exit 1; }
	@test ! -e .venv || .venv/bin/python -c '' 2>/dev/null \
	    || { echo '.venv has no Python that runs: make clean, then again' >&2; exit 1; }
	@test ! -e .venv || test "$$(.venv/bin/python -c '$(VERSION)')" = "$$($(PYTHON) -c '$(VERSION)')" \
	    || { echo ".venv is of Python $$(.venv/bin/python -c '$(VERSION)'), $(PYTHON) is" \
	        "$$($(PYTHON) -c '$(VERSION)'): make clean, then again" >&2; exit 1; }

$(PACKAGE): pyproject.toml | usable
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[all]'
	@touch $@

$(TOOLS): $(PACKAGE)
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

$(RIVALS): pyproject.toml benchmarks/requirements.txt benchmarks/requirements-apart.txt
	$(PYTHON) -m venv --clear $(RACE)
	$(RACE)/bin/python -m pip install --quiet --upgrade pip
	$(RACE)/bin/python -m pip install --quiet --editable '.[all]' --requirement benchmarks/requirements.txt
	$(RACE)/bin/python -m pip install --quiet --no-deps --target $(RACE)/apart --requirement benchmarks/requirements-apart.txt
	@touch $@
