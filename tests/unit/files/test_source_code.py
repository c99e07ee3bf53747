"""The hash of the code that a script runs: what changes it, and what does not."""

import subprocess
import sys

import pytest

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.source_code import code_of, files_of
from support.processes import slowness
from support.project import ROOT

SCRIPT = '''"""Manual."""
import library.used
from library import inner


def main():
    """Say it."""
    from library.late import VALUE

    print(VALUE, library.used, inner)
'''
FILES = {
    "script.py": SCRIPT,
    "library/__init__.py": "",
    "library/used.py": "NAMES = ['words.txt']\n\n\ndef used(a, b=1):\n    return f'{a!r}:{b:>{a}}' 'x'\n",
    "library/inner/__init__.py": "from .deep import DEEP\n",
    "library/inner/deep.py": "DEEP = 1\n",
    "library/late.py": "from typing import TYPE_CHECKING\n\nVALUE = 2\nif TYPE_CHECKING:\n    import library.unused\n",
    "library/unused.py": "UNUSED = 3\n",
    "library/words.txt": "one\n",
    "library/other.txt": "two\n",
}


# Syntax whose trees differ between versions of Python: empty lists, parameters of types, nested and joined f-strings.
VERSIONS = r"""
@staticmethod
def f(*, a: int = -1, **b) -> None: ...
class C(dict, metaclass=type): x: str; y = ()
async def g():
    async with a as b, c: return [i async for i in b if i]
g(lambda: 1, *a, **b); del a[1:, ::2], b
try: assert (n := 10), "x" "y" f"{n:>{n}}{n!r:{n}}" f"" "{{" rf"\d{n=}" and u"kind"
except* (ValueError, OSError) as error: raise error from None
match n:
    case {"a": [1, *_], **rest} | C(x=-1j) if ...: print(0x10, 1e3, True, f'''{f"{n}"}''', b"z")
"""
FACE = """
_HOMES = {"used": "used"}


def __getattr__(name):
    from importlib import import_module

    return getattr(import_module(f"library.{_HOMES[name]}"), name)
"""


@pytest.fixture
def code(tmp_path):
    """Hash of the script after some files were written over those above, each time in a folder of its own."""
    number = iter(range(100))

    def hashed(**changes):
        folder = tmp_path / str(next(number))
        for name, text in (FILES | changes).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return code_of("script.py", folder)

    return hashed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("script.py", SCRIPT.replace("Manual", "Another manual").replace("Say it", "Do it")),
        ("script.py", SCRIPT + "\n\n# A comment.\n"),
        ("script.py", SCRIPT.replace("(VALUE, library.used, inner)", "(\n        VALUE, library.used, inner,\n    )")),
        ("library/used.py", '"""Words."""\n' + FILES["library/used.py"]),
        ("library/unused.py", "UNUSED = 4\n"),
        ("library/new.py", "NEW = 1\n"),
        ("library/other.txt", "three\n"),
    ],
)  # fmt: skip
def test_what_changes_nothing(code, name, text):
    assert code(**{name: text}) == code()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("script.py", SCRIPT.replace("VALUE, lib", "VALUE, 1, lib")),
        ("library/used.py", FILES["library/used.py"].replace("b=1", "b=True")),
        ("library/used.py", FILES["library/used.py"].replace("'x'", "'y'")),
        ("library/inner/deep.py", "DEEP = 1.0\n"),
        ("library/late.py", "VALUE = 3\n"),
        ("library/__init__.py", "import os\n"),
        ("library/words.txt", "two\n"),
    ],
)
def test_what_changes_it(code, name, text):
    assert code(**{name: text}) != code()


def test_every_version_of_python_has_the_same(code):
    """Continuous integration compares with this figure on each of them."""
    assert code(**{"library/late.py": VERSIONS}) == ("622eed130ee5f0f0e9b0c25415af261715b0c0adfdd21aee39cd566b8ecebf46")


def test_a_public_face_counts_for_nothing(code):
    """It imports by names made at run time, and only for others; a face that does more is code like any other."""
    assert code(**{"library/__init__.py": FACE}) == code(**{"library/__init__.py": FACE.replace('"used"', '"inner"')})
    with pytest.raises(InputError, match=r"__init__.py: line \d+ imports by import_module"):
        code(**{"library/__init__.py": "import os\n" + FACE})


def test_imports_made_at_run_time_are_refused(code):
    with pytest.raises(InputError, match=r"used.py: line 2 imports by import_module"):
        code(**{"library/used.py": "import importlib\nimportlib.import_module('a')\n"})


def test_a_file_that_is_no_python_is_named(code):
    with pytest.raises(InputError, match=r"late.py: is not Python"):
        code(**{"library/late.py": "VALUE = \n"})


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "scripts").glob("*.py")))
def test_every_script_has_one(script):
    assert len(code_of(script)) == 64


def test_only_training_reaches_keras_and_only_the_readers_the_corpora():
    def rooms(script):
        return {str(path.relative_to(ROOT / "scripts")) for path in files_of(script)}

    assert "rnn_modules/training/architectures.py" not in rooms("decompose_model.py")
    assert "rnn_modules/decomposition/concern.py" not in rooms("train_model.py")
    assert not any("concern" in name for name in rooms("tabulate_cases.py"))


def test_reading_all_of_it_takes_under_a_second():
    slow = slowness()
    program = (
        "import sys, time; sys.path.insert(0, 'scripts'); from pathlib import Path\n"
        "from rnn_modules.files.source_code import code_of\n"
        "scripts = [path.name for path in Path('scripts').glob('*.py')]\n"
        "start = time.process_time(); [code_of(name) for name in scripts]; print(time.process_time() - start)"
    )
    taken = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert float(taken) < slow
