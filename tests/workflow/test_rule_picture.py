"""The picture of the rules in workflow/README.md is Snakemake's own, without the arrows that others imply."""

import re

import pytest

from support.project import ROOT
from support.snakemake_calls import snakemake

DOCUMENT = ROOT / "workflow" / "README.md"
pytestmark = pytest.mark.workflow


def rule_graph(folder):
    """Rules of the smallest run, and arrows between them, as `snakemake --rulegraph mermaid-js` has them."""
    result = snakemake(folder, "--configfile", "config/ci.yaml", "--rulegraph", "mermaid-js")
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]", result.stdout, re.MULTILINE))
    arrows = re.findall(r"^\s*(id\d+) --> (id\d+)", result.stdout, re.MULTILINE)
    return {(names[first], names[second]) for first, second in arrows}


def reduced(arrows):
    """Arrows of a graph without circles that no longer way implies."""
    after = {first: {second for one, second in arrows if one == first} for first, _ in arrows}

    def reach(rule):
        return after.get(rule, set()).union(*map(reach, after.get(rule, ())))

    return sorted(
        (first, second)
        for first, second in arrows
        if not any(second in reach(other) for other in after[first] - {second})
    )


def test_the_picture_is_that_of_the_rules(project):
    lines = [f"    {first} --> {second}" for first, second in reduced(rule_graph(project))]
    expected = "\n".join(["```mermaid", "flowchart TB", *lines, "```"])
    shown = re.search(r"<!-- rules -->\n(.*?)<!-- /rules -->", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert shown[1].strip() == expected, f"{DOCUMENT}: put this between its marks:\n{expected}"
