# One entrance for everything. `make` alone prints what there is.
SHELL := /bin/bash
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SERVICES := scheduling billing portal notifications
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-package doorstep-shared
PYTEST := $(BIN)/pytest -q
# Each worker starts what it needs for itself (a whole product: about 1 GB), so no test meets another's.
WORKERS ?= 2
PARALLEL := -n $(WORKERS) --dist worksteal
STRIPE_CLI := tests/contract/sandbox/stripe_cli/node_modules

.DEFAULT_GOAL := help
.PHONY: help ready up down status test lint fix unit contract integration integration-containers e2e chaos \
        product bench lock docs images stripe-live-test clean

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-24s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------ running
up: $(READY)  ## start the product with a demo company; prints where to click
	@$(BIN)/python -m deploy.local up

down: $(READY)  ## stop what `make up` started; the data stays
	@$(BIN)/python -m deploy.local down

status: $(READY)  ## what runs, on which port
	@$(BIN)/python -m deploy.local status

# ------------------------------------------------------------------------------------------ checking
test: $(READY)  ## everything: lint, unit, contract, then the product on processes and in containers
	@.ci/all

lint: $(READY)  ## format, lint, types, import rules, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) tests/architecture

fix: $(READY)  ## format and repair what can be repaired by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: $(READY)  ## one function or use case at a time, no network
	$(PYTEST) $(PARALLEL) tests/unit

contract: $(READY) .local/apt-chromium $(STRIPE_CLI)  ## published event shapes; fakes held to what the real adapters do
	$(PYTEST) $(PARALLEL) tests/contract

integration: $(READY)  ## the whole product over HTTP and the bus (DOORSTEP_BACKEND=processes|containers)
	$(PYTEST) $(PARALLEL) tests/integration

integration-containers: $(READY)  ## the same tests on images, with an engine started for it if there is none
	$(BIN)/python -m deploy.local.engine -- env DOORSTEP_BACKEND=containers $(PYTEST) $(PARALLEL) tests/integration

e2e: $(READY) .local/apt-chromium  ## a browser plays the story
	$(PYTEST) $(PARALLEL) tests/e2e

chaos: $(READY)  ## the same while something is being broken (short; DOORSTEP_CHAOS=long for hours)
	$(PYTEST) $(PARALLEL) tests/chaos

product: $(READY) .local/apt-chromium  ## integration, e2e and chaos in one run, which starts the product once per worker
	$(PYTEST) $(PARALLEL) tests/chaos tests/e2e tests/integration

bench: $(READY)  ## measure; results are kept in benchmarks/results
	$(BIN)/python -m benchmarks

stripe-live-test: $(READY)  ## the adapter against Stripe's own test mode (BILLING_STRIPE_SECRET_KEY=sk_test_...)
	DOORSTEP_STRIPE=live-test $(PYTEST) tests/contract/billing/test_at_the_processor.py

# ------------------------------------------------------------------------------------------ keeping
lock: $(READY)  ## write requirements/*.txt anew; pins stay unless UPGRADE="--upgrade"
	$(COMPILE) $(UPGRADE) --group dev pyproject.toml shared/pyproject.toml services/*/pyproject.toml -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt shared/pyproject.toml -o requirements/shared.txt
	for service in $(SERVICES); do \
	    $(COMPILE) -c requirements/dev.txt services/$$service/pyproject.toml -o requirements/$$service.txt || exit 1; \
	done
	for group in sandbox deploy bootstrap; do \
	    $(COMPILE) -c requirements/dev.txt --group $$group pyproject.toml -o requirements/$$group.txt || exit 1; \
	done

docs: $(READY)  ## write what is generated (events' golden schemas and catalogue, AsyncAPI, OpenAPI) anew
	$(BIN)/python -m tools.golden
	$(BIN)/python -m tools.docs

images: $(READY)  ## build the service images; with stand-ins for the official bases where they cannot be pulled
	$(BIN)/python -m deploy.local.engine -- $(BIN)/python -m deploy.images.product

clean:  ## forget everything generated here: the environment, caches, and the data of `make up`
	@test ! -x $(BIN)/python || $(BIN)/python -m deploy.local down
	rm -rf $(VENV) .local .pytest_cache .mypy_cache .ruff_cache .hypothesis

# ------------------------------------------------------------------------------------------ preparing
ready: $(READY)  ## only prepare the Python environment

$(READY): requirements/bootstrap.txt requirements/dev.txt
	@echo "  preparing $(VENV) (once, a minute or two)"
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "venv is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip install -q -p $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

$(STRIPE_CLI): tests/contract/sandbox/stripe_cli/package.json | $(READY)
	@$(BIN)/python -c 'from deploy.local.programs import on_path; on_path("npm", package="npm", needed_for="the official Stripe command line tool")'
	@tests/contract/sandbox/stripe_cli/install.sh
	@touch $@

.local/apt-chromium: | $(READY)
	@$(BIN)/python -c 'from deploy.local.programs import on_path; on_path("chromium", package="chromium", needed_for="browser tests")'
	@mkdir -p .local && touch $@
