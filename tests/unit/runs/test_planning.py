"""The plan of a run: work from sizes, costs from recorded jobs, wall time from a schedule."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.command_line import TOOK
from rnn_modules.runs.planning.costs import Costs, fit_trainings
from rnn_modules.runs.planning.estimates import EstimatedJob, describe, estimate, wall_seconds
from rnn_modules.runs.planning.measured_jobs import MeasuredJob, Recording, measure_run, read_recordings
from rnn_modules.runs.planning.planned_jobs import PlannedJob, Sizes, dataset_settings, limited
from rnn_modules.runs.planning.workload import (
    DatasetSizes,
    ModelSizes,
    Work,
    analysis_work,
    baseline_examples,
    possible_cases,
    training_work,
)
from support.made_up_run import BENCHMARK
from support.made_up_verified_run import MODEL, write_verified_run
from support.networks import random_classifier, random_translator
from support.project import ROOT

RECORDINGS = ROOT / "config" / "benchmarks"
SIZES = DatasetSizes(
    train=1000, test=200, classes=4, per_class=250, input_tokens=6, output_timesteps=1, vocabulary=50, outputs=4
)
TRANSLATION = DatasetSizes(
    train=900, test=90, classes=3, per_class=300, input_tokens=5, output_timesteps=8, vocabulary=50, outputs=70
)
TRAIN = (
    "TF_NUM_INTRAOP_THREADS=1 python scripts/train_model.py --dataset results/x/datasets/clinc --architecture "
    "many_to_one --rnn {} --layers 2 --seed 0 --embedding 5 --units 8 --epochs 3 --batch-size 32 --output "
    "results/x/models/many_to_one/clinc/{}-2/seed-0 > results/x/logs/train.log 2>&1"
)


def planned(rule, command="", inputs=(), outputs=(), threads=1, memory=None):
    benchmark = f"results/x/benchmarks/{rule}/name.tsv"
    return PlannedJob(rule, tuple(inputs), tuple(outputs), benchmark, threads, memory, 10, command)


def measured(rule="train_model", seconds=10.0, work=None, rnn="lstm", name="a", memory=100.0):
    return MeasuredJob(rule, name, work or Work(), seconds, None, memory, rnn=rnn)


# Work


def weights(network):
    layers = [*network.layers, *getattr(network, "encoder", ())]
    arrays = [array for layer in layers for array in (layer.kernel, layer.recurrent_kernel, layer.bias)]
    names = ("embedding", "source_embedding", "target_embedding", "output_kernel", "output_bias")
    return sum(array.size for array in [*arrays, *(getattr(network, name, np.empty(0)) for name in names)])


@pytest.mark.parametrize("rnn", ["lstm", "gru", "vanilla"])
@pytest.mark.parametrize("layers", [1, 3])
def test_parameters_are_the_weights_of_a_network(rnn, layers):
    sizes = dataclasses.replace(SIZES, input_tokens=5, vocabulary=7, outputs=3)
    for architecture, options in (("many_to_one", {}), ("one_to_many", {"repeat": 4, "many_output": True})):
        network = random_classifier(cell=rnn, layers=layers, **options)
        assert ModelSizes(architecture, rnn, layers, 4, 3, sizes).parameters() == weights(network)
    network = random_translator(cell=rnn, layers=layers)
    sizes = dataclasses.replace(TRANSLATION, vocabulary=len(network.source_embedding), outputs=network.outputs)
    width = network.source_embedding.shape[1]
    assert ModelSizes("encoder_decoder", rnn, layers, 4, width, sizes).parameters() == weights(network)


def test_multiply_adds_of_a_model_counted_by_hand():
    model = ModelSizes("many_to_one", "lstm", 2, 8, 5, SIZES)
    assert model.multiply_adds() == 6 * (4 * 8 * (5 + 8) + 4 * 8 * (8 + 8)) + 8 * 4
    assert model.sequential_steps() == 12
    translator = ModelSizes("encoder_decoder", "vanilla", 1, 8, 5, TRANSLATION)
    assert translator.multiply_adds() == (5 + 7) * 8 * (5 + 8) + 7 * 8 * 70
    assert translator.sequential_steps() == 12
    flat = ModelSizes("one_to_one", "gru", 1, 8, 5, SIZES)
    assert flat.multiply_adds() == 3 * 8 * (6 * 5 + 8) + 8 * 4
    assert flat.sequential_steps() == 1


def test_training_work_counts_gradient_steps():
    model = ModelSizes("many_to_one", "gru", 1, 8, 5, SIZES)
    work = training_work(model, examples=65, epochs=2, batch_size=32)
    assert work == Work(6 * 6, 130 * model.multiply_adds(), 6 * model.parameters())
    assert analysis_work([model, model], passes=3).multiply_adds == 6 * 200 * 4 * model.multiply_adds()


def test_baselines_take_the_examples_of_their_classes():
    assert baseline_examples("intra_reuse", [SIZES], None) == 500
    assert baseline_examples("inter_reuse", [SIZES, TRANSLATION], 100) == 200
    assert baseline_examples("inter_replacement", [SIZES, TRANSLATION], 100) == 400
    assert possible_cases("intra_reuse", [SIZES]) == 6
    assert possible_cases("inter_reuse", [SIZES, TRANSLATION]) == 12
    with pytest.raises(InputError, match="received 'other'"):
        baseline_examples("other", [SIZES], None)


# Costs


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.1, 10), min_size=4, max_size=4),
    st.lists(st.tuples(*[st.integers(1, 1000)] * 3), min_size=8, max_size=20, unique=True),
)
def test_the_fit_finds_the_line_that_jobs_lie_on(coefficients, works):
    scale = (1, 1e-2, 1e-8, 1e-6)
    jobs = []
    for steps, adds, updates in works:
        work = Work(steps * 100, adds * 10**8, updates * 10**6)
        terms = (1, work.sequential_steps, work.multiply_adds, work.parameter_updates)
        seconds = np.prod([coefficients, scale, terms], axis=0).sum()
        jobs.append(measured(seconds=float(seconds), work=work))
    cost = fit_trainings(jobs)
    assert cost.error < 1e-6
    assert min(cost.coefficients) >= 0
    assert [cost.seconds(job.work) for job in jobs] == pytest.approx([job.seconds for job in jobs], rel=1e-5)


def test_rules_without_large_jobs_take_the_common_cost_of_a_multiply_add():
    large = [measured("evaluate", 2 + number, Work(0, number * 10**9, 0)) for number in range(10)]
    small = [measured("cut", 5.0 + 0.2 * (number % 2), Work(0, number * 10**5, 0)) for number in range(10)]
    costs = Costs.of([*large, *small])
    assert costs.cost("evaluate", None).coefficients == pytest.approx((2, 0, 1e-9, 0), rel=1e-3)
    start, _, each, _ = costs.cost("cut", None).coefficients
    assert start == pytest.approx(5.1, rel=0.05) and each == pytest.approx(1e-9, rel=0.05)


def test_a_rule_with_large_jobs_has_a_cost_of_its_own():
    jobs = [measured("evaluate", 2 + number, Work(0, number * 10**9, 0)) for number in range(10)]
    jobs += [measured("cut", 2 + 3 * number, Work(0, number * 10**9, 0)) for number in range(10)]
    assert Costs.of(jobs).cost("cut", None).coefficients[2] == pytest.approx(3e-9, rel=1e-3)


def test_unrecorded_kinds_have_no_cost_and_unrecorded_cells_the_nearest():
    jobs = [measured(rnn=rnn, seconds=seconds) for rnn, seconds in (("lstm", 40.0), ("vanilla", 10.0))]
    costs = Costs.of([*jobs, measured("train_baselines", 20.0, rnn="lstm", memory=700.0)])
    assert costs.cost("relate", None) is None
    assert costs.cost("train_model", "relu").seconds(Work()) == pytest.approx(10)
    assert costs.cost("train_baselines", "gru") == costs.cost("train_model", "lstm")
    assert costs.memory_mib == {"train_model": 100.0, "train_baselines": 700.0}
    assert Costs.of([]).cost("train_model", "lstm") is None


def test_time_of_computing_counts_and_not_of_waiting():
    job = dataclasses.replace(measured(seconds=30.0), cpu_seconds=12.0)
    assert (job.core_seconds, measured(seconds=30.0).core_seconds) == (12.0, 30.0)


# Recordings


def test_a_run_is_recorded_and_read_again(tmp_path):
    folder = write_verified_run(tmp_path / "work" / "made-up")
    for name, seconds in (
        (f"train_model/{MODEL}/seed-0", 9.0),
        ("prepare_dataset/clinc", 1.0),
        ("tabulate_cases", 1.0),
    ):
        path = folder / "benchmarks" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BENCHMARK.format(seconds, "NA"))
    (folder / "run.json").unlink()
    recording = measure_run(folder)
    recording.write(tmp_path / "recordings")
    assert read_recordings(tmp_path / "recordings") == [
        dataclasses.replace(recording, jobs=tuple(sorted(recording.jobs, key=lambda job: (job.rule, job.name))))
    ]
    jobs = {job.rule: job for job in recording.jobs}
    # What has a benchmark file takes its seconds from there, what has none from its record.
    assert jobs.keys() == {"train_model", "prepare_dataset", "tabulate_cases", "evaluate_decomposition"}
    assert (jobs["train_model"].seconds, jobs["train_model"].memory_mib) == (9.0, None)
    assert jobs["evaluate_decomposition"].seconds == 3.0
    model = ModelSizes("many_to_one", "lstm", 1, 4, 3, DatasetSizes(**recording.datasets["clinc"]["sizes"]))
    assert jobs["train_model"].work == training_work(model, 6, 2, 4)
    assert jobs["evaluate_decomposition"].work == analysis_work([model])
    assert recording.commit == "0123456789abcdef"


def test_what_a_script_logged_counts_for_more_than_samples(tmp_path):
    for rule, cpu_time in (("plot_modules", 1), ("write_report", 1), ("tabulate_cases", 0)):
        path = tmp_path / "benchmarks" / f"{rule}.tsv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(BENCHMARK.format(2.0, 3.1).replace("\t1\n", f"\t{cpu_time}\n"))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "plot_modules.log").write_text("12:00:00 drawn\n12:00:01 " + TOOK % (1.5, 120.5) + "\n")
    jobs = {job.rule: (job.name, job.cpu_seconds, job.memory_mib) for job in measure_run(tmp_path).jobs}
    assert jobs["plot_modules"] == ("", 1.5, 120.5)
    assert jobs["write_report"] == ("", 1.0, 3.1)
    # Sampled before anything was computed: that was the shell.
    assert jobs["tabulate_cases"] == ("", None, None)


def test_an_empty_folder_or_a_damaged_recording_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no benchmarks and no trained models"):
        measure_run(tmp_path)
    Recording("x", None, None, {}, (measured(),)).write(tmp_path)
    (tmp_path / "x.csv").write_text("rule,name\na,b\n")
    with pytest.raises(InputError, match=r"x\.csv: lacks the columns"):
        read_recordings(tmp_path)


def test_recorded_trainings_are_estimated_within_a_factor_of_two():
    recordings = read_recordings(RECORDINGS)
    costs = Costs.of(job for recording in recordings for job in recording.jobs)
    jobs = [job for recording in recordings for job in recording.jobs if job.rule == "train_model"]
    seconds = np.array([job.core_seconds for job in jobs])
    estimates = np.array([costs.cost(job.rule, job.rnn).seconds(job.work) for job in jobs])
    assert len(jobs) >= 60
    # Trainings of equal work were measured up to twice as long as others; the sum is what a plan states.
    assert np.mean(np.abs(np.log2(estimates / seconds)) < 1) > 0.9
    assert 0.8 < estimates.sum() / seconds.sum() < 1.25


# Sizes of planned jobs


def test_options_end_where_the_output_is_sent():
    options = planned("train_model", TRAIN.format("lstm", "lstm")).options
    assert options["rnn"] == ["lstm"] and options["batch_size"] == ["32"]
    assert options["output"] == ["results/x/models/many_to_one/clinc/lstm-2/seed-0"]


def prepare(name, flags, source="--source mirror --mirror data"):
    manifest = f"results/x/corpora/{name}.json"
    return [
        planned("fetch_corpus", f"python scripts/fetch_corpus.py {source} --output {manifest} > log", (), [manifest]),
        planned(
            "prepare_dataset",
            f"python scripts/prepare_dataset.py --manifest {manifest} --output results/x/datasets/{name} {flags} > log",
            [manifest],
            [f"results/x/datasets/{name}/dataset.json"],
        ),
    ]


def recorded(sizes, flags="", source="mirror"):
    return {"source": source, "settings": dataset_settings(flags.split()), "sizes": dataclasses.asdict(sizes)}


def test_sizes_of_a_recorded_dataset_with_the_same_settings_are_exact():
    known = {"clinc": recorded(SIZES, "--input-tokens 6"), "other": recorded(TRANSLATION)}
    sizes = Sizes(prepare("clinc", "--input-tokens 6"), [known])
    assert sizes.dataset("results/x/datasets/clinc") == SIZES
    assert sizes.guessed == set()


def test_other_sizes_are_cut_to_their_settings():
    jobs = prepare("clinc", "--input-tokens 9 --train-examples 300")
    sizes = Sizes(jobs, [{"clinc": recorded(SIZES)}])
    found = sizes.dataset("results/x/datasets/clinc")
    assert (found.train, found.per_class, found.input_tokens, found.output_timesteps) == (300, 75, 9, 1)
    assert sizes.guessed == {"clinc"}
    with pytest.raises(InputError, match="clinc: no recorded benchmark has this dataset"):
        Sizes(jobs, [{}]).dataset("results/x/datasets/clinc")


def test_generated_corpora_have_the_examples_that_are_asked_for():
    jobs = prepare("clinc", "", "--source synthetic --examples 400")
    assert Sizes(jobs, [{"clinc": recorded(SIZES)}]).dataset("results/x/datasets/clinc").train == 400


def test_lines_of_translations_count_once_per_language():
    settings = dataset_settings("--lines 100 --target-tokens 12 --target-vocabulary-size 40".split())
    found = limited(TRANSLATION, settings, None)
    assert (found.train, found.output_timesteps, found.outputs) == (300, 12, 40)


def test_work_of_a_model_and_of_what_is_computed_from_it():
    train = planned(
        "train_model", TRAIN.format("gru", "gru"), (), ["results/x/models/many_to_one/clinc/gru-2/seed-0/network.npz"]
    )  # noqa: E501
    cut = planned("decompose_model", "python scripts/decompose_model.py", train.outputs)
    sweep = planned(
        "evaluate_variants", "python x.py --experiment removal_sweep --removal-caps 0 0.1 0.2", train.outputs
    )
    variants = planned(
        "evaluate_variants",
        "python x.py --experiment variants --model results/x/models/many_to_one/clinc/gru-2/seed-0",
        train.outputs,
    )
    sizes = Sizes([*prepare("clinc", ""), train, cut], [{"clinc": recorded(SIZES)}])
    model = ModelSizes("many_to_one", "gru", 2, 8, 5, SIZES)
    assert sizes.work(train) == training_work(model, 1000, 3, 32)
    assert sizes.work(cut) == analysis_work([model])
    assert sizes.work(sweep) == analysis_work([model], passes=3)
    assert sizes.work(variants).multiply_adds > 5 * analysis_work([model]).multiply_adds


def test_work_of_a_chunk_of_baselines():
    command = (
        "python scripts/train_baselines.py --experiment intra_reuse --datasets results/x/datasets/clinc --architecture "
        "many_to_one --rnn lstm --layers 4 --cases 5 --chunk {} --chunks 2 --examples-per-class 100 --embedding 5 "
        "--units 8 --epochs 3 --batch-size 32 --output results/x/baselines.json > log 2>&1"
    )
    sizes = Sizes(prepare("clinc", ""), [{"clinc": recorded(SIZES)}])
    one = training_work(ModelSizes("many_to_one", "lstm", 4, 8, 5, SIZES), 200, 3, 32)
    assert sizes.work(planned("train_baselines", command.format(0))) == one + one + one
    assert sizes.work(planned("train_baselines", command.format(1))) == one + one


# Wall time


def chain(seconds, threads=1, number=0):
    return EstimatedJob(
        planned("rule", inputs=[str(number)] if number else [], outputs=[str(number + 1)], threads=threads),
        seconds,
        None,
        0,
    )


def alone(seconds, name, threads=1):
    return EstimatedJob(planned("rule", outputs=[name], threads=threads), seconds, None, 0)


def test_jobs_that_wait_for_each_other_run_one_after_another():
    jobs = [chain(3.0, number=number) for number in range(4)]
    assert wall_seconds(jobs, 8) == pytest.approx(12)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30), st.integers(1, 8))
def test_independent_jobs_fill_the_cores(seconds, cores):
    jobs = [alone(value, str(number)) for number, value in enumerate(seconds)]
    wall = wall_seconds(jobs, cores)
    least = max(max(seconds), sum(seconds) / cores)
    assert least * (1 - 1e-9) <= wall <= sum(seconds) / cores + max(seconds)


def test_threads_share_the_core_seconds_of_a_job():
    assert wall_seconds([alone(12.0, "a", threads=4)], 4) == pytest.approx(3)
    assert wall_seconds([alone(12.0, "a", threads=4)], 2) == pytest.approx(6)
    assert wall_seconds([alone(8.0, "a", threads=2), alone(4.0, "b")], 2) == pytest.approx(8)


# The text


def test_the_plan_has_a_row_per_rule_and_says_what_it_rests_on():
    jobs = [
        *prepare("clinc", "--train-examples 500"),
        planned("train_model", TRAIN.format("lstm", "lstm"), memory=4000),
    ]
    recording = Recording(
        "small",
        "abc",
        {"processor": "a processor"},
        {"clinc": recorded(SIZES)},
        (measured(seconds=7200.0, memory=900.0, work=Work(0, 10, 0)), measured("prepare_dataset", 36.0)),
    )
    costs = Costs.of(recording.jobs)
    sizes = Sizes(jobs, [recording.datasets])
    text = describe(estimate(jobs, sizes, costs), 2, [recording], costs, sizes)
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line and line[0].isalpha()}
    assert rows["train_model"][:1] + rows["train_model"][2:4] == ["1", "4.2", "0.9"]
    assert rows["prepare_dataset"][:2] == ["1", "0.01"]
    assert rows["fetch_corpus"] == ["1", "not", "recorded"]
    assert rows["total"][0] == "3"
    assert re.search(r"Wall time on 2 cores: about", text)
    assert "2 jobs of run small (commit abc) on a processor" in text
    assert "Sizes guessed from recorded datasets with other settings: clinc" in text
    assert "no job of theirs is recorded: fetch_corpus" in text
