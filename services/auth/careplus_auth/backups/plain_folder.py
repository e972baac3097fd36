"""A folder for a copy that is not encrypted. A killed process leaves its folder; the next one removes it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

Purpose = Literal["backup", "restore"]


@contextmanager
def plain_folder(parent: Path, purpose: Purpose) -> Iterator[Path]:
    """Yield a new folder for its owner only, which is removed at the end. Raise OSError."""
    prefix = f"careplus-{purpose}-"
    for left in parent.glob(f"{prefix}*"):
        _remove_unused(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    held = os.open(folder, os.O_RDONLY)
    try:
        # the lock ends with the process
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(held)


def _remove_unused(folder: Path) -> None:
    """Remove a folder that no process works in."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    except (BlockingIOError, NotADirectoryError):
        pass
    finally:
        os.close(held)
