# Every target works on a fresh machine that has only python3, pip and make.
VENV := .venv
BIN := $(VENV)/bin
# The machine's pip works on the virtual environment, which needs none of its own (Debian splits ensurepip off).
PIP := python3 -m pip --python $(BIN)/python --disable-pip-version-check
STAMP := $(VENV)/.installed

.PHONY: setup demo test test-long lint bench docs screenshots lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	python3 -m venv --without-pip $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/backfill-tui demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 -m "not long"

test-long: lint
	$(BIN)/pytest -n 2

bench: $(STAMP)
	$(BIN)/python -m benchmarks

docs: $(STAMP)
	$(BIN)/python -m docs.make

screenshots: $(STAMP)
	$(BIN)/python -m screenshots.make

lock:
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --group dev --extra bigquery pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
