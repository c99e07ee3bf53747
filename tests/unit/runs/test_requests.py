"""What jobs ask a scheduler for, from what recorded jobs took."""

import dataclasses
import math

import pytest

from rnn_modules.runs.planning.comparison import compare, rows
from rnn_modules.runs.planning.measured_jobs import MeasuredJob, Recording
from rnn_modules.runs.planning.memory import analysis_mib, decomposition_mib, training_mib
from rnn_modules.runs.planning.planned_jobs import PlannedJob
from rnn_modules.runs.planning.requests import (
    MEMORY_HEADROOM,
    SHORTEST_MINUTES,
    TIME_HEADROOM,
    UNRECORDED_MIB,
    Requests,
)
from rnn_modules.runs.planning.workload import DatasetSizes, ModelSizes, Work

SIZES = DatasetSizes(
    train=40_000, test=1000, classes=4, per_class=250, input_tokens=10, output_timesteps=10, vocabulary=50, outputs=5
)
TRANSLATION = dataclasses.replace(SIZES, outputs=30_000, output_timesteps=20)
TAGGER = ModelSizes("many_to_many", "lstm", 1, 100, 50, SIZES)
TRANSLATOR = ModelSizes("encoder_decoder", "lstm", 1, 256, 256, TRANSLATION)
MIB = 2**20


def job(rule, memory, held=0.0, name="a", seconds=10.0, work=None):
    return MeasuredJob(rule, name, work or Work(), seconds, None, memory, held, rnn="lstm")


def requests(*jobs, datasets=None):
    return Requests.of([Recording("x", None, None, datasets or {}, jobs)])


def in_mib(megabytes):
    return megabytes * 10**6 / MIB


# What jobs hold


def test_a_larger_batch_of_words_holds_its_probabilities():
    more = training_mib(TRANSLATOR, 128) - training_mib(TRANSLATOR, 64)
    assert more > 3 * 64 * 19 * 30_000 * 4 / MIB
    # Where outputs are few, batches are no matter.
    assert training_mib(TAGGER, 128) - training_mib(TAGGER, 64) < 50


def test_words_are_evaluated_few_at_a_time():
    # Of 1,024 translations at once the probabilities alone would be 6.5 GiB, three times counted.
    assert training_mib(TRANSLATOR, 1) < 2000


def test_decomposition_holds_what_layers_answer_to_the_samples():
    layer = 20_000 * 100 * 4 / MIB  # 4 classes x 500 examples x 10 timesteps
    alone = decomposition_mib(TAGGER) - analysis_mib([TAGGER])
    gates_of_a_step = 6 * 4
    assert alone == pytest.approx((10 + gates_of_a_step) * layer)
    assert decomposition_mib(TAGGER, gates=True) - decomposition_mib(TAGGER) == pytest.approx(10 * 4 * layer)
    # What one layer sends and what the next answers are held at once.
    for layers in (2, 4):
        deep = dataclasses.replace(TAGGER, layers=layers)
        assert decomposition_mib(deep) - analysis_mib([deep]) == pytest.approx((2 * 10 + gates_of_a_step) * layer)
    few = dataclasses.replace(TAGGER, dataset=dataclasses.replace(SIZES, train=10_000))
    assert decomposition_mib(few) - analysis_mib([few]) == pytest.approx(alone / 2)


def test_models_of_one_dataset_hold_it_once():
    both, one = analysis_mib([TAGGER, TAGGER]), analysis_mib([TAGGER])
    assert both - one == pytest.approx((TAGGER.parameters() + TAGGER.projected_words()) * 4 / MIB)


def test_words_that_are_read_one_by_one_are_projected_once():
    assert TAGGER.projected_words() == 50 * 4 * 100
    assert TRANSLATOR.projected_words() == 30_050 * 4 * 256
    assert dataclasses.replace(TAGGER, architecture="one_to_many").projected_words() == 0


# What jobs ask for


