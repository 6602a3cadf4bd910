# `make` alone lists what there is. Everything sets up what it needs; nothing is installed outside .venv, except that
# `make test` as root on Debian or Ubuntu installs the system packages that its checks use.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/pytest -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help setup render bootstrap destroy test lint types contracts images unit daemons agent-faults lxd testbed break failover drills update bench bench-agent bench-load bench-bootstrap agent-wheels package clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(VENV)

setup: $(STAMP) ## Make .venv with hagen and its tools

render: $(STAMP) ## Render the reference cluster into build/production
	$(BIN)/hagen render -c examples/hagen.yaml -o build/production

bootstrap: render ## Bring the reference cluster up on this LXD, from build/production
	$(BIN)/hagen bootstrap up -r build/production $(ARGS)

destroy: $(STAMP) ## Remove the reference cluster's machines
	$(BIN)/hagen bootstrap down -r build/production $(ARGS)

test: $(STAMP) ## Everything that must hold: linters, types, contracts, tests
	@scripts/system-packages.sh
	@$(MAKE) --no-print-directory lint types contracts images unit daemons lxd

lint: $(STAMP) ## Style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict -c .yamllint.yaml .

types: $(STAMP) ## mypy --strict on the three packages and on what starts daemons
	$(BIN)/mypy generator agent bootstrap
	$(BIN)/mypy -p tests.testbed -p tests.images
	$(BIN)/mypy gitops-template/load-tests
	$(BIN)/mypy -p tests.lxd

contracts: $(STAMP) ## Who may import whom
	$(BIN)/lint-imports

images: ## Linters and tests of the two images' sources (needs Node.js)
	@scripts/images.sh

unit: $(STAMP) ## The tests alone; ARGS="-k name" chooses
	$(PYTEST) -n auto -m "not testbed and not lxd" $(ARGS)

daemons: $(STAMP) ## The tests of the testbed, one after the other; ARGS="-k name" chooses
	$(PYTEST) -m "testbed and not long" tests/testbed tests/agent $(ARGS)

agent-faults: $(STAMP) ## Faults as agents see them that `make daemons` leaves out, and the autoscaler's drill (needs root)
	$(PYTEST) -m "testbed and long" tests/testbed $(ARGS)

lxd: $(STAMP) ## The tests on a real LXD, which they start and end; ARGS="-k name" chooses
	$(PYTEST) -m lxd tests/bootstrap tests/lxd $(ARGS)

testbed: $(STAMP) ## Start the reference network with the real daemons, and show it (needs root)
	@$(BIN)/python -m tests.testbed

break: $(STAMP) ## Break something in the running testbed; DO="off k8s-lb-1"
	@$(BIN)/python -m tests.testbed do $(if $(LAB),--lab $(LAB)) $(DO)

failover: $(STAMP) ## Measure every fault beside the kubeadm HA notes' settings (about an hour; needs root)
	@$(BIN)/python -m tests.testbed.failover --write $(ARGS)

drills: $(STAMP) ## Run every drill on the testbed three times; ARGS=--write writes the figures (half an hour; needs root)
	@$(BIN)/python -m tests.testbed.drilled $(ARGS)

update: $(STAMP) ## Write the golden trees, the examples and the generated documents anew
	HAGEN_UPDATE=1 $(PYTEST) -q tests/gitops/test_alerts.py tests/generator/test_golden.py tests/generator/test_documents.py \
		tests/documents/test_explanation.py tests/gitops/test_vendored.py tests/agent/settings/test_document.py tests/agent/exporter/test_document.py \
		tests/bootstrap/drills/test_schema.py

bench: $(STAMP) ## Measure hagen render beside cookiecutter
	$(BIN)/python scripts/bench_render.py $(ARGS)

bench-agent: $(STAMP) ## Measure the agent beside Debian's exporters on real targets (needs root)
	$(BIN)/python -m scripts.bench_agent $(ARGS)

bench-load: $(STAMP) ## Measure the load test against two replicas on the testbed (needs root)
	$(BIN)/python -m scripts.bench_load $(ARGS)

bench-bootstrap: $(STAMP) ## Measure bring-up on a real LXD, side by side and one machine after the other (needs root)
	$(BIN)/python -m scripts.bench_bootstrap $(ARGS)

agent-wheels: $(STAMP) ## Wheels of the health agent for load balancers that download nothing, into build/agent-wheels
	@scripts/agent_wheels.sh $(BIN)/python build/agent-wheels $(ARGS)

package: $(STAMP) ## Build the wheel and the source distribution into dist/
	$(BIN)/python -m build --outdir dist .

clean: ## Remove what was made here
	rm -rf build dist $(VENV) *.egg-info .hypothesis .mypy_cache .ruff_cache .import_linter_cache
