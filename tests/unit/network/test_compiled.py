import numpy as np
import pytest

from rnn_modules.network import compiled as module


def twice(values):
    for index in range(len(values)):
        values[index] *= 2


def test_a_compiled_function_does_what_the_function_does():
    values = np.arange(3.0)
    module.compiled(twice)(values)
    assert values.tolist() == [0, 2, 4]


def test_without_a_place_for_machine_code_it_is_compiled_all_the_same(monkeypatch):
    plain = module.njit

    def no_place(cache=False, **settings):
        if cache:
            raise RuntimeError("cannot cache function 'twice': no locator available")
        return plain(**settings)

    monkeypatch.setattr(module, "njit", no_place)
    values = np.arange(3.0)
    module.compiled(twice)(values)
    assert values.tolist() == [0, 2, 4]


def test_errors_of_compilation_are_not_hidden():
    with pytest.raises(Exception, match="attribute"):
        module.compiled(lambda values: values.no_such_attribute)(np.zeros(1))