def test_memory_is_the_largest_program_and_what_the_job_holds():
    asked = requests(job("evaluate", 300.0, held=100.0), job("evaluate", 250.0, held=10.0, name="b"))
    assert in_mib(asked.memory_mb("evaluate", 1000.0)) == pytest.approx(MEMORY_HEADROOM * 1240, abs=1)
    assert in_mib(asked.memory_mb("other")) == pytest.approx(MEMORY_HEADROOM * UNRECORDED_MIB, abs=1)


def test_trainings_of_all_kinds_share_their_program():
    asked = requests(job("train_model", 700.0), job("train_baselines", 800.0), job("train_model", None, name="b"))
    assert asked.memory_mb("train_model") == asked.memory_mb("train_baselines") == math.ceil(1.3 * 800 * MIB / 10**6)


def test_a_corpus_is_prepared_with_what_its_own_text_took():
    asked = Requests.of(
        [
            Recording(
                "x", None, None, {"clinc": {"source": "synthetic"}}, (job("prepare_dataset", 40.0, name="clinc"),)
            ),
            Recording("y", None, None, {"clinc": {"source": "mirror"}}, (job("prepare_dataset", 90.0, name="clinc"),)),
        ]
    )
    assert in_mib(asked.memory_mb("prepare_dataset", name="clinc", synthetic=True)) == pytest.approx(52, abs=1)
    assert in_mib(asked.memory_mb("prepare_dataset", name="clinc")) == pytest.approx(117, abs=1)
    # One that is new takes what others of its kind did.
    assert in_mib(asked.memory_mb("prepare_dataset", name="new")) == pytest.approx(117, abs=1)
    assert in_mib(asked.memory_mb("prepare_dataset", name="new", synthetic=True)) == pytest.approx(52, abs=1)


def test_translations_are_evaluated_with_what_translations_took():
    jobs = [job("evaluate", 160.0, name="one_to_one/x"), job("evaluate", 80.0, name="encoder_decoder/x")]
    asked = requests(*jobs)
    assert in_mib(asked.memory_mb("evaluate", name="encoder_decoder/y")) == pytest.approx(MEMORY_HEADROOM * 80, abs=1)
    assert in_mib(asked.memory_mb("evaluate", name="one_to_many/y")) == pytest.approx(MEMORY_HEADROOM * 160, abs=1)


def test_minutes_are_the_estimate_with_head_room_and_never_few():
    jobs = [job("evaluate", None, seconds=100.0 * n, work=Work(0, n * 10**9, 0), name=str(n)) for n in range(1, 9)]
    asked = requests(*jobs)
    assert asked.minutes("evaluate", work=Work(0, 100 * 10**9, 0)) == pytest.approx(
        TIME_HEADROOM * 10_000 / 60, rel=0.02
    )
    assert asked.minutes("evaluate") == asked.minutes("other") == SHORTEST_MINUTES


# Declared beside measured


def planned(rule, name, memory):
    return PlannedJob(rule, (), (), f"results/x/benchmarks/{rule}/{name}.tsv", 1, memory, 10, "")


@pytest.mark.parametrize(
    ("memory", "peaks", "verdict"),
    [
        ((200, 200), (100.0, 190.0), ""),
        ((200, 200), (100.0, 201.0), "too little"),
        ((100, 400), (101.0, 300.0), "too little"),
        ((700, 200), (100.0, 200.0), "over 3 times"),
        ((200, 200), (None, None), "not measured"),
    ],
)
def test_rules_that_ask_for_too_little_or_too_much_are_named(memory, peaks, verdict):
    asked = [planned("cut", name, mib) for name, mib in zip("ab", memory, strict=True)]
    (rule,) = compare(asked, [job("cut", peak, name=name) for name, peak in zip("abc", (*peaks, 9e9), strict=True)])
    assert rule.jobs == 2 and rule.verdict == verdict
    assert rows([rule])[1][-1] == verdict


def test_a_rule_that_specialises_another_one_is_compared_under_that():
    one = dataclasses.replace(planned("cut", "a", 150), rule="cut_one_timestep")
    (rule,) = compare([one, dataclasses.replace(one, memory_mib=None, benchmark=None)], [job("cut", 100.0)])
    assert (rule.rule, rule.ratio, rule.tightest) == ("cut", 1.5, 1.5)
