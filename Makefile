# Two commands matter: `make demo` and `make test`. Both set up .venv on a fresh machine with Python >= 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Small matrices on two busy workers: threads within each would fight over the cores
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
# Rooms whose arrays are checked for shape and type while the tests run
SHAPES := --jaxtyping-packages=aliquot.population,aliquot.kinetics,aliquot.reactors,aliquot.instruments,aliquot.synthesis,aliquot.inference,aliquot.reproduce,beartype.beartype

.PHONY: demo test test-slow fuzz lint docs bench calibrate setup clean

demo: $(READY)
	$(BIN)/aliquot reproduce wang2023 --report demo

test: $(READY)
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 -m "not slow" $(SHAPES)

test-slow: $(READY)
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 -m slow

fuzz: $(READY)
	$(ONE_THREAD) $(BIN)/python tests/fuzz_formats.py 100000

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/mkdocs build --strict

bench: $(READY)
	$(BIN)/python -m benchmarks

calibrate: $(READY)
	$(BIN)/aliquot fit inp_wang2023

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Aliquot needs Python 3.11 or newer; try make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[report,images,files,exchange,test,lint,docs]"
	touch $(READY)

clean:
	rm -rf $(VENV) build demo site .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
