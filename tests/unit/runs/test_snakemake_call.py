"""Calls of Snakemake: every setting that is given holds, and what cannot be used is one error."""

import pytest
from snakemake.cli import parse_config

from rnn_modules.files.atomic_files import InputError
from rnn_modules.runs.snakemake_call import check_cores, snakemake_words


@pytest.fixture
def file(tmp_path):
    def write(name, text="seeds: [0]\n"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_repeated_options_are_joined_in_their_order(file):
    laptop, mine, more = file("laptop.yaml"), file("mine.yaml"), file("with space.yaml")
    words = ["--configfile", laptop, "--config", "gpu=True", "--configfiles", mine, more, "--cores", "all", "-n"]
    words += ["--config", "run=mine", "gpu=False", "-C", "seeds=[1]", "--config=mirror=-x", "--", "rq1", "--config"]
    assert snakemake_words(words, {}) == [
        *("-n", "--cores=all", "--configfile", laptop, mine, more),
        *("--config", "gpu=True", "run=mine", "gpu=False", "seeds=[1]", "mirror=-x", "--", "rq1", "--config"),
    ]


@pytest.mark.parametrize(
    "folder", ["x", "a b", "17", "true", "a: b", "{c}", "-x", 'it\'s "quoted" $HOME', "größe", "~"]
)
def test_the_folder_of_the_variable_is_taken_as_it_is(folder):
    words = snakemake_words(["--config", "run=mine"], {"MIRROR": folder})
    given = parse_config(words[words.index("--config") + 1 :])
    assert given == {"source": "mirror", "mirror": folder, "run": "mine"}
    assert snakemake_words(["-n"], {"MIRROR": ""}) == snakemake_words(["-n"], {}) == ["-n"]


def test_the_command_line_goes_before_the_variable():
    words = snakemake_words(["--config", "mirror=mine"], {"MIRROR": "theirs"})
    assert parse_config(words[1:]) == {"source": "mirror", "mirror": "mine"}


@pytest.mark.parametrize("cores", ["0", "-1", "x", "1.5", "", " ", "1e3", "²", "00", "9999999", "ALL", "1 2"])
def test_cores_that_are_no_number_are_one_error(cores):
    with pytest.raises(InputError, match="cores: received .*; give a number from 1 to 999,999, or all"):
        check_cores(cores)
    with pytest.raises(InputError, match="cores: received"):
        snakemake_words([f"--cores={cores}"], {})


@pytest.mark.parametrize("cores", ["1", "16", "all"])
def test_cores_that_are_one_pass(cores):
    assert snakemake_words(["-c", cores], {}) == [f"--cores={cores}"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory"),
        ("run: [", "not a configuration"),
        ("- 1\n", "no keys at top level"),
        ("17\n", "no keys at top level"),
        ("run: a\nrun: b\n", "stands twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(file, tmp_path, text, reason):
    path = str(tmp_path / "missing.yaml") if text is None else file("mine.yaml", text)
    with pytest.raises(InputError, match=reason):
        snakemake_words(["--configfile", path], {})


def test_a_folder_is_no_configuration(tmp_path):
    with pytest.raises(InputError, match="Is a directory"):
        snakemake_words(["--configfile", str(tmp_path)], {})
