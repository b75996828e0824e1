# Everything sets itself up: a machine with Python 3.11+ and make needs no other step.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.bench-installed
# Peers of linkage bring much with them: an environment of their own.
LINKAGE_VENV := .venv-linkage
LINKAGE_STAMP := $(LINKAGE_VENV)/.installed
# The peer of the readers brings seventy packages and is never imported: an environment of its own.
PLASO_VENV := .venv-plaso
PLASO_STAMP := $(PLASO_VENV)/.installed
# No stray setting of the machine may change what is installed.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench bench-linkage bench-readers fuzz format lock clean sample
demo: $(STAMP)
	$(BIN)/breachscope demo --scale small --seed 20231

test: $(STAMP)
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BENCH_STAMP)
	$(BIN)/python bench/run.py

bench-linkage: $(LINKAGE_STAMP)
	$(LINKAGE_VENV)/bin/python bench/linkage/table.py

bench-readers: $(BENCH_STAMP) $(PLASO_STAMP)
	$(BIN)/python bench/readers/table.py
	$(BIN)/python bench/readers/table.py --long 10000000
	$(BIN)/python bench/results.py

fuzz: $(STAMP)
	$(BIN)/python bench/fuzz_readers.py --minutes $(or $(MINUTES),60) --seed $(or $(SEED),1)

sample: $(STAMP)
	$(BIN)/python bench/make_sample.py

$(STAMP): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("breachscope needs Python 3.11 or newer; try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(BENCH_STAMP): $(STAMP) requirements/bench.lock
	$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

$(LINKAGE_STAMP): requirements/linkage.lock pyproject.toml
	$(PYTHON) -m venv $(LINKAGE_VENV)
	$(LINKAGE_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/linkage.lock
	$(LINKAGE_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation -e .
	@touch $@

$(PLASO_STAMP): requirements/plaso.lock
	$(PYTHON) -m venv $(PLASO_VENV)
	$(PLASO_VENV)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/plaso.lock
	@touch $@

# Needs uv; writes hashes only, never an index's address.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements/dev.lock
	uv pip compile pyproject.toml --group dev --group bench --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements/bench.lock
	uv pip compile pyproject.toml --group dev --group bench-linkage --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements/linkage.lock
	echo plaso | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements/plaso.lock

clean:
	rm -rf $(VENV) $(LINKAGE_VENV) $(PLASO_VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
