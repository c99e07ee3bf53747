"""The reference: only a whole run becomes it, an old one is never lost, and its pages show what its records give."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime

import pytest

from rnn_modules.files import atomic_files
from rnn_modules.files.atomic_files import InputError, UnwritableError, write_json
from rnn_modules.files.run_folder import RunFolder
from rnn_modules.runs import publishing
from rnn_modules.runs.publishing import keep_records, publish, results_page
from rnn_modules.runs.rebuild_tables import rebuild
from support.made_up_cases import case_record, sweep_record, variants_record
from support.made_up_verified_run import CONFIGURATION, MODEL, write_call, write_verified_run
from support.project import ROOT

REFERENCE = ROOT / "results" / "reference" / "laptop"


def test_the_page_shows_the_reference():
    assert results_page(REFERENCE, "reference/laptop") == (ROOT / "results" / "README.md").read_text()


def test_the_page_says_which_run_it_shows():
    assert "Run `laptop` of 2026-11-24, commit 8c4f9d3311ca" in results_page(REFERENCE, "reference/laptop")


def test_links_of_the_page_lead_somewhere():
    places = re.findall(r"\]\(([^)]+)\)", (ROOT / "results" / "README.md").read_text())
    assert len(places) > 10
    assert [place for place in places if not (ROOT / "results" / place).exists()] == []


@pytest.mark.parametrize("name", ["demo", "laptop"])
def test_readme_says_how_long_the_runs_took(name):
    calls = json.loads((REFERENCE.parent / name / "run.json").read_text())["calls"]
    times = ((datetime.fromisoformat(call[end]) for end in ("ended", "started")) for call in calls)
    seconds = sum((ended - started).total_seconds() for ended, started in times)
    line = re.search(rf"^make {name} .*", (ROOT / "README.md").read_text(), re.MULTILINE)[0]
    assert f" {seconds / 60:.0f} minutes on two cores" in line
    assert {call["machine"]["cores"] for call in calls} == {2}


def test_reference_tables_come_from_the_reference_records(tmp_path):
    assert rebuild(RunFolder(REFERENCE).found_records(), tmp_path) == []
    kept = sorted(path.name for path in (REFERENCE / "tables").iterdir())
    assert len(kept) > 30
    assert [name for name in kept if (tmp_path / name).read_bytes() != (REFERENCE / "tables" / name).read_bytes()] == []


def test_the_reference_is_a_whole_run_of_real_corpora():
    run = RunFolder(REFERENCE)
    # The report is too large to keep.
    assert [path for path in run.results(run.configuration()) if not path.exists()] == [run.report]
    assert len(run.found_records()["decomposition_cost"]) == 60
    text = (run.tables / "table2.md").read_text()
    assert "synthetic" not in text
    assert re.search(r"commit: [0-9a-f]{12}\.", text)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of which nothing is missing, and benchmarks."""
    place = tmp_path_factory.mktemp("published")
    run = RunFolder(write_verified_run(place / "made-up"))
    provenance = {"commit": "0123456789abcdef", "versions": {}, "inputs": {}}
    write_json(
        run.record("intra_replacement", "many_to_one", "lstm", 0),
        case_record("intra_replacement", provenance=provenance),
    )
    write_json(run.record("removal_sweep", "many_to_one", "lstm", 0), sweep_record(provenance=provenance))
    write_json(run.record("variants", "many_to_one", "lstm", 0), variants_record(provenance=provenance))
    assert rebuild(run.found_records(), run.tables) == []
    for path in (*run.drawn(CONFIGURATION), run.report):
        path.parent.mkdir(exist_ok=True)
        path.write_text("made up")
    (place / "bench").mkdir()
    for name in publishing.BENCHMARKS:
        (place / "bench" / name).write_text("| fast |\n")
    write_call(run.path)
    return place


@pytest.fixture
def place(whole, tmp_path):
    """The run beside an old reference and old pages."""
    place = shutil.copytree(whole, tmp_path / "place")
    (place / "reference").mkdir()
    for name in ("reference/old", "results.md"):
        (place / name).write_text("old")
    return place


def publish_there(place, **changes):
    paths = {"reference": "reference", "benchmark": "bench", "results": "results.md"} | changes
    return publish(place / "made-up", **{name: place / path for name, path in paths.items()})


def is_as_before(place):
    kept = [path.relative_to(place).as_posix() for path in place.iterdir()]
    assert sorted(kept) == ["bench", "made-up", "mirror", "reference", "results.md"]
    assert [path.name for path in (place / "reference").iterdir()] == ["old"]
    return (place / "results.md").read_text() == "old"


def test_a_whole_run_becomes_the_reference(place):
    kept = publish_there(place)
    reference = place / "reference"
    names = {path.relative_to(reference).as_posix() for path in reference.rglob("*") if path.is_file()}
    assert len(names) == kept and not (reference / "old").exists()
    assert {"run.json", "tables/table2.md", "figures/table2.png", "datasets/clinc/dataset.json"} <= names
    assert {f"models/{MODEL}/seed-0/record.json", "bench/bench.md"} <= names
    assert not [name for name in names if name.endswith((".npz", "vocabulary.json")) or "report" in name]
    assert (place / "results.md").read_text() == results_page(reference, "reference")
    assert not list(place.glob(".*"))


