# Everything happens in .venv, made by the first target that needs it.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed
# The site's tools are apart, in seconds: they need no framework.
SITE := .site/.installed
ALL := torch,tensorflow,opencv,keras_torch,pillow,onnxruntime
, := ,
# two of OpenCV, whose meaning of INTER_NEAREST_EXACT differs, and one of TensorFlow and Keras
RELEASES_OF_CI := py311-opencv47,py311-opencv410,py311-tf218-keras38

# Programs run in one thread, as the tests do (conftest.py): the matrices are too small to share.
export OPENBLAS_NUM_THREADS := 1
# Compiled modules are kept, or each worker and each program that a test starts compiles the tree anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help check modes test sweep mutants fuzz lint golden golden-check record docs site growth bench cuda-check real-calls wheel wheel-test example release-check releases clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-14s%s\n' "$$name" "$$text"; done

check: $(READY)  ## run the conformance suites over all frameworks, ending in a table
	$(BIN)/halfpixel check $(foreach name,$(subst $(,), ,$(ALL)),--framework $(name) --require $(name)) --table

modes: $(READY)  ## run the calls compiled, traced and converted too (minutes)
	$(BIN)/python -m pytest tests/test_modes.py --quiet -m modes -n auto --maxprocesses 2

test: $(READY)  ## run the tests of halfpixel itself, and of the conformance run, which check makes whole, a sample
	$(BIN)/python -m pytest --quiet -m "not repeated" --halfpixel-require $(ALL) -n auto

sweep: $(READY)  ## run what is left out by default: every size pair, and the dear tests whole (two hours of CPU time)
	$(BIN)/python -m pytest -m sweep --verbose --halfpixel-require $(ALL) -n auto --maxprocesses 3

mutants: $(READY)  ## run wrong implementations against the cases of the default run: ARGUMENTS="torch --draw 100 --seed 1"
	$(BIN)/python -m tests.mutants $(ARGUMENTS)

fuzz: $(READY)  ## compare calls with the reference on what Hypothesis draws: ARGUMENTS="opencv --seconds 600 --seed 1"
	$(BIN)/python -m halfpixel.testing.fuzz $(ARGUMENTS)

lint: $(READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

golden: $(READY)  ## write golden/ anew from the exact reference
	$(BIN)/halfpixel golden

golden-check: $(READY)  ## fail on a missing, extra, edited or badly formatted golden
	$(BIN)/halfpixel golden-check

record: $(READY)  ## record what releases do, each in a throw-away environment: FRAMEWORK=opencv RELEASES="4.10.0.84 4.12.0.88"
	$(BIN)/python -m halfpixel.records.recording $(FRAMEWORK) $(RELEASES)
	$(BIN)/python -m halfpixel.records.agreement $(FRAMEWORK)

docs: $(READY)  ## write the documents that are made from tables and measurements
	$(BIN)/python docs/write.py

site: $(SITE)  ## build the documents as a site, build/site/index.html, to be read without a network
	rm -rf build/site  # a page that is gone must not stay, nor what leads to it go unseen
	.site/bin/sphinx-build --fail-on-warning --keep-going --jobs auto --quiet --fresh-env --doctree-dir build/site-doctrees docs build/site

growth: $(READY)  ## measure how errors grow with size, and the smallest that a trial sees, for the page on arithmetics; and on a photograph, for convert
	$(BIN)/python -m bench.growth
	$(BIN)/python -m bench.smallest
	$(BIN)/python -m bench.rounding

bench: $(READY)  ## measure what the suite costs over its floor, and the reference's resize beside Pillow's (minutes)
	$(BIN)/python -m bench.resize
	$(BIN)/python -m bench.commands
	$(BIN)/python -m bench.onnx_backend
	$(BIN)/python -m bench.scale
	$(BIN)/python -m bench.suite

cuda-check:  ## run torch's calls on a CUDA device against the reference: needs torch, NumPy and the source tree alone
	PYTHONPATH=src $(or $(wildcard $(BIN)/python),$(PYTHON)) -m bench.cuda_check

real-calls: $(READY)  ## convert the calls in published packages, and count by reason: ARGUMENTS="--sample 60 --seed 1" runs some
	$(BIN)/python -m bench.real_calls $(ARGUMENTS)

wheel: $(READY)  ## build the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --wheel --outdir dist

wheel-test: wheel  ## install the wheel elsewhere, with OpenCV alone, and run it; then its suites
	$(BIN)/python .ci/wheel_test.py dist/*.whl

example: wheel  ## run examples/ml-repo as its owners would, in a fresh environment (minutes)
	$(BIN)/python .ci/example.py dist/*.whl

releases: $(READY)  ## run the wheel's suites in environments of older releases, as tox.ini has them (minutes)
	$(BIN)/tox run -e $(RELEASES_OF_CI)

release-check: $(READY)  ## build the sdist and the wheel, check them, run the commands of each in a fresh environment, and the suites of the wheel
	rm -rf dist
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	$(BIN)/python .ci/wheel_test.py dist/*.tar.gz
	$(BIN)/python .ci/wheel_test.py dist/*.whl

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[$(ALL),others,dev]'
	touch $@

$(SITE): pyproject.toml constraints.txt
	$(PYTHON) -m venv .site
	.site/bin/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[site]'
	touch $@

clean:  ## remove what make made
	rm -rf .venv .site .tox dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
