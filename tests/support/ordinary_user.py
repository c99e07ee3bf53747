"""Permissions of files hold for everyone but root."""

import contextlib
import os


@contextlib.contextmanager
def ordinary_user():
    """A user whom permissions bind, while the block runs: root becomes one, everyone else is one already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
