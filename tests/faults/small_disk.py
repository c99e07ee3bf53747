"""A disk of its own for a test, that can be filled and locked, and what stands in for it where none can be mounted."""

import contextlib
import resource
import shutil
import subprocess

# A copy of the project fits.
SIZE = 2**23
PAGE = resource.getpagesize()


class SmallDisk:
    """A file system in memory, mounted at ``folder``."""

    def __init__(self, folder):
        self.folder = folder

    def mount(self):
        """Raises CalledProcessError where this user may not mount, OSError where there is no mount."""
        self.folder.mkdir(parents=True)
        self._call("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", self.folder)

    def unmount(self):
        self._call("umount", "--lazy", self.folder)

    def fill(self, room=0):
        """Leave room for at most this many bytes, whole pages."""
        filler = self.folder / "filler"
        filler.unlink(missing_ok=True)
        filler.write_bytes(bytes(shutil.disk_usage(self.folder).free - room))

    def lock(self):
        """Make it read-only."""
        self._call("mount", "-o", "remount,ro", self.folder)

    def _call(self, *words):
        subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def room_for(size):
    """No file grows beyond ``size`` bytes while the block runs; the error is another one than that of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
