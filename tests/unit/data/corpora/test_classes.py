"""Numbers of classes are those of the corpora, generated ones among them."""

import pytest

from rnn_modules.data.corpora import CLASSIFICATION_CORPORA
from rnn_modules.data.corpora.classes import classes_of
from rnn_modules.data.corpora.synthetic import MINIMUM_EXAMPLES, generate


@pytest.mark.parametrize("corpus", CLASSIFICATION_CORPORA)
def test_a_generated_corpus_has_the_classes_of_the_real_one(corpus):
    names = generate(corpus, MINIMUM_EXAMPLES, 0).class_names
    assert sorted(name for name in names if name != "padding") == sorted(classes_of(corpus))
