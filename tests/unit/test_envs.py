"""The conda environments and the lock name the same versions, and the lock is complete."""

import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
# Lock entries are read as this machine, under the Python that the conda files pin.
PLATFORMS = (
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
)


def locked_entries():
    """Each entry of the lock: the requirement and its hashes."""
    text = (ROOT / "envs/requirements.lock").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^ *#.*\n", "", text, flags=re.M)).splitlines()
    for line in filter(str.strip, lines):
        requirement, *hashes = re.split(r"\s+--hash=", line.strip())
        yield Requirement(requirement), hashes


def locked_versions(python):
    """Versions by package under one Python version, over the platforms."""
    versions = {}
    for requirement, _ in locked_entries():
        for platform in PLATFORMS:
            environment = {"python_version": python, "python_full_version": f"{python}.0", **platform}
            if requirement.marker is None or requirement.marker.evaluate(environment):
                (pin,) = requirement.specifier
                versions.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return versions


def conda_pins(path):
    """Pins of a conda file, its pip section included."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]:
        for pin in entry["pip"] if isinstance(entry, dict) else [entry]:
            name, *version = re.split("={1,2}", pin)
            yield canonicalize_name(name), version[0] if version else None


def test_there_is_an_environment_per_rule_family():
    assert [path.name for path in ENVIRONMENTS] == ["analysis.yaml", "data.yaml", "train.yaml"]


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_conda_versions_are_those_of_the_lock(path):
    pins = dict(conda_pins(path))
    versions = locked_versions(pins.pop("python"))
    pins.pop("pip", None)
    assert len(pins) >= 3
    assert {name: {version} for name, version in pins.items()} == {name: versions.get(name) for name in pins}


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_channels_are_conda_forge_alone(path):
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["channels"] == ["conda-forge", "nodefaults"]


def test_every_locked_package_has_one_version_and_hashes():
    for requirement, hashes in locked_entries():
        assert re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)), requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_direct_dependency_is_locked(python):
    versions = locked_versions(python)
    direct = [
        canonicalize_name(Requirement(line).name)
        for line in (ROOT / "envs/requirements.in").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert {name: len(versions.get(name, ())) for name in direct} == dict.fromkeys(direct, 1)


def test_no_package_index_is_named():
    for path in (ROOT / "envs").iterdir():
        assert "://" not in path.read_text(encoding="utf-8"), path
