"""Deterministic synthetic corpora from small grammars, with the label structure of the real corpora.

They let the whole workflow run without any download: six question categories, multi-label comments with a "clean"
class, ten domains, twelve universal tags, and parallel sentences. Word order, negation and ambiguous words carry
part of the labels, and a few labels are wrong, so that a trained model lands below 100 % of accuracy.
"""

from __future__ import annotations

from rnn_modules.data.corpora import CORPORA, ClassificationCorpus, ParallelCorpus
from rnn_modules.data.corpora.synthetic.comments import comments
from rnn_modules.data.corpora.synthetic.grammar import Draw
from rnn_modules.data.corpora.synthetic.queries import queries
from rnn_modules.data.corpora.synthetic.questions import questions
from rnn_modules.data.corpora.synthetic.tagged import tagged_sentences
from rnn_modules.data.corpora.synthetic.translations import LANGUAGES, parallel_sentences
from rnn_modules.files.atomic_files import InputError

# With fewer, some class of some split could go without an example.
MINIMUM_EXAMPLES = 300

_CLASSIFICATION = {"math_qa": questions, "toxicity": comments, "clinc": queries, "brown": tagged_sentences}


def generate(corpus: str, examples: int, seed: int) -> ClassificationCorpus | ParallelCorpus:
    """Generate a synthetic corpus; equal arguments give equal corpora on every platform.

    No text occurs twice, neither within a split nor across splits.

    Args:
        corpus: one of :data:`rnn_modules.data.corpora.CORPORA`.
        examples: examples of all splits together, or lines of a parallel corpus.
        seed: chooses the texts.

    Raises:
        InputError: the corpus is unknown, or ``examples`` is below :data:`MINIMUM_EXAMPLES` or beyond what the
            grammar can give.

    Example:
        >>> corpus = generate("estonian_larger", 300, seed=0)
        >>> [" ".join(corpus.sentences[language][0]) for language in ("et", "en")]
        ['see hall tüdruk tunneb üht hobust', 'the grey girl knows a horse']
    """
    if corpus not in CORPORA:
        raise InputError(f"synthetic corpus: received {corpus!r}; choose one of {', '.join(CORPORA)}")
    if examples < MINIMUM_EXAMPLES:
        raise InputError(f"synthetic corpus {corpus}: received {examples} examples; give at least {MINIMUM_EXAMPLES}")
    draw = Draw(f"{corpus}:{seed}")
    if corpus in LANGUAGES:
        return parallel_sentences(corpus, examples, draw)
    return _CLASSIFICATION[corpus](examples, draw)
