# Two commands set everything up: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8501
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run quick test nightly check build bench clean

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

clean:
	rm -rf $(VENV) build *.egg-info

$(VENV)/run.stamp: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@
