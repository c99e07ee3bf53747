"""Configurations: what a later stage could not use is refused before anything runs, with one error that names it."""

import copy
import json

import pytest
import yaml
from snakemake.utils import update_config

from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.configuration import check_configuration
from support.project import ROOT

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
BASE = yaml.safe_load((ROOT / "config/config.yaml").read_text())


def check(overlay):
    config = copy.deepcopy(BASE)
    update_config(config, copy.deepcopy(overlay))
    check_configuration(config, SCHEMA)


RESERVED = (
    "reference",
    "Reference",
    "REFERENCE",
    "corpora",
    "Bench",
    "README.md",
    "con",
    "NUL.txt",
    "com1",
    "lpt9",
    "aux",
)
IMPOSSIBLE = ("..", ".", ".hidden", "-x", "a/b", "a\\b", "a b", "a\n", "a\x1b", "", "ü", "x" * 101, "ends.", "a\0")


@pytest.mark.parametrize("name", [*RESERVED, *IMPOSSIBLE])
def test_names_that_are_no_run(name):
    with pytest.raises(InputError, match=r"^configuration: run: .*; config/README.md describes every key$") as raised:
        check({"run": name})
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("name", ["mine", "reference2", "my.reference", "corpora-2", "a..b", "console", "2"])
def test_names_of_runs(name):
    check({"run": name})


WRONG = {
    "models.encoder_decoder: units, embedding, layers": {"models": {"encoder_decoder": {"units": 19_000}}},
    "models.many_to_one: units, embedding, layers: the model": {"models": {"many_to_one": {"units": 20_000}}},
    "models.one_to_one: units, embedding, layers: the": {
        "models": {"one_to_one": {"embedding": 20_000, "units": 100}},
        "datasets": {"math_qa": {"input_tokens": 2_000}},
    },
    "models.many_to_one.units: 60000 is greater": {"models": {"many_to_one": {"units": 60_000}}},
    "models.many_to_one.epochs: 10000000000": {"models": {"many_to_one": {"epochs": 10**30}}},
    "models.encoder_decoder.epochs_of.estonian: 1000000": {
        "models": {"encoder_decoder": {"epochs_of": {"estonian": 10**6}}}
    },
    "models.many_to_one.batch_size: 1000": {"models": {"many_to_one": {"batch_size": 10**30}}},
    "models.many_to_one.learning_rate: 1000": {"models": {"many_to_one": {"learning_rate": 1000.0}}},
    "datasets.clinc.input_tokens: 100000": {"datasets": {"clinc": {"input_tokens": 100_000}}},
    "datasets.tatoeba.lines: 1000000": {"datasets": {"tatoeba": {"lines": 10**30}}},
    "reuse.cases: 1000": {"reuse": {"cases": 10**30}},
    "reuse.cases: 0 is less": {"reuse": {"cases": 0}},
    "decomposition.parameters.positive_sample: 1000": {"decomposition": {"parameters": {"positive_sample": 10**30}}},
    "decomposition.parameters.rate_difference: -1e": {"decomposition": {"parameters": {"rate_difference": -1e300}}},
    "datasets.brown.test_share: received 0": {"datasets": {"brown": {"test_share": 0}}},
    "datasets.tatoeba.test_share: received 0": {"datasets": {"tatoeba": {"test_share": 0}}},
    "datasets.brown: validation_share, test_share: received 0.05, 0.97": {"datasets": {"brown": {"test_share": 0.97}}},
    "datasets.brown: validation_share, test_share: received 0.05, 1": {"datasets": {"brown": {"test_share": 1}}},
    "datasets.tatoeba.target_vocabulary_size: received 7": {"datasets": {"tatoeba": {"target_vocabulary_size": 7}}},
    "datasets.clinc.train_examples: received 9": {"datasets": {"clinc": {"train_examples": 9}}},
    "datasets.math_qa.test_examples: received 5": {"datasets": {"math_qa": {"test_examples": 5}}},
    "datasets.tatoeba.languages: received fr": {"datasets": {"tatoeba": {"languages": ["fr"]}}},
    "datasets.tatoeba.languages: [] ": {"datasets": {"tatoeba": {"languages": []}}},
    "datasets.clinc.languages: received fr": {"datasets": {"clinc": {"languages": ["fr"]}}},
    "architectures: [] ": {"architectures": []},
    "models.one_to_many.kept_epoch: received best_validation, but datasets.toxicity.validation_share is 0": {
        "datasets": {"toxicity": {"validation_share": 0}}
    },
    "reuse.rates: 'equal'": {"reuse": {"rates": "equal"}},
    "reuse.training_length: 'long'": {"reuse": {"training_length": "long"}},
    "layers: [] ": {"layers": []},
    "seeds: [] ": {"seeds": []},
    "seeds: [1, 1] has non-unique": {"seeds": [1, 1]},
    "rnn_types: [] ": {"rnn_types": []},
    "reuse.rnn_types: [] ": {"reuse": {"rnn_types": []}},
    "reuse.rnn_types: received relu": {"reuse": {"rnn_types": ["lstm", "relu"]}},
    "removal_sweep.removal_caps: [] ": {"removal_sweep": {"removal_caps": []}},
    "reuse.layers: received 4": {"layers": [1, 2]},
    "removal_sweep.rnn: received lstm": {"rnn_types": ["gru"], "variants": {"rnn_types": ["gru"]}},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_a_later_stage_cannot_use(message):
    with pytest.raises(InputError) as raised:
        check(WRONG[message])
    assert str(raised.value).startswith(f"configuration: {message}"), json.dumps(WRONG[message])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "overlay",
    [
        {"variants": {"rnn_types": []}},
        {"reuse": {"other_mode_of": []}},
        {"reuse": {"rnn_types": ["gru"]}},
        {"decomposition": {"parameters": {"removed_edges": []}}},
        {"decomposition": {"parameters": {"rate_difference": -1e-5}}},
        {"datasets": {"brown": {"validation_share": 0}}},
        {"datasets": {"toxicity": {"test_share": 0}}},
        {"datasets": {"toxicity": {"validation_share": 0}}, "models": {"one_to_many": {"kept_epoch": "last"}}},
        {"models": {"many_to_one": {"kept_epoch": "best_validation"}}, "datasets": {"clinc": {"validation_share": 0}}},
        {"models": {"many_to_one": {"corpus": "math_qa"}}},
    ],
)
def test_what_can_be_used_passes(overlay):
    check(overlay)
