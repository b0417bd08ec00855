# The whole life of a checkout. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export HUB_DATA_DIR ?= var

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test lint bench shots words lock clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.words: $(VENV)/.installed $(wildcard hub/web/translations/*/LC_MESSAGES/*.po)
	$(BIN)/pybabel --quiet compile -d hub/web/translations
	@touch $@

install: $(VENV)/.installed $(VENV)/.words ## Make .venv and install the locked dependencies

install-dev: $(VENV)/.installed-dev $(VENV)/.words

run: install ## Migrate, load the demo content on the first start, serve on http://127.0.0.1:8000
	@HUB_DEMO=$${HUB_DEMO:-1} $(BIN)/hub db upgrade
	@HUB_DEMO=$${HUB_DEMO:-1} $(BIN)/hub demo load --once
	@HUB_DEMO=$${HUB_DEMO:-1} exec $(BIN)/hub serve

test: install-dev ## Every test, on SQLite and (where it can be had) PostgreSQL, with a real browser
	@scripts/test.sh

lint: install-dev ## ruff, mypy, import-linter, djlint
	$(BIN)/ruff check hub tests scripts
	$(BIN)/ruff format --check hub tests scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet hub --profile=jinja

bench: install-dev ## Figures as ratios to a bare baseline of the same run
	$(BIN)/python -m scripts.bench

shots: install-dev ## Screenshots of the README, made from the demo content
	$(BIN)/python -m scripts.shots

words: install-dev ## Collect the marked strings into the catalogues
	$(BIN)/pybabel --quiet extract -F babel.cfg --no-location --sort-output --omit-header -o hub/web/translations/messages.pot \
		-k N_ -k NotFound -k NotSignedIn -k NotAllowed -k NotNow -k Conflict -k Invalid -k TooMany -k one_field:2 -k _wrong:2 -k lazy_gettext hub
	$(BIN)/pybabel --quiet update -i hub/web/translations/messages.pot -d hub/web/translations --no-fuzzy-matching --omit-header

lock: install-dev ## Refresh the lock files
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev -o requirements-dev.lock pyproject.toml

clean: ## Remove the virtual environment and caches (never your data in var/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
