# One line per task; every task makes its own environment (.venv) from envs/requirements.lock first.
#   make demo                  synthetic corpora, every model, minutes
#   make laptop CORES=2        real corpora, reduced sizes
#   make laptop ARGS="-n"      further arguments for Snakemake (here: only say what would be done)
#   make laptop GPU=1          train on NVIDIA's GPU, in .venv-gpu from envs/gpu.lock (Linux; not yet tried on a GPU)
#   KERAS_BACKEND=jax make demo SETTINGS="run=demo-jax"        train with JAX; SETTINGS: keys of the configuration
PYTHON ?= python3
UV ?= uv
CORES ?= all
ARGS ?=
SETTINGS ?=
GPU ?=
RUN ?= laptop
# A folder with the corpora's files; empty: they are downloaded.
MIRROR ?= $(wildcard ../shared/datasets)
# Configuration that `make plan` plans; laid over config/config.yaml.
CONFIG ?= config/config.yaml

VENV = .venv$(if $(GPU),-gpu)
LOCK = envs/$(if $(GPU),gpu,requirements).lock
# Scripts that Snakemake starts find the environment's Python first.
IN_VENV = PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
PROFILE = --workflow-profile workflow/profiles/default --config $(if $(GPU),gpu=True) $(SETTINGS)
SNAKEMAKE = $(IN_VENV) $(VENV)/bin/snakemake $(PROFILE)
# Goes on where --config ends.
SOURCE = $(if $(MIRROR),source=mirror mirror="$(MIRROR)")
COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes

.PHONY: help demo laptop reproduce plan verify crate test test-fuzz test-faults test-cluster bench bench-memory lint reference lock
.DEFAULT_GOAL := help

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

demo: $(VENV)/.done ## embedded synthetic corpora, all models (minutes)
	$(SNAKEMAKE) --configfile config/demo.yaml --cores $(CORES) $(ARGS)

laptop: $(VENV)/.done ## real corpora, reduced sizes
	$(SNAKEMAKE) $(SOURCE) --configfile config/laptop.yaml --cores $(CORES) $(ARGS)

reproduce: $(VENV)/.done ## real corpora at the paper's sizes (config/config.yaml)
	$(SNAKEMAKE) $(SOURCE) --cores $(CORES) $(ARGS)

plan: $(VENV)/.done ## what a run would take, before it runs (CONFIG=config/laptop.yaml CORES=16)
	@$(IN_VENV) $(VENV)/bin/python scripts/plan_run.py --cores $(CORES) -- $(PROFILE) \
	  $(if $(shell grep -ls '^source: synthetic' $(CONFIG)),,$(SOURCE)) --configfile $(CONFIG) --cores $(CORES) $(ARGS)

verify: $(VENV)/.done ## check that a finished run is what its records say (RUN=laptop)
	@$(IN_VENV) $(VENV)/bin/python scripts/verify_run.py --run results/$(RUN)

crate: $(VENV)/.done ## describe a run as RO-Crate, for archives (RUN=laptop)
	@$(IN_VENV) $(VENV)/bin/python scripts/record_run.py --run results/$(RUN)

test: $(VENV)/.done ## all tests, a small workflow among them
	$(IN_VENV) $(VENV)/bin/python -m pytest -q -n 2 --dist loadfile tests/unit tests/workflow

test-fuzz: $(VENV)/.done ## thousands of damaged files and settings, given to everything that reads them
	$(IN_VENV) $(VENV)/bin/python -m pytest -q tests/fuzz

test-cluster: $(VENV)/.done ## the profile for Slurm on a Slurm of one node, installed where it is missing (minutes)
	tests/cluster/install
	$(IN_VENV) $(VENV)/bin/python -m pytest -q -rs --durations 0 tests/cluster

test-faults: $(VENV)/.done ## killed runs, full disks, broken downloads (minutes)
	$(IN_VENV) $(VENV)/bin/python -m pytest -q -rs --durations 5 tests/faults

bench: $(VENV)/.done ## speed, memory and size of the decomposition, and how results spread over threads and backends
	$(IN_VENV) $(VENV)/bin/python tests/benchmarks/bench.py --output results/bench/bench.json --markdown results/bench/bench.md
	$(IN_VENV) $(VENV)/bin/python tests/benchmarks/spread.py --output results/bench/spread.json --markdown results/bench/spread.md

bench-memory: $(VENV)/.done ## memory and time that a finished run's jobs ask for, beside what they took (RUN=laptop)
	@$(IN_VENV) $(VENV)/bin/python scripts/compare_memory.py --run results/$(RUN)

lint: $(VENV)/.done ## ruff, snakefmt, snakemake --lint
	$(VENV)/bin/ruff check scripts tests
	$(VENV)/bin/ruff format --check scripts tests
	$(VENV)/bin/snakefmt --check workflow
	$(IN_VENV) $(VENV)/bin/snakemake --lint

reference: $(VENV)/.done ## keep a finished run's records, tables and figures (RUN=laptop) and show them in results/README.md
	$(IN_VENV) $(VENV)/bin/python scripts/publish_reference.py --run results/$(RUN) --reference results/reference/$(RUN) \
	  --benchmark results/bench --results results/README.md --readme README.md
	test ! -e results/demo/run.json || install -D -m 644 results/demo/run.json results/reference/demo/run.json

lock: ## resolve envs/requirements.in and envs/gpu.in anew (needs uv)
	$(COMPILE) envs/requirements.in -o envs/requirements.lock
	$(COMPILE) --no-annotate --no-emit-package tensorflow-cpu -c envs/requirements.lock envs/gpu.in -o envs/gpu.lock

$(VENV)/.done: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: PYTHON=$(PYTHON) is missing or older than 3.11; name another one: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	@touch $@
