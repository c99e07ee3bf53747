"""What tests of the workflow share."""

import pytest

from support.project import copy_project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("project"))
