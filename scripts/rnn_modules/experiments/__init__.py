"""The paper's experiments, each a function from artefacts to a result record."""
