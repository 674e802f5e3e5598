# The few verbs. Everything lives in .venv, made from requirements.lock; nothing else on the machine is touched, except that
# `make test` installs Debian's Chromium when it is missing and may be installed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: site test check serve lint lock schema pictures clean
.DEFAULT_GOAL := site

site: $(READY)  ## build every organisation into site/
	@$(BIN)/terecht build
	@echo "To look: $(PYTHON) -m http.server --directory site 8000, then open http://localhost:8000/ID/ with one of:"
	@ls site | sed 's/^/  /'

test: lint browser  ## everything: linters, types, tests, the browser
	@$(BIN)/pytest -n 2

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

lock: $(READY)  ## renew requirements.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra test --upgrade pyproject.toml --output-file requirements.lock

schema: $(READY)  ## renew the JSON Schema for editors
	@$(BIN)/terecht schema > organisations/organisation.schema.json

pictures: site browser  ## renew the pictures of the README
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

# Chromium itself, and the one library that Playwright's own program needs and a bare Debian lacks.
.PHONY: browser
browser: $(READY)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "installing Debian's Chromium for the tests" && \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		{ echo "The tests need Chromium; on Debian: sudo apt-get install chromium"; exit 1; }
	@$$(find $(VENV) -path '*/playwright/driver/node') --version >/dev/null 2>&1 || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq libatomic1 >/dev/null; } || \
		{ echo "The tests need libatomic; on Debian: sudo apt-get install libatomic1"; exit 1; }
