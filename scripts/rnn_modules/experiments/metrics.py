"""Figures of merit: accuracy and its balanced siblings for classes, BLEU and chrF for translations.

Shares lie in 0..1, BLEU and chrF in 0..100.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest, Result

from rnn_modules.names import PADDING_ID


def classification_metrics(labels: np.ndarray, decisions: np.ndarray) -> dict[str, float]:
    """Accuracy, and over the classes that occur balanced accuracy (mean recall) and macro-F1.

    Args:
        labels: ``(positions,) int``.
        decisions: ``(positions,) int``.

    Example:
        >>> metrics = classification_metrics(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 0, 0, 1]))
        >>> {name: round(value, 2) for name, value in metrics.items()}
        {'accuracy': 0.83, 'balanced_accuracy': 0.75, 'macro_f1': 0.78, 'examples': 6}
    """
    # Without scikit-learn, whose import takes longer than most of the jobs that count these.
    occurring = np.unique(labels)
    of_class, said = labels == occurring[:, None], decisions == occurring[:, None]
    hits, there = (of_class & said).sum(axis=1), of_class.sum(axis=1)
    return {
        "accuracy": float(np.mean(labels == decisions)),
        "balanced_accuracy": float(np.mean(hits / there)),
        "macro_f1": float(np.mean(2 * hits / (there + said.sum(axis=1)))),
        "examples": int(len(labels)),
    }


def scopes(labels: np.ndarray) -> dict[str, np.ndarray]:
    """Which positions are counted: ``all``, and for label sequences also ``unpadded``.

    Args:
        labels: ``(examples,)``, or ``(examples, timesteps)`` with class 0 for padding.

    Returns:
        Per scope a boolean array of the shape of ``labels``.

    Example:
        >>> {scope: counted.tolist() for scope, counted in scopes(np.array([[0, 2, 1]])).items()}
        {'all': [[True, True, True]], 'unpadded': [[False, True, True]]}
    """
    everything = {"all": np.ones(labels.shape, bool)}
    return everything if labels.ndim == 1 else everything | {"unpadded": labels != PADDING_ID}


def scoped_metrics(labels: np.ndarray, decisions: np.ndarray) -> dict[str, dict[str, float]]:
    """:func:`classification_metrics` in every scope of the labels.

    Example:
        >>> labels, decisions = np.array([[0, 0, 1, 2]]), np.array([[0, 0, 1, 1]])
        >>> {scope: metrics["accuracy"] for scope, metrics in scoped_metrics(labels, decisions).items()}
        {'all': 0.75, 'unpadded': 0.5}
    """
    return {
        scope: classification_metrics(labels[counted], decisions[counted]) for scope, counted in scopes(labels).items()
    }


def majority_metrics(labels: np.ndarray, training_labels: np.ndarray) -> dict[str, dict[str, float]]:
    """The constant predictor: in every scope, the class most frequent in that scope of the training labels.

    Example:
        >>> labels, training_labels = np.array([[0, 0, 1, 2]]), np.array([[0, 0, 0, 1], [0, 0, 1, 1]])
        >>> {scope: metrics["accuracy"] for scope, metrics in majority_metrics(labels, training_labels).items()}
        {'all': 0.5, 'unpadded': 0.5}
    """
    result = {}
    training_scopes = scopes(training_labels)
    for scope, counted in scopes(labels).items():
        constant = np.bincount(training_labels[training_scopes[scope]]).argmax()
        result[scope] = classification_metrics(labels[counted], np.full(counted.sum(), constant))
    return result


def recognition(labels: np.ndarray, odds: np.ndarray, yes_from: np.ndarray) -> float:
    """Balanced accuracy of each module's yes or no about its own class, mean over the modules.

    Padding is neither a position that counts nor a class.

    Args:
        labels: ``(examples,)``, or ``(examples, timesteps)`` with class 0 for padding.
        odds: ``(modules, examples, ...)``, a module for every class.
        yes_from: ``(modules,)`` odds from which each says yes.

    Example:
        >>> labels, odds = np.array([0, 1, 1, 1]), np.array([[2.0, -1.0, 1.0, -3.0], [-1.0, 3.0, 2.0, 0.5]])
        >>> round(recognition(labels, odds, np.array([0.0, 1.0])), 3)
        0.833
    """
    counted = scopes(labels).get("unpadded", np.ones(labels.shape, bool))
    found = []
    for label in np.unique(labels[counted]):
        own, yes = labels[counted] == label, odds[label][counted] >= yes_from[label]
        found.append((np.mean(yes[own]) + np.mean(~yes[~own])) / 2 if not own.all() else np.mean(yes))
    return float(np.mean(found))


def translation_metrics(
    hypotheses: Sequence[str], references: Sequence[str], start_tag: str, end_tag: str
) -> dict[str, float | str | int]:
    """BLEU-4, chrF and two unigram figures of a corpus of translations.

    Args:
        hypotheses: words joined by blanks, normalised as the references, without tags.
        references: likewise.
        start_tag: tag before every target sentence, counted by ``bleu1_with_tags`` alone.
        end_tag: tag after it.

    Returns:
        ``bleu`` (4-gram) and ``chrf`` with sacrebleu's signatures; ``bleu1``, unigram BLEU without tags;
        ``bleu1_with_tags``, which is what the paper printed.

    Example:
        >>> written, right = ["le chat dort ici", "il mange"], ["le chat dort ici", "elle mange"]
        >>> scores = translation_metrics(written, right, "[startfr]", "[endfr]")
        >>> {name: round(scores[name]) for name in ("bleu", "bleu1", "bleu1_with_tags")}
        {'bleu': 89, 'bleu1': 83, 'bleu1_with_tags': 90}
    """
    # The text is normalised already; a tokenizer of sacrebleu's would split it once more.
    bleu, chrf = BLEU(tokenize="none", force=True), CHRF()
    unigram = BLEU(max_ngram_order=1, tokenize="none", force=True)
    tagged = [[f"{start_tag} {line} {end_tag}" for line in lines] for lines in (hypotheses, references)]
    scores = {
        "bleu": bleu.corpus_score(hypotheses, [references]).score,
        "chrf": chrf.corpus_score(hypotheses, [references]).score,
        "bleu1": unigram.corpus_score(hypotheses, [references]).score,
        "bleu1_with_tags": unigram.corpus_score(tagged[0], [tagged[1]]).score,
    }
    return {
        **{name: float(score) for name, score in scores.items()},
        "bleu_signature": str(bleu.get_signature()),
        "chrf_signature": str(chrf.get_signature()),
        "examples": len(references),
    }


def bleu_4(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """BLEU-4 of a corpus of translations alone, 0 to 100, as :func:`translation_metrics` has it.

    Example:
        >>> round(bleu_4(["le chat dort ici", "il mange"], ["le chat dort ici", "elle mange"]))
        89
    """
    return float(BLEU(tokenize="none", force=True).corpus_score(hypotheses, [references]).score)


def bleu_p_value(
    hypotheses: Sequence[str], reference_hypotheses: Sequence[str], references: Sequence[str], samples: int = 1000
) -> float:
    """Probability that two systems' BLEU-4 differ so much by chance: sacrebleu's paired bootstrap.

    Args:
        hypotheses: of the system.
        reference_hypotheses: of the system that it is compared with, for the same sentences.
        references: the right translations.
        samples: number of bootstrap samples.

    Returns:
        The p-value; 1 for equal scores, to which sacrebleu, counting strictly larger differences, would give the least.

    Example:
        >>> right = [f"le chat {number} dort dans le jardin" for number in range(8)]
        >>> bleu_p_value(right, right, right), bleu_p_value(right, wrong_words(right), right, samples=100) < 0.05
        (1.0, True)
    """
    systems: list[tuple[str, Sequence[str]]] = [("reference", list(reference_hypotheses)), ("system", list(hypotheses))]
    metric = BLEU(tokenize="none", force=True)
    test = PairedTest(systems, {"BLEU": metric}, [list(references)], test_type="bs", n_samples=samples, n_jobs=1)
    reference, system = test()[1]["BLEU"]
    assert isinstance(reference, Result) and isinstance(system, Result)
    if system.score == reference.score:
        return 1.0
    assert system.p_value is not None
    return float(system.p_value)


def wrong_words(references: Iterable[str]) -> list[str]:
    """Translations with as many words as the references have, none of them right: what the tags alone score.

    Example:
        >>> wrong_words(["le chat dort", "il mange"])
        ['[UNK] [UNK] [UNK]', '[UNK] [UNK]']
    """
    return [" ".join(["[UNK]"] * len(line.split())) for line in references]
