"""The conda environments and the locks name the same versions, and the locks are complete."""

import re

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.locks import locked_entries
from support.project import ROOT

ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
# The lock of each list of direct dependencies.
LOCKS = {"requirements.in": "requirements.lock", "gpu.in": "gpu.lock"}
# Lock entries are read as this machine, under the Python that the conda files pin.
PLATFORMS = (
    {"sys_platform": "linux", "platform_machine": "x86_64"},
    {"sys_platform": "darwin", "platform_machine": "arm64"},
)


def locked_versions(python, lock="requirements.lock", platforms=PLATFORMS):
    """Versions by package under one Python version, over the platforms."""
    versions = {}
    for requirement, _ in locked_entries(lock):
        for platform in platforms:
            environment = {"python_version": python, "python_full_version": f"{python}.0", **platform}
            if requirement.marker is None or requirement.marker.evaluate(environment):
                (pin,) = requirement.specifier
                versions.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return versions


def direct(name):
    """Direct dependencies of a list, those of the lists that it refers to included."""
    for line in (ROOT / "envs" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from direct(line.removeprefix("-r "))
        elif line.strip() and not line.startswith("#"):
            yield Requirement(line)


def conda_pins(path):
    """Pins of a conda file, its pip section included."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]:
        for pin in entry["pip"] if isinstance(entry, dict) else [entry]:
            name, *version = re.split("={1,2}", pin)
            yield canonicalize_name(Requirement(name).name), version[0] if version else None


def test_there_is_an_environment_per_rule_family():
    assert [path.name for path in ENVIRONMENTS] == [
        "analysis.yaml",
        "data.yaml",
        "train.yaml",
        "train_gpu.yaml",
    ]


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_conda_versions_are_those_of_the_lock(path):
    pins = dict(conda_pins(path))
    lock = "gpu.lock" if path.name == "train_gpu.yaml" else "requirements.lock"
    versions = locked_versions(pins.pop("python"), lock)
    pins.pop("pip", None)
    assert len(pins) >= 3
    assert {name: {version} for name, version in pins.items()} == {name: versions.get(name) for name in pins}


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_channels_are_conda_forge_alone(path):
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["channels"] == ["conda-forge", "nodefaults"]


def test_trainings_have_the_same_packages_with_and_without_a_gpu():
    with_gpu, without = (dict(conda_pins(ROOT / "envs" / name)) for name in ("train_gpu.yaml", "train.yaml"))
    assert with_gpu == without


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_the_lock_with_cuda_adds_cuda_and_changes_no_version(python):
    linux = PLATFORMS[:1]
    plain, cuda = locked_versions(python, platforms=linux), locked_versions(python, "gpu.lock", linux)
    assert cuda.pop("tensorflow") == plain.pop("tensorflow-cpu")
    added = cuda.keys() - plain.keys()
    assert {name: cuda[name] for name in cuda if name not in added} == plain
    assert {"nvidia-cudnn-cu12", "jax-cuda12-plugin"} <= added
    assert all(name.startswith(("nvidia-", "jax-cuda12-")) for name in added)
    assert cuda["jax-cuda12-plugin"] == cuda["jax"]


@pytest.mark.parametrize("lock", LOCKS.values())
def test_every_locked_package_has_one_version_and_hashes(lock):
    for requirement, hashes in locked_entries(lock):
        assert re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)), requirement
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), requirement


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("name", LOCKS)
def test_every_direct_dependency_is_locked(name, python):
    versions = locked_versions(python, LOCKS[name])
    # TensorFlow with CUDA is in its place.
    replaced = {"tensorflow-cpu"} if name == "gpu.in" else set()
    expected = {canonicalize_name(requirement.name) for requirement in direct(name)} - replaced
    assert {name: len(versions.get(name, ())) for name in expected} == dict.fromkeys(expected, 1)


def test_no_package_index_is_named():
    for path in (ROOT / "envs").iterdir():
        assert "://" not in path.read_text(encoding="utf-8"), path


def test_hooks_run_tools_of_the_lock():
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    tools = {hook["entry"].split()[0] for hook in local["hooks"]}
    assert tools <= {f".venv/bin/{requirement.name}" for requirement in direct("requirements.in")}
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\(VENV\)/bin/(\w+)", make)) - {"python"} <= {tool.split("/")[-1] for tool in tools}
