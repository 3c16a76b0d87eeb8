# `make` lists the targets. The two that matter: `make demo` and `make test`; both set up what they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
.DEFAULT_GOAL := help

.PHONY: help demo test lint types check docs catalog catalog-check bench trials web web-check clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(STAMP): pyproject.toml scripts/make-venv
	sh scripts/make-venv "$(PYTHON)" "$(VENV)"
	touch $(STAMP)

demo: $(STAMP) ## assess the web shop in examples/ and say where things are
	@sh scripts/demo "$(BIN)"

test: $(STAMP) lint types docs-check catalog-check web-check ## everything that CI runs: lint, types, generated files, catalogue, tests
	$(BIN)/demarcate catalog check
	$(BIN)/python -m pytest

lint: $(STAMP) ## ruff, as linter and as formatter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## mypy --strict
	$(BIN)/mypy

docs: $(STAMP) ## regenerate what the docs take from the code and the catalogue
	$(BIN)/python scripts/build_reference.py

docs-check: $(STAMP) ## fail if the generated docs differ from the code
	$(BIN)/python scripts/build_reference.py --check

catalog: $(STAMP) ## regenerate the property index from the pinned schemas
	$(BIN)/python scripts/build_properties.py

catalog-check: $(STAMP) ## fail if the committed property index differs from what the pinned schemas give
	$(BIN)/python scripts/build_properties.py --check

web: $(STAMP) ## build the program of the HTML report from web/src (needs npm)
	$(BIN)/python scripts/build_web.py

web-check: $(STAMP) ## fail if the committed program of the HTML report is not what web/src builds
	$(BIN)/python scripts/build_web.py --check

bench: $(STAMP) ## speed and memory, side by side with other tools (installs those into a venv of their own)
	$(BIN)/python -m bench

trials: $(STAMP) ## assess the templates that packages on the registry ship; writes docs/trials.md
	$(BIN)/python scripts/trials.py

clean: ## remove the venv and caches
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
