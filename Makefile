# Two commands set everything up: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8501
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin

# Tests start hundreds of processes, which would each compile our modules where something forbids to keep them compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run quick test nightly check build bench lock licences clean

run: $(VENV)/run.stamp
	$(BIN)/streamlit run app.py --server.port $(PORT)

# Under a minute, while you work: no browser, no process of all London.
quick: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not slow and not nightly"

# All that must hold before anything is merged.
test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) -m "not nightly"

# What only repeats: more editions, more examples.
nightly: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) -m "nightly or property" --hypothesis-profile night

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bcumap check

# Builds geodata/ anew: make build WARDS=file.gpkg [OPTIONS="--thames file.gpkg"]
build: $(VENV)/run.stamp
	$(BIN)/bcumap build --wards "$(WARDS)" $(OPTIONS)

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

# Every version with the hashes of its files, for Linux, macOS and Windows and Python 3.11 and newer. Versions stay as
# they are unless LOCK says otherwise: make lock LOCK="--upgrade-package streamlit"
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
 --generate-hashes --annotation-style line $(LOCK) pyproject.toml
lock: $(VENV)/dev.stamp
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(MAKE) licences

# docs/licences.md: under which licence each package is that the app brings with it
licences: $(VENV)/dev.stamp
	{ sed '/^|/,$$d' docs/licences.md; $(BIN)/pip-licenses --from mixed --format markdown --with-system --with-urls \
	  --packages $$(sed -n 's/^\([a-z0-9.-]*\)==.*/\1/p' requirements.txt); } > build.licences
	mv build.licences docs/licences.md

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/run.stamp: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	touch $@
