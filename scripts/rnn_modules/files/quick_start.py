"""Imported first by a script: its imports, and its end, without garbage collection, if Keras can be imported at all.

Importing TensorFlow makes millions of objects that all stay; looking through them again and again for garbage takes
more than a third of a small training (without it 4.5 of 7.2 s are left). ``run`` sets what is there by then aside for
good and switches the collection on.
"""

import atexit
import gc
import os
import sys

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.keras_backend import check_backend
from rnn_modules.files.shown_text import shown

try:
    check_backend(os.environ)
except InputError as error:
    print(f"error: {shown(error)}", file=sys.stderr)
    raise SystemExit(2) from None

gc.disable()


@atexit.register
def _leave() -> None:
    """Let the process end without a last look for garbage, which its memory does not need."""
    gc.disable()
    gc.freeze()
