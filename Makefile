# One line per task; every task makes its own environment (.venv) from envs/requirements.lock first.
#   make demo                  synthetic corpora, every model, minutes
#   make laptop CORES=2        real corpora, reduced sizes
#   make laptop ARGS="-n"      further arguments for Snakemake (here: only say what would be done)
PYTHON ?= python3
UV ?= uv
CORES ?= all
ARGS ?=
RUN ?= laptop
# A folder with the corpora's files; empty: they are downloaded.
MIRROR ?= $(wildcard ../shared/datasets)
# Configuration that `make plan` plans; laid over config/config.yaml.
CONFIG ?= config/config.yaml

# Scripts that Snakemake starts find the environment's Python first.
IN_VENV = PATH="$(CURDIR)/.venv/bin:$$PATH"
SNAKEMAKE = $(IN_VENV) .venv/bin/snakemake --workflow-profile workflow/profiles/default
SOURCE = $(if $(MIRROR),--config source=mirror mirror="$(MIRROR)")

.PHONY: help demo laptop reproduce plan verify crate test test-fuzz test-faults test-cluster bench bench-memory lint reference lock
.DEFAULT_GOAL := help

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

demo: .venv/.done ## embedded synthetic corpora, all models (minutes)
	$(SNAKEMAKE) --configfile config/demo.yaml --cores $(CORES) $(ARGS)

laptop: .venv/.done ## real corpora, reduced sizes
	$(SNAKEMAKE) $(SOURCE) --configfile config/laptop.yaml --cores $(CORES) $(ARGS)

reproduce: .venv/.done ## real corpora at the paper's sizes (config/config.yaml)
	$(SNAKEMAKE) $(SOURCE) --cores $(CORES) $(ARGS)

plan: .venv/.done ## what a run would take, before it runs (CONFIG=config/laptop.yaml CORES=16)
	@$(IN_VENV) .venv/bin/python scripts/plan_run.py --cores $(CORES) -- --workflow-profile workflow/profiles/default \
	  $(if $(shell grep -ls '^source: synthetic' $(CONFIG)),,$(SOURCE)) --configfile $(CONFIG) --cores $(CORES) $(ARGS)

verify: .venv/.done ## check that a finished run is what its records say (RUN=laptop)
	@$(IN_VENV) .venv/bin/python scripts/verify_run.py --run results/$(RUN)

crate: .venv/.done ## describe a run as RO-Crate, for archives (RUN=laptop)
	@$(IN_VENV) .venv/bin/python scripts/record_run.py --run results/$(RUN)

test: .venv/.done ## all tests, a small workflow among them
	$(IN_VENV) .venv/bin/python -m pytest -q -n 2 --dist loadfile tests/unit tests/workflow

test-fuzz: .venv/.done ## thousands of damaged files and settings, given to everything that reads them
	$(IN_VENV) .venv/bin/python -m pytest -q tests/fuzz

test-cluster: .venv/.done ## the profile for Slurm on a Slurm of one node, installed where it is missing (minutes)
	tests/cluster/install
	$(IN_VENV) .venv/bin/python -m pytest -q -rs --durations 0 tests/cluster

test-faults: .venv/.done ## killed runs, full disks, broken downloads (minutes)
	$(IN_VENV) .venv/bin/python -m pytest -q -rs --durations 5 tests/faults

bench: .venv/.done ## speed, memory and size of the decomposition
	$(IN_VENV) .venv/bin/python tests/benchmarks/bench.py --output results/bench/bench.json --markdown results/bench/bench.md

bench-memory: .venv/.done ## memory and time that a finished run's jobs ask for, beside what they took (RUN=laptop)
	@$(IN_VENV) .venv/bin/python scripts/compare_memory.py --run results/$(RUN)

lint: .venv/.done ## ruff, snakefmt, snakemake --lint
	.venv/bin/ruff check scripts tests
	.venv/bin/ruff format --check scripts tests
	.venv/bin/snakefmt --check workflow
	$(IN_VENV) .venv/bin/snakemake --lint

reference: .venv/.done ## keep a finished run's records, tables and figure (RUN=laptop) and show them in the README
	$(IN_VENV) .venv/bin/python scripts/publish_reference.py --run results/$(RUN) --reference results/reference/$(RUN) \
	  --benchmark results/bench --readme README.md

lock: ## resolve envs/requirements.in anew (needs uv)
	$(UV) pip compile --universal --python-version 3.11 --generate-hashes envs/requirements.in -o envs/requirements.lock

.venv/.done: envs/requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: PYTHON=$(PYTHON) is missing or older than 3.11; name another one: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r envs/requirements.lock
	@touch $@
