# Every target sets up what it needs; `make` alone says what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTENSIONS := extension/post-purchase extension/thank-you
NPM_FOLDERS := $(EXTENSIONS) extension/preview tests/sandbox/browser tests/sandbox/browser/standins tests/web/oracle

DEVELOP := var/develop

.PHONY: help demo develop story test soak bench lint documents format setup python browser bundles preview clean

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: python bundles  ## start the sandbox shop and the app, and say where to click
	$(BIN)/python -m tests.sandbox $(ARGS)

develop: python preview  ## what `shopify app dev` starts: web and worker on a database of their own, for a development store
	@mkdir -p $(DEVELOP)
	@test -s $(DEVELOP)/key || openssl rand -hex 32 > $(DEVELOP)/key
	@set -a; : "$${AFTERS_PUBLIC_URL:=$${HOST:-http://localhost:$${PORT:-4601}}}" "$${AFTERS_SECRET_KEY:=$$(cat $(DEVELOP)/key)}" \
	  "$${AFTERS_DATABASE_URL:=sqlite:///$(CURDIR)/$(DEVELOP)/afters.sqlite3}"; \
	  $(BIN)/afters db upgrade && { $(BIN)/afters worker & trap "kill $$!" EXIT INT TERM; $(BIN)/afters serve --port "$${PORT:-4601}"; }

story: python bundles browser  ## play the whole story with no window and print it as JSON
	$(BIN)/python -m tests.story

test: setup  ## run every test
	$(BIN)/pytest -n 2 --dist loadfile -m "not e2e" $(ARGS)
	@set -e; for each in $(EXTENSIONS); do (set -x; cd $$each; npm run --silent lint; npm test --silent; npm run --silent size); done
	cd extension/preview && npm run --silent lint && npm test --silent
	$(BIN)/pytest -n 2 --dist loadfile -m e2e $(ARGS)

soak: setup  ## play 20,000 orders while processes are killed, replay 30,000, and try laws and parsers on a hundred times as many cases
	$(BIN)/python -m tests.soak --database sqlite
	$(BIN)/python -m tests.soak --database postgresql
	$(BIN)/python -m tests.replay
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -n 2 --dist loadfile tests/unit/core tests/unit/domain tests/unit/outbound tests/unit/shopify \
	  tests/web/test_fuzz.py $(ARGS)

bench: setup  ## measure, as JSON lines
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r tests/bench/requirements.lock
	$(BIN)/python -m tests.bench $(ARGS)

lint: python  ## check style, types and the architecture
	$(BIN)/ruff format --check server tests
	$(BIN)/ruff check server tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint templates
	$(BIN)/codespell server templates docs README.md CHANGELOG.md extension/*/src
	$(BIN)/hadolint docs/operating/Containerfile

documents: python  ## write the documents that are drawn from the code
	$(BIN)/afters rules reference > docs/rules-reference.md

format: python  ## mend what a tool can mend
	$(BIN)/ruff check --fix server tests
	$(BIN)/ruff format server tests

setup: python bundles browser  ## install everything the tests need

python: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --python $(BIN)/python --editable .
	touch $@

bundles: $(addsuffix /node_modules/.installed,$(NPM_FOLDERS)) extension/post-purchase/dist/index.js extension/thank-you/dist/thank-you-offer.js \
  server/static/preview/manifest.json tests/sandbox/browser/dist/.built

%/node_modules/.installed: %/package-lock.json
	cd $* && npm ci --silent --no-audit --no-fund --ignore-scripts=false
	touch $@

extension/post-purchase/dist/index.js: extension/post-purchase/node_modules/.installed $(wildcard extension/post-purchase/src/*)
	cd extension/post-purchase && npm run --silent build

extension/thank-you/dist/thank-you-offer.js: extension/thank-you/node_modules/.installed extension/thank-you/shopify.extension.toml $(wildcard extension/thank-you/src/*)
	cd extension/thank-you && npm run --silent build

preview: server/static/preview/manifest.json  ## build what the admin's preview of the one-click page runs (needs Node alone)

# It runs the one-click page's own script, and is built anew with it.
server/static/preview/manifest.json: extension/post-purchase/node_modules/.installed extension/preview/node_modules/.installed \
  $(wildcard extension/post-purchase/src/* extension/preview/src/* extension/preview/src/drawings/* extension/preview/scripts/*)
	cd extension/preview && npm run --silent build

tests/sandbox/browser/dist/.built: tests/sandbox/browser/node_modules/.installed $(wildcard tests/sandbox/browser/host/* tests/sandbox/browser/host/*/*)
	cd tests/sandbox/browser && npm run --silent build
	touch $@

# The browser tests drive Debian's Chromium; a package manager needs root, so without it we say what to install.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; \
	else \
	  echo "The browser tests need Chromium: install Debian's package 'chromium', then run this again." >&2; exit 1; \
	fi

clean:  ## remove what was built and the sandbox's state
	rm -rf var $(VENV) extension/*/dist extension/*/node_modules server/static/preview tests/sandbox/browser/dist tests/sandbox/browser/node_modules
