# make book, make test: nothing else is needed to read the course and to check it. `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
# One thread and no progress bars: what the stored outputs were made with.
QUIET := TQDM_DISABLE=1 OMP_NUM_THREADS=1
# Two processes, and what stands in one file stays in one of them: a notebook's cells share a kernel.
# `make test WORKERS=0` runs in this one process.
WORKERS ?= 2
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The package in an environment with other versions: without the structure tests, which need the book's own
# tools, and those of experiments, whose stored runs were drawn by one version of torch; with two chapters.
# Their cells must run and their claims hold; digits may differ, and a library's warning is no mistake of ours.
TEST_PACKAGE = $(QUIET) .venv-$@/bin/python -m pytest -n $(WORKERS) --dist loadscope --nbval-lax -W default \
	code/paying_attention code/tests --ignore code/tests/structure --ignore code/tests/experiments \
	chapters/00-warm-up.ipynb chapters/04-scaled-dot-product.ipynb

.DEFAULT_GOAL := help
.PHONY: book serve test test-pages floors colab newest links mutants notebooks student explorables results bench picture lint clean help

book: .venv/.installed ## build the site and say where it is
	$(BIN)/jupyter-book build . --all --quiet -W -n --keep-going
	@$(BIN)/python website/pages.py

serve: book ## build the site and serve it on http://localhost:8000
	@echo "Open http://localhost:8000 (Ctrl-C ends it)."
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

test: .venv/.installed ## unit tests, doctests, every notebook against its outputs, structure tests
	$(QUIET) $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

test-pages: .venv/.installed-pages book ## the built pages in a real browser (needs Chromium)
	$(QUIET) $(BIN)/python -m pytest -n $(WORKERS) -c website/pytest.ini website/tests

floors: .venv-floors/.installed ## the package's tests with the oldest versions that it allows; minutes
	$(TEST_PACKAGE)

colab: .venv-colab/.installed ## the package's tests with Colab's versions; minutes
	$(TEST_PACKAGE)

newest: .venv-newest/.installed ## the package's tests with the newest versions; minutes
	$(TEST_PACKAGE)

links: .venv/.installed ## follow every link of the book to another site (needs the network)
	$(BIN)/jupyter-book build . --builder linkcheck --path-output _build/links --all --quiet --keep-going

mutants: .venv/.installed-mutants ## plant mistakes in the mathematics, one at a time; minutes
	cd code && rm -rf mutants && $(QUIET) ../$(BIN)/mutmut run
	@cd code && ../$(BIN)/mutmut results

notebooks: .venv/.installed ## run every chapter again and store its outputs
	$(QUIET) $(BIN)/python website/notebooks.py

student: .venv/.installed ## every chapter without its solutions, to hand out, into _build/student
	$(BIN)/python website/student.py

explorables: .venv/.installed ## swap changed scripts and styles into the stored chapters, without a run
	$(QUIET) $(BIN)/python website/explorables.py

results: .venv/.installed ## the long experiments; minutes to hours
	$(QUIET) $(BIN)/python -m paying_attention.experiments

bench: .venv/.installed ## what attention costs, in time and memory; five minutes
	$(QUIET) $(BIN)/python benchmarks/attention.py

picture: .venv/.installed-pages book ## take README.md's picture of the site again
	$(BIN)/python website/picture.py

lint: .venv/.installed ## style and format of the Python files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

clean: ## remove what was built; the environment in .venv stays
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

# --- the environment: made once, brought up to date when a list of packages changes ------------------

# An environment that is there already is kept, and so is a CPU build of torch in it.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("This book needs Python 3.11 or newer; %s is %s. Say which to use: make PYTHON=python3.12 book" % (sys.executable, sys.version.split()[0]))'
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt constraints.txt code/pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-pages: website/requirements.txt .venv/.installed
	$(PIP) -r website/requirements.txt
	@touch $@

.venv/.installed-mutants: code/requirements-mutants.txt .venv/.installed
	$(PIP) -r code/requirements-mutants.txt
	@touch $@

# Other versions: what code/constraints-*.txt says, in an environment that is made once. Remove
# .venv-newest to get the newest of today. A CPU build of torch that is there already is kept.
.PRECIOUS: .venv-%/bin/python .venv-%/.installed
.venv-%/bin/python:
	$(PYTHON) -m venv .venv-$*

.venv-%/.installed: code/requirements-tests.txt code/constraints-%.txt code/pyproject.toml | .venv-%/bin/python
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check \
		-r code/requirements-tests.txt -e ./code -c code/constraints-$*.txt
	@touch $@
