# `make` alone lists what there is. Everything sets up what it needs; nothing is installed outside .venv, except that
# `make test` as root on Debian or Ubuntu installs the system packages that its checks use.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/pytest -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help setup render test lint types contracts images unit daemons testbed break failover update bench package clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV)

setup: $(STAMP) ## Make .venv with hagen and its tools

render: $(STAMP) ## Render the reference cluster into build/production
	$(BIN)/hagen render -c examples/hagen.yaml -o build/production

test: $(STAMP) ## Everything that must hold: linters, types, contracts, tests
	@scripts/system-packages.sh
	@$(MAKE) --no-print-directory lint types contracts images unit daemons

lint: $(STAMP) ## Style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict -c .yamllint.yaml .

types: $(STAMP) ## mypy --strict on the three packages, on the testbed, on the tests of the images
	$(BIN)/mypy generator agent bootstrap
	$(BIN)/mypy -p tests.testbed -p tests.images

contracts: $(STAMP) ## Who may import whom
	$(BIN)/lint-imports

images: ## Linters and tests of the two images' sources (needs Node.js)
	@scripts/images.sh

unit: $(STAMP) ## The tests alone; ARGS="-k name" chooses
	$(PYTEST) -n auto -m "not testbed" $(ARGS)

daemons: $(STAMP) ## The tests of the testbed, one after the other; ARGS="-k name" chooses
	$(PYTEST) -m testbed tests/testbed $(ARGS)

testbed: $(STAMP) ## Start the reference network with the real daemons, and show it (needs root)
	@$(BIN)/python -m tests.testbed

break: $(STAMP) ## Break something in the running testbed; DO="off k8s-lb-1"
	@$(BIN)/python -m tests.testbed do $(DO)

failover: $(STAMP) ## Measure every fault beside the kubeadm HA notes' settings (about an hour; needs root)
	@$(BIN)/python -m tests.testbed.failover --write $(ARGS)

update: $(STAMP) ## Write the golden trees, the examples and the generated documents anew
	HAGEN_UPDATE=1 $(PYTEST) -q tests/generator/test_golden.py tests/generator/test_documents.py tests/gitops/test_vendored.py

bench: $(STAMP) ## Measure hagen render beside cookiecutter
	$(BIN)/python scripts/bench_render.py $(ARGS)

package: $(STAMP) ## Build the wheel and the source distribution into dist/
	$(BIN)/python -m build --outdir dist .

clean: ## Remove what was made here
	rm -rf build dist $(VENV) *.egg-info .hypothesis .mypy_cache .ruff_cache .import_linter_cache
