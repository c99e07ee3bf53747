# One line per task; every task makes its own environment (.venv) from envs/requirements.lock first.
#   make demo                  synthetic corpora, every model, minutes
#   make laptop CORES=2        real corpora, reduced sizes
#   make laptop MIRROR=folder  the corpora's files from a folder instead of downloading them (MIRROR= downloads)
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
# Configuration that `make plan` plans; laid over config/config.yaml.
CONFIG ?= config/config.yaml

VENV = .venv$(if $(GPU),-gpu)
LOCK = envs/$(if $(GPU),gpu,requirements).lock
PY = $(VENV)/bin/python
# Right over config/config.yaml, below every file and setting of the user: the mirror beside the project, where there is one.
GUESS = $(if $(filter undefined,$(origin MIRROR)),$(if $(wildcard ../shared/datasets),--configfile config/mirror.yaml))
# Arguments of Snakemake; --config and --configfile may stand in them several times.
# --cores stands last, where it ends the values of the option before it: targets may follow.
ARGUMENTS = --workflow-profile workflow/profiles/default $(GUESS) $(1) \
  $(if $(GPU),--config gpu=True) $(if $(SETTINGS),--config $(SETTINGS)) --cores="$(CORES)" $(ARGS)
SNAKEMAKE = $(PY) scripts/run_workflow.py $(call ARGUMENTS,$(if $(1),--configfile $(1)))
COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes

.PHONY: help quick demo laptop replication reproduce plan verify keep resume crate tutorial test test-fuzz test-faults test-cluster bench bench-memory lint reference lock
.DEFAULT_GOAL := help

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

quick: $(VENV)/.done ## one model of each kind on tiny synthetic corpora, and the report (3 minutes)
	@$(call SNAKEMAKE,config/quick.yaml)

demo: $(VENV)/.done ## embedded synthetic corpora, all models (minutes)
	@$(call SNAKEMAKE,config/demo.yaml)

laptop: $(VENV)/.done ## real corpora, reduced sizes
	@$(call SNAKEMAKE,config/laptop.yaml)

replication: $(VENV)/.done ## real corpora, classifiers at the paper's sizes, three seeds (14 hours on two cores; resumes)
	@$(call SNAKEMAKE,config/reference.yaml)

reproduce: $(VENV)/.done ## real corpora at the paper's sizes (config/config.yaml)
	@$(call SNAKEMAKE)

plan: $(VENV)/.done ## what a run would take, before it runs (CONFIG=config/laptop.yaml CORES=16)
	@$(PY) scripts/plan_run.py --cores="$(CORES)" -- $(call ARGUMENTS,--configfile "$(CONFIG)")

verify: $(VENV)/.done ## check that a finished run is what its records say (RUN=laptop)
	@$(PY) scripts/verify_run.py --run "results/$(RUN)"

keep: $(VENV)/.done ## keep the records of a run that has not ended, to go on from on another machine (RUN=laptop)
	$(PY) scripts/keep_records.py --run "results/$(RUN)" --output "results/begun/$(RUN)"

resume: $(VENV)/.done ## put kept records back beside new datasets; the next call makes what is missing (RUN=laptop)
	@$(call SNAKEMAKE,config/$(if $(filter replication,$(RUN)),reference,$(RUN)).yaml) -- datasets
	$(PY) scripts/keep_records.py --run "results/begun/$(RUN)" --output "results/$(RUN)"

crate: $(VENV)/.done ## describe a run as RO-Crate, for archives (RUN=laptop)
	@$(PY) scripts/record_run.py --run "results/$(RUN)"

tutorial: $(VENV)/.done ## models and examples of scripts/tutorial.md, in tutorial/ (half a minute)
	@TF_CPP_MIN_LOG_LEVEL=3 $(PY) tests/support/tutorial.py tutorial

# Files in the order of tests/conftest.py.
test: $(VENV)/.done ## all tests and the library's examples; among them a small workflow and the installed wheel
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --doctest-modules --ignore-glob "*/quick_*.py" \
	  tests/workflow tests/wheel tests/unit scripts/rnn_modules

test-fuzz: $(VENV)/.done ## thousands of damaged files and settings, given to everything that reads them
	$(PY) -m pytest -q tests/fuzz

test-cluster: $(VENV)/.done ## the profile for Slurm on a Slurm of one node, installed where it is missing (minutes)
	tests/cluster/install
	$(PY) -m pytest -q -rs --durations 0 tests/cluster

test-faults: $(VENV)/.done ## killed runs, full disks, broken downloads (minutes)
	$(PY) -m pytest -q -rs --durations 5 tests/faults

bench: $(VENV)/.done ## speed, memory and size of the decomposition, and how results spread over threads and backends
	$(PY) tests/benchmarks/bench.py --output results/bench/bench.json --markdown results/bench/bench.md
	$(PY) tests/benchmarks/spread.py --output results/bench/spread.json --markdown results/bench/spread.md

bench-memory: $(VENV)/.done ## memory and time that a finished run's jobs ask for, beside what they took (RUN=laptop)
	@$(PY) scripts/plan_run.py --run "results/$(RUN)"

lint: $(VENV)/.done ## ruff, snakefmt, codespell, mypy, snakemake --lint
	$(VENV)/bin/ruff check scripts tests
	$(VENV)/bin/ruff format --check scripts tests
	$(VENV)/bin/snakefmt --check workflow
	$(VENV)/bin/codespell
	$(VENV)/bin/mypy
	$(PY) -m snakemake --lint

reference: $(VENV)/.done ## keep a finished run's records, tables and figures (RUN=laptop) and show them in results/README.md
	$(PY) scripts/publish_reference.py --run "results/$(RUN)" --reference "results/reference/$(RUN)" \
	  --benchmark results/bench --results results/README.md
	test ! -e results/demo/run.json || install -D -m 644 results/demo/run.json results/reference/demo/run.json

lock: ## resolve envs/requirements.in and envs/gpu.in again (needs uv)
	$(COMPILE) envs/requirements.in -o envs/requirements.lock
	$(COMPILE) --no-annotate --no-emit-package tensorflow-cpu -c envs/requirements.lock envs/gpu.in -o envs/gpu.lock

$(VENV)/.done: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: PYTHON=$(PYTHON) is missing or older than 3.11; name another one: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	@touch $@
