"""Problems of reuse: which examples count, how they are labelled, and decisions against plain loops."""

import dataclasses
import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_modules.experiments.reuse_kinds import OneOutputPair, problem_of
from rnn_modules.experiments.reuse_tasks import chunk_of_cases, drawn_cases, real_classes, rows_with
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import RATES
from support.decisions import compose_by_loops, first_largest, labelled_rows
from support.made_up_models import KINDS, made_up_problem, many_output_dataset, one_output_dataset, translator_model

stable = settings(deadline=None, derandomize=True, max_examples=40)
seeds = st.integers(0, 10_000)
kinds = st.sampled_from(KINDS)
limits = st.sampled_from([None, 1, 3, 1000])


def cases_of(kind, problem):
    """All pairs of classes, written out."""
    names = [dataset.class_names for dataset in problem.datasets]
    allowed = [[label for label, name in enumerate(part) if name != "padding"] for part in names]
    if len(allowed) == 2:
        return [(first, second) for first in allowed[0] for second in allowed[1]]
    return [(first, second) for first in allowed[0] for second in allowed[0] if first < second]


def chosen_of(problem, case, split):
    """The examples of a case as dictionaries row -> label, and the check that none comes twice."""
    examples = problem.examples(case, split)
    labels = examples.labels.tolist()
    assert len(labels) == sum(map(len, examples.rows))
    assert all(len(set(rows.tolist())) == len(rows) for rows in examples.rows)
    start = np.cumsum([0, *map(len, examples.rows)])
    return [dict(zip(rows.tolist(), labels[at:], strict=False)) for at, rows in zip(start, examples.rows, strict=False)]


@pytest.mark.parametrize("kind", KINDS)
def test_cases_are_the_pairs_of_classes_without_padding(kind):
    problem = made_up_problem(kind, classes=4)
    cases = problem.cases()
    assert cases == cases_of(kind, problem)
    assert len(cases) == {"one_output": 6, "many_output": 3, "union": 12, "replacement": 12}[kind]
    names = [problem.name(case) for case in cases]
    assert len(set(names)) == len(names)
    assert not any("padding" in name for name in names)
    assert names[0] == {"one_output": "red + green", "many_output": "noun + verb"}.get(kind, "red + noun")


def test_class_0_of_a_dataset_without_padding_is_a_class():
    assert real_classes(one_output_dataset(classes=3)) == [0, 1, 2]
    assert real_classes(many_output_dataset(classes=3)) == [1, 2]


@given(kinds, seeds, st.integers(3, 5), limits)
@stable
def test_every_test_example_is_counted_once_with_its_label(kind, seed, classes, limit):
    problem = made_up_problem(kind, seed, limit, classes=classes)
    for case in problem.cases():
        candidates, chosen = labelled_rows(kind, problem, case, "test"), chosen_of(problem, case, "test")
        if kind == "replacement":
            # As many texts come in as examples go out, or all there are.
            going = int((problem.datasets[0].labels("test") == case[0]).sum())
            assert chosen[0] == candidates[0]
            assert len(chosen[1]) == min(going, len(candidates[1]))
            assert chosen[1].items() <= candidates[1].items()
        else:
            assert chosen == candidates


@given(kinds, seeds, st.integers(3, 5), limits, st.sampled_from(RATES))
@stable
def test_training_examples_are_labelled_candidates_and_no_more_than_asked_for(kind, seed, classes, limit, rates):
    problem = made_up_problem(kind, seed, limit, rates, classes=classes)
    most = limit or 1000
    for case in problem.cases():
        candidates, chosen = labelled_rows(kind, problem, case, "train"), chosen_of(problem, case, "train")
        assert all(few.items() <= all_rows.items() for few, all_rows in zip(chosen, candidates, strict=True))
        if kind == "one_output":
            counts = Counter(candidates[0].values())
            assert Counter(chosen[0].values()) == {label: min(count, most) for label, count in counts.items()}
        elif kind == "many_output":
            with_class = [sum(own in labels for labels in candidates[0].values()) for own in (1, 2)]
            numbers = [min(number, most) for number in with_class]
            numbers = [min(numbers)] * 2 if rates == "balanced" else numbers
            assert max(numbers) <= len(chosen[0]) <= sum(numbers)
            for own, number in zip((1, 2), numbers, strict=True):
                assert sum(own in labels for labels in chosen[0].values()) >= number
        elif kind == "union":
            numbers = [min(len(rows), most) for rows in candidates]
            numbers = [min(numbers)] * 2 if rates == "balanced" else numbers
            assert [len(rows) for rows in chosen] == numbers
        else:
            counts = Counter(problem.datasets[0].labels("train").tolist())
            expected = {label: min(count, most) for label, count in counts.items()}
            expected[case[0]] = min(expected[case[0]], len(candidates[1]))
            assert Counter([*chosen[0].values(), *chosen[1].values()]) == expected


