"""Found by every Python of a run whose PYTHONPATH has this folder: ends the one that writes a chosen file.

``KILLED_FILE`` is the file's path, ``KILLED_AFTER_CALLS`` how many more functions its writer may call once it has
opened the temporary file. SIGKILL comes then, at the latest when that is about to take the file's name.
"""

import os
import signal
import sys
from fnmatch import fnmatchcase

PATH = os.path.abspath(os.environ["KILLED_FILE"])
STEM, SUFFIX = os.path.splitext(os.path.basename(PATH))
remaining = int(os.environ["KILLED_AFTER_CALLS"])
opened = 0


def is_temporary(path):
    if not isinstance(path, (str, os.PathLike)):
        return False
    folder, name = os.path.split(os.path.abspath(path))
    return folder == os.path.dirname(PATH) and fnmatchcase(name, f".{STEM}-????????{SUFFIX}")


def end():
    os.kill(os.getpid(), signal.SIGKILL)


def count(frame, event, argument):
    global remaining
    if event in ("call", "c_call"):
        remaining -= 1
        if remaining < 0:
            end()


def watch(event, arguments):
    global opened
    if event == "open" and is_temporary(arguments[0]):
        opened += 1
        # It is made by the first opening, and written to from the second one on.
        if opened == 2:
            sys.setprofile(count)
    elif event == "os.rename" and is_temporary(arguments[0]):
        end()


sys.addaudithook(watch)
