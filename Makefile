# `make demo` and `make test` do everything; they need Python 3.11 or later, with pip and venv.
.PHONY: setup check test demo all docs bench new clean
.DEFAULT_GOAL := all

BIN := .venv/bin
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

setup: $(STAMP)

$(STAMP): pyproject.toml
	@python=; for each in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if [ -n "$$each" ] && "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then python=$$each; break; fi; done; \
	if [ -z "$$python" ]; then echo 'connectlib needs Python 3.11 or later; say PYTHON=/path/to/python' >&2; exit 1; fi; \
	test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet -e '.[all,dev]'
	@touch $@

check: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.unasync --check
	$(BIN)/python -m tools.tables --check
	$(BIN)/python -m pytest -q tests/house

test: setup
	$(BIN)/python -m pytest

demo: setup
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(BIN)/connectlib demo --db "sqlite:///$$dir/demo.db"

all: check test

docs: setup
	$(BIN)/python -m pytest -q tests/docs

bench: setup
	@$(BIN)/python -m pip install --quiet -e '.[bench]'
	$(BIN)/python -m tools.bench

new: setup
	@$(BIN)/python -m tools.new_resource '$(NAME)'

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find connectlib tests tools alembic examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