@pytest.mark.parametrize(("rates", "numbers"), [("natural", [37, 3]), ("balanced", [3, 3])])
def test_training_examples_of_classes_that_never_meet_are_as_many_as_there_are_or_of_each(rates, numbers):
    problem = made_up_problem("many_output", 0, None, rates, classes=3)
    labels = problem.datasets[0].labels("train")
    labels[:] = 1
    labels[5:8] = 2
    _, own = np.unique(problem.examples((1, 2), "train").labels[:, 0], return_counts=True)
    assert own.tolist() == numbers


@given(kinds, seeds, limits)
@stable
def test_test_examples_do_not_depend_on_the_limit_of_training(kind, seed, limit):
    limited, free = made_up_problem(kind, seed, limit), made_up_problem(kind, seed)
    for case in free.cases():
        ours, theirs = limited.examples(case, "test"), free.examples(case, "test")
        assert ours.sha256 == theirs.sha256
        np.testing.assert_array_equal(limited.inputs(ours, "test"), free.inputs(theirs, "test"))


def test_the_seed_draws_the_training_examples():
    first, again, other = (
        problem_of("intra_reuse", [one_output_dataset(classes=3)], 3, seed).examples((0, 1), "train").sha256
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_checksum_tells_examples_apart():
    examples = made_up_problem("union").examples((0, 1), "test")
    first, second = examples.rows
    changes = [{"rows": (first[1:], second)}, {"rows": (second, first)}, {"labels": 1 - examples.labels}]
    checksums = {dataclasses.replace(examples, **change).sha256 for change in [{}, *changes]}
    assert len(checksums) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_are_those_of_the_rows(kind):
    problem = made_up_problem(kind)
    examples = problem.examples(problem.cases()[-1], "test")
    expected = [
        dataset.inputs("test")[row].tolist()
        for dataset, rows in zip(problem.datasets, examples.rows, strict=True)
        for row in rows
    ]
    assert problem.inputs(examples, "test").tolist() == expected


@given(kinds, seeds, limits)
@stable
def test_constant_is_a_majority_of_the_training_answers(kind, seed, limit):
    problem = made_up_problem(kind, seed, limit)
    for case in problem.cases():
        labels = problem.examples(case, "train").labels
        constant = problem.constant(case)
        judged = problem.judged(labels)
        assert set(constant) == set(judged)
        for decision, (counted, right) in judged.items():
            counts = Counter(right[counted].tolist())
            assert counts[constant[decision]] == max(counts.values())


@given(seeds)
@stable
def test_positions_that_count_and_their_right_answers(seed):
    problem = made_up_problem("many_output", seed, classes=5)
    labels = problem.examples(problem.cases()[0], "test").labels
    expected = {
        "labelled": [value for value in labels.ravel().tolist() if value in (1, 2)],
        "with_other": [value for value in labels.ravel().tolist() if value != 0],
        "all_modules": [value or 3 for value in labels.ravel().tolist()],
    }
    judged = {name: right[counted].tolist() for name, (counted, right) in problem.judged(labels).items()}
    assert judged == expected


@given(kinds, seeds, st.integers(0, 15), st.integers(1, 5))
@stable
def test_cases_are_drawn_in_order_and_chunks_share_them_out(kind, seed, number, chunks):
    problem = made_up_problem(kind, seed, classes=5)
    cases, drawn = problem.cases(), drawn_cases(problem, number)
    assert drawn == drawn_cases(problem, number)
    assert len(drawn) == min(number, len(cases))
    places = [cases.index(case) for case in drawn]
    assert places == sorted(set(places))
    parts = [chunk_of_cases(problem, number, chunk, chunks) for chunk in range(chunks)]
    assert sorted(itertools.chain(*parts)) == drawn
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert drawn_cases(problem, None) == cases


def test_every_seed_has_cases_of_its_own():
    problem = made_up_problem("union")
    drawn = [tuple(drawn_cases(dataclasses.replace(problem, seed=seed), 3)) for seed in (0, 1, 2, 3, 4, 0)]
    assert len(set(drawn)) > 1 and drawn[0] == drawn[-1]


def random_odds(generator, problem, examples=4, timesteps=3):
    """Odds or logits of small whole numbers, so that some are equal and some 0."""
    return [
        generator.integers(-2, 3, (len(dataset.class_names), examples, *[timesteps][:many_output])).astype(float)
        for dataset in problem.datasets
        for many_output in [dataset.labels("test").ndim - 1]
    ]


def test_a_module_by_itself_says_yes_from_odds_of_its_own():
    problem = made_up_problem("many_output", classes=4)
    odds = np.array([[[9.0]], [[-1.0]], [[-2.0]], [[5.0]]])
    assert problem.compose((1, 2), [odds])["with_other"].tolist() == [[3]]
    decided = problem.compose((1, 2), [odds], [np.array([0.0, 0.0, -3.0, 0.0])])
    # The larger odds win the vote once one of the two says yes.
    assert decided["with_other"].tolist() == decided["labelled"].tolist() == [[1]]


def as_lists(decisions):
    return {name: answers.tolist() for name, answers in decisions.items()}


@given(kinds, seeds)
@stable
def test_modules_decide_as_loops_do(kind, seed):
    problem = made_up_problem(kind, seed % 7, classes=4)
    odds = random_odds(np.random.default_rng(seed), problem)
    before = [part.copy() for part in odds]
    for case in problem.cases():
        expected = compose_by_loops(kind, case, [part.tolist() for part in odds])
        assert as_lists(problem.compose(case, odds)) == expected
    for part, kept in zip(odds, before, strict=True):
        np.testing.assert_array_equal(part, kept)


@given(kinds, seeds)
@stable
def test_parents_decide_as_loops_do(kind, seed):
    problem = made_up_problem(kind, seed % 7, classes=4)
    logits = random_odds(np.random.default_rng(seed), problem)
    for case in problem.cases():
        received = as_lists(problem.restrict(case, logits))
        if len(problem.datasets) == 2:
            assert received == {}
            continue
        expected = compose_by_loops(kind, case, [part.tolist() for part in logits])
        if kind == "many_output":
            # No output stands for "other": the largest of all classes but padding.
            expected["with_other"] = [
                [
                    {case[0]: 1, case[1]: 2}.get(1 + first_largest(logits[0][1:, row, step].tolist()), 3)
                    for step in range(3)
                ]
                for row in range(4)
            ]
        assert received == expected


@given(kinds, seeds)
@stable
def test_models_from_scratch_decide_as_loops_do(kind, seed):
    problem = made_up_problem(kind, seed % 7, classes=4)
    many_output = kind == "many_output"
    assert problem.outputs() == {"many_output": 4, "replacement": 4}.get(kind, 2)
    shape = (5, 3, problem.outputs()) if many_output else (5, problem.outputs())
    logits = np.random.default_rng(seed).integers(-2, 3, shape).astype(float)
    received = {name: answers.ravel().tolist() for name, answers in problem.decide(logits).items()}
    rows = logits.reshape(-1, problem.outputs()).tolist()
    if many_output:
        assert received == {
            "labelled": [1 + first_largest(row[1:3]) for row in rows],
            "with_other": [1 + first_largest(row[1:]) for row in rows],
            "all_modules": [first_largest(row) or 3 for row in rows],
        }
    else:
        assert received == {"all" if kind == "replacement" else "pair": [first_largest(row) for row in rows]}


@pytest.mark.parametrize("kind", KINDS)
def test_heads_of_the_parent_are_kinds_of_decision(kind):
    problem = made_up_problem(kind)
    judged = problem.judged(problem.examples(problem.cases()[0], "test").labels)
    assert set(problem.parent_heads) <= set(judged)
    assert problem.parent_heads == {"one_output": (), "many_output": ("with_other",), "union": ("pair",)}.get(
        kind, ("all",)
    )


@given(seeds)
@stable
def test_two_classes_reused_together_are_the_whole_composition(seed):
    problem = made_up_problem("one_output", seed, classes=2)
    assert problem.cases() == [(0, 1)]
    odds = np.random.default_rng(seed).integers(-2, 3, (2, 30)).astype(float)
    assert problem.compose((0, 1), [odds])["pair"].tolist() == odds.argmax(axis=0).tolist()


@given(seeds)
@stable
def test_two_classes_and_padding_are_the_whole_composition_where_padding_does_not_win(seed):
    problem = made_up_problem("many_output", seed, classes=3)
    assert problem.cases() == [(1, 2)]
    odds = np.random.default_rng(seed).integers(-2, 3, (3, 10, 4)).astype(float)
    vote = odds.argmax(axis=0)
    decided = problem.compose((1, 2), [odds])
    np.testing.assert_array_equal(decided["labelled"][vote > 0], vote[vote > 0])
    np.testing.assert_array_equal(decided["all_modules"], np.where(vote == 0, 3, vote))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_an_absent_class_is_an_error_that_names_it(kind, split):
    problem = made_up_problem(kind, classes=3)
    dataset = problem.datasets[-1]
    labels = dataset.labels(split)
    labels[labels == 2] = 1
    name = dataset.class_names[2]
    case = next(case for case in problem.cases() if case[1] == 2)
    with pytest.raises(InputError, match=f"made up: class '{name}' has no {split} example"):
        problem.examples(case, split)
    with pytest.raises(InputError, match=name):
        rows_with(dataset, split, 2)


def test_replacement_needs_every_class_that_stays():
    problem = made_up_problem("replacement", classes=3)
    labels = problem.datasets[0].labels("train")
    labels[labels == 2] = 1
    with pytest.raises(InputError, match="'blue' has no train example"):
        problem.examples((0, 1), "train")


def test_experiments_take_the_datasets_they_are_made_for():
    one, many = one_output_dataset(), many_output_dataset()
    assert type(problem_of("intra_reuse", [one], 5, 3)) is OneOutputPair
    problem = problem_of("inter_reuse", [one, many], 5, 3)
    assert (problem.examples_per_class, problem.seed, problem.datasets) == (5, 3, (one, many))
    unfit = [("intra_reuse", [one, many]), ("intra_reuse", []), ("intra_replacement", [one])]
    unfit += [
        (name, pair) for name in ("inter_reuse", "inter_replacement") for pair in ([many, one], [one, one], [one])
    ]
    for experiment, datasets in unfit:
        with pytest.raises(InputError, match=f"{experiment}: expected one dataset .* received {len(datasets)}"):
            problem_of(experiment, datasets, None, 0)


@pytest.mark.parametrize("experiment", ["inter_reuse", "inter_replacement"])
def test_two_datasets_must_share_a_vocabulary(experiment):
    datasets = [one_output_dataset(vocabulary=7), many_output_dataset(vocabulary=8)]
    with pytest.raises(InputError, match=f"{experiment}: .*different vocabularies"):
        problem_of(experiment, datasets, None, 0)


def test_translations_and_inputs_of_different_lengths_are_errors():
    with pytest.raises(InputError, match="intra_reuse: dataset made up holds translations"):
        problem_of("intra_reuse", [translator_model().dataset], None, 0)
    with pytest.raises(InputError, match="inter_reuse: expected inputs of one length, received 5 and 6 ids"):
        problem_of("inter_reuse", [one_output_dataset(tokens=5), many_output_dataset(tokens=6)], None, 0)
