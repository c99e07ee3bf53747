"""Configurations, overlays and profiles: as the Snakefile checks them, and given to Snakemake itself."""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

from fuzz.mutations import changed_json, damaged_bytes, or_gone, put
from fuzz.trial import REFUSED, TAKEN, attempt, inputs, tree
from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.configuration import check_configuration, check_files, check_overlay, profile_files
from support.project import ROOT

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
BASE = yaml.safe_load((ROOT / "config/config.yaml").read_text())
CI = copy.deepcopy(BASE)
update_config(CI, yaml.safe_load((ROOT / "config/ci.yaml").read_text()))


def use(path):
    """What Snakemake and the Snakefile do with an overlay, the checks of files first."""
    check_files([path])
    try:
        overlay = load_configfile(path)
    except WorkflowError as error:
        raise InputError(f"{path.name}: {' '.join(str(error).split())}") from error
    check_overlay(overlay, SCHEMA)
    config = copy.deepcopy(BASE)
    update_config(config, overlay)
    check_configuration(config, SCHEMA)


def overlay(damaged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.yaml"
        path.touch()
        put(path, damaged)
        return attempt("configurations", folder, lambda: use(path), names=["mine.yaml", "configuration: "])


@inputs(300)
@given(or_gone(st.one_of(changed_json(CI), changed_json(CI), damaged_bytes((ROOT / "config/ci.yaml").read_bytes()))))
def test_overlay(damaged):
    overlay(damaged)


NUMBERS = (
    *("0", "-1", ".nan", ".inf", "-.inf", "1.0", "1e3", "0x10", "true", "null", "'3'", "[3]", "{a: 3}", "99999999999"),
)
KEYS = (
    *("seeds: [{}]", "layers: [{}]", "layers: [1, {}]", "synthetic: {{seed: {}}}", "reuse: {{cases: {}}}"),
    *("reuse: {{layers: {}}}", "reuse: {{cases_per_job: {}}}", "datasets: {{clinc: {{input_tokens: {}}}}}"),
    *("datasets: {{clinc: {{test_share: {}}}}}", "models: {{many_to_one: {{units: {}}}}}", "run: {}", "mirror: {}"),
    *("models: {{many_to_one: {{learning_rate: {}}}}}", "decomposition: {{parameters: {{removal_cap: {}}}}}"),
    *("removal_sweep: {{removal_caps: [{}]}}", "variants: {{layers: {}}}", "scenarios: {{layers: {}}}"),
)


@inputs(120)
@given(st.sampled_from(KEYS), st.sampled_from(NUMBERS))
def test_numbers(key, number):
    message = overlay(key.format(number).encode())
    if number in (".nan", ".inf", "-.inf", "{a: 3}") or (number == "1.0" and "seeds" in key):
        assert message is not None


NAMES = ("../x", "/etc", "..", ".", "", "a/b", "a\nb", "ci\n", "a b", "-x", "ü", "x" * 300, "\0", "$(touch x)", "`x`")


@inputs(60)
@given(st.sampled_from(("run", "scenario", "dataset", "corpus", "language")), st.sampled_from(NAMES))
def test_names_that_lead_elsewhere(key, name):
    system = {"monolithic": "ukrainian", "approach_1": {"uk": name}, "approach_2": {"uk": name}}
    value = {
        "run": {"run": name},
        "scenario": {"scenarios": {"systems": {name: system}}},
        "dataset": {"scenarios": {"systems": {"add_ukrainian": system}}},
        "corpus": {"models": {"many_to_one": {"corpus": name}}},
        "language": {"datasets": {"tatoeba": {"languages": [name]}}},
    }[key]
    assert overlay(json.dumps(value).encode()) is not None


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
# What is laid over config/ci.yaml, and what the message must say.
WRONG = [
    ("run: x\nrun: y\n", "mine.yaml: line 2: the key 'run' stands twice"),
    ("reuse: {cases: 2, cases: 3}\n", "the key 'cases' stands twice"),
    ("epoch: 3\n", "'epoch' was unexpected"),
    ("models: {many_to_one: {epoch: 3}}\n", "models.many_to_one: "),
    ("seeds: 0\n", "seeds: 0 is not of type 'array'"),
    ("seeds: []\n", "seeds: "),
    ("seeds: [0.0]\n", "seeds.0: 0.0 is not of type 'integer'"),
    ("layers: [1, 1]\n", "layers: [1, 1] has non-unique elements"),
    ("layers: ['1']\n", "layers.0: '1' is not of type 'integer'"),
    ("layers: [2]\n", "reuse.layers: received 1; use one of layers, [2]"),
    ("1: x\n", "line 1: a key that is no text"),
    ("reuse: {cases_per_job: 0}\n", "reuse.cases_per_job: 0 is less than the minimum of 1"),
    ("reuse: {layers: 3}\n", "reuse.layers: received 3"),
    ("variants: {rnn_types: [gru]}\n", "variants.rnn_types: received gru"),
    ("removal_sweep: {removal_caps: [.nan]}\n", "removal_sweep.removal_caps.0: nan is not of type 'number'"),
    ("decomposition: {parameters: {removal_cap: 1.5}}\n", "decomposition.parameters.removal_cap: 1.5 is greater"),
    ("architectures: [many_to_none]\n", "architectures.0: 'many_to_none' is not one of"),
    ("scenarios: {systems: {add_ukrainian: {monolithic: klingon}}}\n", "monolithic: received 'klingon'"),
    ("scenarios: {systems: {add_ukrainian: {approach_1: {xx: ukrainian}}}}\n", "add_ukrainian.approach_1: received"),
    ("run: ../../escape\n", "run: '../../escape' does not match"),
    ("run: {a: 1}\n", "run: {'a': 1} is not of type 'string'"),
    ("source: mirror\n", "mirror: received none"),
    ("synthetic: {examples: {clinc: 0}}\n", "synthetic.examples.clinc: 0 is less than the minimum of 300"),
    (
        "datasets: {clinc: {validation_share: 0.5, test_share: 0.5}}\n",
        "datasets.clinc: validation_share, test_share: received",
    ),
    ("datasets: {tatoeba: {languages: [xx]}}\n", "datasets.tatoeba.languages: received xx"),
    ("models: {many_to_many: {corpus: toxicity}}\n", "models.many_to_many.corpus: 'toxicity' is not one of"),
    (BOMB, "its aliases unfold to more than"),
    ("a: &a [*a]\n", "an alias of a value within itself"),
    ("__use_yte__: true\nseeds: [0]\n", "configurations are plain values"),
    ("- 1\n", "top level"),
    ("run: [x\n", "not valid JSON or YAML"),
]


def test_snakemake_itself(tmp_path):
    """A plain ``snakemake -n`` ends with one message, and leaves everything as it was."""
    paths = []
    for number, (text, _) in enumerate(WRONG):
        paths.append(tmp_path / f"{number}" / "mine.yaml")
        paths[-1].parent.mkdir()
        paths[-1].write_text(text)
    before = tree(ROOT / "config") | tree(ROOT / "results") | tree(tmp_path)
    command = [sys.executable, Path(__file__).with_name("snakemake_calls.py"), *paths]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len(answers) == len(WRONG), finished.stderr
    for (text, expected), answer in zip(WRONG, answers, strict=True):
        assert answer["status"] != 0, text
        assert expected in answer["printed"], (text, answer["printed"])
        assert "Traceback" not in answer["printed"], text
        REFUSED["configurations (snakemake -n)"] += 1
    assert before == tree(ROOT / "config") | tree(ROOT / "results") | tree(tmp_path)


def test_a_valid_overlay_is_taken(tmp_path):
    assert overlay(b"seeds: [0, 1]\nmodels: {many_to_one: &m {epochs: 3}}\n") is None
    assert TAKEN["configurations"]


PROFILE = (ROOT / "workflow/profiles/slurm/config.yaml").read_bytes()


@inputs(60)
@given(st.one_of(damaged_bytes(PROFILE), st.just(PROFILE + b"jobs: 1\n"), st.just(PROFILE + b"2: 1\n")))
def test_profile(damaged):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(damaged)
        command = ["snakemake", "-n", f"--workflow-profile={folder}"]
        assert profile_files(command) == [path]
        message = attempt("profiles", folder, lambda: check_files(profile_files(command)), names=["config.yaml"])
        if damaged.startswith(PROFILE) and damaged != PROFILE and b": 1\n" in damaged[-6:]:
            assert message is not None


@pytest.mark.parametrize("name", ["config", "demo", "laptop", "ci"])
def test_the_projects_own_configurations_pass(name):
    use(ROOT / "config" / f"{name}.yaml")
    check_files((ROOT / "workflow/profiles").glob("*/config.yaml"))
