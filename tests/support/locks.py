"""The locks of envs/, read."""

import functools
import re

from packaging.requirements import Requirement

from support.project import ROOT


@functools.cache
def locked_entries(lock="requirements.lock"):
    """Each entry of a lock: the requirement and its hashes."""
    text = (ROOT / "envs" / lock).read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^ *#.*\n", "", text, flags=re.M)).splitlines()
    entries = (re.split(r"\s+--hash=", line.strip()) for line in filter(str.strip, lines))
    return [(Requirement(requirement), hashes) for requirement, *hashes in entries]