def test_what_an_earlier_configuration_left_is_not_kept(place):
    model = place / "made-up" / "models" / MODEL
    shutil.copytree(model / "seed-0", model / "seed-1")
    (place / "made-up" / "figures" / "modules_one_to_one.png").write_text("of another configuration")
    write_call(place / "made-up")
    publish_there(place)
    assert not list((place / "reference").rglob("seed-1")) and not list((place / "reference").rglob("*one_to_one*"))


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda run: write_call(run, "failed"), "the last call is failed"),
        (lambda run: (run / "run.json").unlink(), "the last call is missing"),
        (lambda run: shutil.rmtree(run / "figures"), r"figures/\w+\.\w+: missing"),
        (lambda run: (run / "tables" / "table3.tex").unlink(), r"table3\.tex: missing"),
        (lambda run: (run / "report" / "index.html").write_text("<script>"), r"index\.html: changed"),
        (lambda run: shutil.rmtree(run / "baselines"), r"0\.json"),
        (lambda run: (shutil.rmtree(run / "experiments" / "variants"), write_call(run)), r"variants/.*: missing"),
        (lambda run: (shutil.rmtree(run / "figures"), write_call(run)), r"figures/table2\.svg: missing"),
        (lambda run: shutil.rmtree(run), "no records of a run"),
    ],
)
def test_anything_else_is_refused_and_said(place, damage, named):
    damage(place / "made-up")
    with pytest.raises(InputError, match=named):
        publish_there(place)
    (place / "made-up").mkdir(exist_ok=True)
    assert is_as_before(place)


def test_without_benchmarks_it_is_refused(place):
    (place / "bench" / "spread.md").unlink()
    with pytest.raises(InputError, match=r"bench: lacks spread\.md; call `make bench`"):
        publish_there(place)
    assert is_as_before(place)


@pytest.mark.parametrize("reference", ["made-up", "made-up/tables", ".", "bench", "results.md"])
def test_nothing_that_must_stay_is_replaced(place, reference):
    with pytest.raises(InputError, match="would be replaced"):
        publish_there(place, reference=reference)
    assert is_as_before(place)


@pytest.mark.parametrize("after", [0, 5, 20, "swap"])
def test_a_full_disk_leaves_the_old_reference(place, monkeypatch, after):
    copied = []
    copyfile, replace = shutil.copyfile, os.replace

    def full(source, target):
        copied.append(source)
        if len(copied) > after:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return copyfile(source, target)

    def locked(source, target):
        if str(source).endswith("-new"):
            raise OSError(errno.EACCES, "Permission denied", str(source))
        return replace(source, target)

    if after == "swap":
        monkeypatch.setattr(atomic_files.os, "replace", locked)
    else:
        monkeypatch.setattr(publishing.shutil, "copyfile", full)
    with pytest.raises(UnwritableError, match="cannot be written"):
        publish_there(place)
    monkeypatch.undo()
    assert is_as_before(place)


def test_a_call_killed_between_the_renamings_loses_nothing(place):
    (place / "reference").rename(place / ".reference-old")
    (place / ".reference-new").mkdir()
    (place / "made-up" / "run.json").unlink()
    with pytest.raises(InputError), atomic_files.replacing_folder(place / "reference"):
        publishing.check_whole(place / "made-up")
    assert is_as_before(place)


def test_the_script_refuses_in_one_line(place):
    (place / "made-up" / "tables" / "table2.md").unlink()
    arguments = ("--run", "made-up", "--reference", "reference", "--benchmark", "bench", "--results", "results.md")
    command = [sys.executable, ROOT / "scripts" / "publish_reference.py", *arguments]
    refused = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith("error: made-up: cannot be the reference: made-up/tables/table2.md: missing")
    assert is_as_before(place)


def test_records_so_far_are_kept(place):
    """Of a run that has not ended: what took time, and neither networks nor what is made of records in a moment."""
    run = RunFolder(place / "made-up")
    (run.tables / "table2.md").unlink()
    scratch = run.baselines("intra_reuse", "many_to_one", "lstm", 0, 0).with_suffix(".json")
    write_json(scratch, {})
    write_json(run.cost("train_model", {"seed": "0"}), {})
    number = keep_records(run.path, place / "begun")
    kept = {path.relative_to(place / "begun").as_posix() for path in (place / "begun").rglob("*") if path.is_file()}
    assert len(kept) == number
    records = {path for paths in run.found_records().values() for path in paths}
    assert {path.relative_to(run.path).as_posix() for path in {*records, run.run_json, scratch}} < kept
    assert {name.partition("/")[0] for name in kept} == {"run.json", "models", "experiments", "baselines", "costs"}
    assert not [name for name in kept if name.rpartition("/")[2] in ("model.keras", "network.npz", "compact.npz")]


@pytest.mark.parametrize(
    ("folder", "kept", "said"),
    [
        ("nowhere", "begun", r"nowhere/run\.json: no such file; name the folder of a run"),
        ("made-up", "made-up/begun", "would be replaced"),
        ("made-up", ".", "would be replaced"),
    ],
)
def test_what_cannot_be_kept_is_refused(place, folder, kept, said):
    with pytest.raises(InputError, match=said):
        keep_records(place / folder, place / kept)
    assert is_as_before(place) and not (place / "begun").exists()
