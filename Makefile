# Every target installs what it needs, pinned and hashed, into .venv. Run `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.9
ACTIONLINT_VERSION := 1.7.12
BIN := .venv/bin
# Named for the Python that made it, so that another one makes it anew.
INSTALLED := .venv/installed-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# Behind a company's proxy the machine knows the certificate; the list that uv brings does not.
export UV_SYSTEM_CERTS ?= true
# Compiled modules are kept: the tests start many processes, and each would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=
HAVE_PULUMI := command -v pulumi >/dev/null

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or later; name one: make PYTHON=python3.14 ..." >&2; exit 1; }
	@test -e $@ || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: local
local: $(INSTALLED) build ## Run both accounts on this machine with real traffic (ARGS="--help" for options)
	@$(BIN)/python -m local $(ARGS)

.PHONY: test
test: $(INSTALLED) build ## Run every test; no network beyond loopback
	@# In any order: by size, the files of few long tests would come last and leave one process alone with them.
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(HAVE_PULUMI) || echo "No pulumi on the PATH: the tests on the real Pulumi engine were left out."

# The policy pack's own: pulumi-policy wants another protobuf than the rest.
policy/venv/installed: policy/requirements.txt $(INSTALLED)
	@$(PYTHON) -m venv --clear policy/venv
	@$(BIN)/uv pip install --quiet --python policy/venv/bin/python --require-hashes -r policy/requirements.txt
	@touch $@

.PHONY: policy
policy: $(INSTALLED) build policy/venv/installed ## Try the policy pack on the real engine; needs the Pulumi CLI on the PATH
	@$(BIN)/python -m pytest tests/engine -m pack -rs $(ARGS)

.PHONY: engine
engine: $(INSTALLED) build ## Try every change on the real Pulumi engine; needs the Pulumi CLI on the PATH
	@$(HAVE_PULUMI) || { echo "make engine needs the Pulumi CLI: no pulumi on the PATH, nothing was tested." >&2; exit 1; }
	@$(BIN)/python -m pytest tests/engine --numprocesses 2 --dist worksteal -m 'not walk and not sdk and not provider and not pack' $(ARGS)

.PHONY: walk
walk: $(INSTALLED) build ## Follow the pages' commands, from nothing to a release, on the real engine; needs the Pulumi CLI
	@$(HAVE_PULUMI) || { echo "make walk needs the Pulumi CLI: no pulumi on the PATH, nothing was followed." >&2; exit 1; }
	@$(BIN)/python -m pytest tests/engine --numprocesses 2 --dist worksteal -m walk $(ARGS)

.PHONY: package
package: $(INSTALLED) build ## Compile the component package's examples, deploy the one in YAML; needs Node, Go, the CLI and generators
	@$(BIN)/python -m pytest tests/package tests/engine --numprocesses 2 --dist worksteal -m sdk -rs $(ARGS)

.PHONY: provider
provider: $(INSTALLED) build ## Hold what is assumed of the AWS provider against its own plan; needs Terraform
	@$(BIN)/python -m pytest tests/engine -m provider -rs $(ARGS)

.PHONY: preview
preview: $(INSTALLED) build ## What a change would do to a pair of stacks and to people on call (ARGS="prod", ARGS="--help")
	@$(BIN)/python -m delivery preview $(ARGS)

.PHONY: comment
comment: ## Put that under a pull request, in place of the one before; installs nothing (ARGS="--help")
	@$(PYTHON) -m delivery.comment $(ARGS)

.PHONY: deploy
deploy: $(INSTALLED) build ## Bring a pair of stacks up and try it; on a failure say what goes back (ARGS="prod")
	@$(BIN)/python -m delivery deploy $(ARGS)

.PHONY: smoke
smoke: $(INSTALLED) ## After an up: does the pair serve what was asked for? (ARGS="prod", ARGS="--help")
	@$(BIN)/python -m reports smoke $(ARGS)

.PHONY: rehearse
rehearse: $(INSTALLED) ## Rehearse every shipped scenario for prod, and what nobody would hear of, into build/rehearsal
	@$(BIN)/python -m rehearsal frontier --stack prod --unseen-at-most 20% --out build/rehearsal
	@$(BIN)/python docs/frontier.py --check --from build/rehearsal/frontier.json
	@$(BIN)/python -m rehearsal run --stack prod --out build/rehearsal $(ARGS)
	@$(BIN)/python docs/rehearsal.py --check
	@$(BIN)/python -m rehearsal lint --stack dev --stack prod --fail-on warning

.PHONY: check
check: $(INSTALLED) ## Judge the stack files, the services and what is generated; format check, lint and types
	@$(BIN)/python -m config
	@$(BIN)/python -m services check
	@$(BIN)/python -m policy
	@$(BIN)/python docs/alarms.py --check
	@$(BIN)/python docs/costs.py --check
	@$(BIN)/python docs/lint.py --check
	@$(BIN)/python docs/sla.py --check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/pyright

.PHONY: actionlint
actionlint: ## Judge the workflows; needs Go
	@test -x build/bin/actionlint || GOBIN=$(CURDIR)/build/bin go install github.com/rhysd/actionlint/cmd/actionlint@v$(ACTIONLINT_VERSION)
	@build/bin/actionlint

.PHONY: format
format: $(INSTALLED) ## Format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: build
build: $(INSTALLED) ## Build the Lambda packages and the SDK layer into build/packages
	@$(BIN)/python -m components.shared.packages

.PHONY: bench
bench: $(INSTALLED) ## Measure what it costs in time and memory (ARGS="NAME" for one)
	@$(BIN)/python -m bench $(ARGS)

.PHONY: lock
lock: $(INSTALLED) ## Pin and hash the requirements files anew from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group deploy -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group model -c requirements-dev.txt -o model/requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url policy/requirements.in -o policy/requirements.txt
	@$(BIN)/uv pip compile --quiet --python-version 3.14 --python-platform aarch64-manylinux_2_28 --generate-hashes --no-header --no-emit-index-url --group collector -c requirements-dev.txt -o reports/sla/collect/requirements.txt
	@for wanted in services/*/model/*.in; do \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url -c requirements-dev.txt "$$wanted" -o "$${wanted%.in}.txt"; done

.PHONY: clean
clean: ## Remove everything that was built or installed
	@rm -rf .venv policy/venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
