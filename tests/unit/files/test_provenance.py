"""The commit of a result is that of the project's own checkout, and of no repository around it."""

import shutil
import subprocess

import pytest

from rnn_modules.files import provenance
from rnn_modules.files.atomic_files import sha256_of_file

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="without git no commit is known")


def git(folder, *words):
    named = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *named, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit, of which ``project`` is a folder."""
    (tmp_path / "project" / "scripts").mkdir(parents=True)
    (tmp_path / "project" / "scripts" / "train.py").write_text("1\n")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "first")
    return tmp_path


def commit_of(project, monkeypatch):
    monkeypatch.setattr(provenance, "PROJECT", project.resolve())
    provenance.commit.cache_clear()
    try:
        return provenance.commit()
    finally:
        provenance.commit.cache_clear()


def test_a_repository_around_the_project_has_no_say(repository, tmp_path_factory, monkeypatch):
    assert commit_of(repository / "project", monkeypatch) is None
    # An installed package, or a download: no repository at all, or one that was never committed to.
    empty = tmp_path_factory.mktemp("empty")
    assert commit_of(empty, monkeypatch) is None
    git(empty, "init")
    assert commit_of(empty, monkeypatch) is None


def test_the_commit_is_that_of_the_own_checkout(repository, monkeypatch):
    own = git(repository, "rev-parse", "--short=12", "HEAD")
    git(repository, "tag", "v1")
    assert commit_of(repository, monkeypatch) == own
    link = repository.parent / f"{repository.name}-link"
    link.symlink_to(repository)
    assert commit_of(link, monkeypatch) == own
    monkeypatch.setenv("GIT_DIR", "/no/such")
    assert commit_of(repository, monkeypatch) == own


@pytest.mark.parametrize(
    ("name", "dirty"),
    [
        ("project/scripts/train.py", True),
        ("scripts/rnn_modules/new.py", True),
        ("workflow/rules/new.smk", True),
        ("config/published/new.csv", True),
        ("results/run/record.json", False),
        ("notes.txt", False),
    ],
)
def test_changed_and_new_files_of_the_code_are_dirty(repository, monkeypatch, name, dirty):
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("2\n")
    assert commit_of(repository, monkeypatch).endswith("-dirty") == dirty


def test_git_is_asked_once_a_process(monkeypatch):
    provenance.commit()
    monkeypatch.setattr(subprocess, "run", None)
    assert provenance.commit() == provenance.commit()


def test_provenance_names_versions_and_inputs(tmp_path):
    path = tmp_path / "file"
    path.write_text("content")
    found = provenance.provenance({"file": path}, packages=("numpy", "no_such_package"))
    assert found["inputs"] == {"file": sha256_of_file(path)}
    assert found["versions"].keys() == {"python", "numpy"}
