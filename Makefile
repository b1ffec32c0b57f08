# Everything a clone needs: `make demo` shows it, `make test` proves it; each sets itself up first.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON_FOLDERS := $(wildcard src tests tools bench)

.PHONY: help demo demo-check test check check-format check-lint check-types check-imports check-measure \
	check-portal battery reference bench system venv portal format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: venv portal ## a sample city sent down the road and served at http://127.0.0.1:8000
	$(BIN)/diban demo

demo-check: venv portal ## the same on a free port, every service asked once, then stopped
	$(BIN)/diban demo --check

test: system venv portal check ## everything: checks, unit, contract on both engines, journey, browser
	bash tools/setup/portal.sh test
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --ignore=tests/reliability --durations=10
	$(BIN)/pytest tests/reliability --numprocesses=2 --dist=loadfile --durations=10 # by itself: it times what must end, and kills

check: venv check-format check-lint check-types check-imports check-measure check-portal ## format, lint, types, arrows between rooms, measures of the house

check-format:
	$(BIN)/ruff format --check $(PYTHON_FOLDERS)

check-lint:
	$(BIN)/ruff check $(PYTHON_FOLDERS)

check-types:
	$(BIN)/mypy $(PYTHON_FOLDERS)

check-imports:
	$(BIN)/lint-imports --no-logo

check-measure:
	$(BIN)/python -m tools.measure

check-portal:
	bash tools/setup/portal.sh check

battery: system venv ## the long tests of reliability: hours
	$(BIN)/pytest -m battery --timeout=14400 --durations=10

reference: venv ## the reference pages and the portal's types, written from the source
	$(BIN)/python -m tools.reference
	bash tools/setup/portal.sh types

bench: system venv ## the benchmarks
	$(BIN)/python -m bench
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.tiles
	$(BIN)/python -m bench.services
	$(BIN)/python -m bench.search

system: ## PostgreSQL with PostGIS, Chromium, CJK fonts and GDAL from Debian's packages
	bash tools/setup/system.sh

venv: .venv/.installed ## the virtual environment with all dependencies

.venv/.installed: pyproject.toml tools/setup/venv.sh
	bash tools/setup/venv.sh
	touch $@

portal: venv ## the portal, built into the package's static folder
	bash tools/setup/portal.sh build

format: venv ## rewrites the Python files in the one format
	$(BIN)/ruff format $(PYTHON_FOLDERS)
	$(BIN)/ruff check --fix $(PYTHON_FOLDERS)

clean: ## removes what was built, cached or written by the demo; keeps .venv and portal/node_modules
	rm -rf build dist .demo .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf src/diban/app/static portal/dist
	find $(PYTHON_FOLDERS) -name __pycache__ -prune -exec rm -rf {} +
