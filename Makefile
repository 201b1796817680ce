.DEFAULT_GOAL := help
.PHONY: help run test check bench assets lock
export PYTHON

help: ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up what is missing and start Gurudesk on this machine
	@scripts/setup.sh run
	@exec .venv/bin/gurudesk up

test: ## Set up, then run all tests (ARGS="tests/domain -x" for some)
	@scripts/setup.sh test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/pytest -n 2 --dist loadfile $(ARGS)

check: ## Lint, check types, and compile every template
	@scripts/setup.sh test
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/python scripts/compile_templates.py

bench: ## Measure: a table, and bench/results.json
	@scripts/setup.sh test
	@.venv/bin/python -m bench

assets: ## Build static/ from assets/ (needs Node; running does not)
	@scripts/assets.sh

lock: ## Pin the libraries again after a change in pyproject.toml (needs uv)
	@scripts/lock.sh
