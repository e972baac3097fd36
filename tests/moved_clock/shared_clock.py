"""A wall clock that a test moves while the processes of a hospital run."""

import shutil
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.moved_clock.__main__ import compiled

_can_move = sys.platform == "linux" and shutil.which("cc") is not None
needs_compiler = pytest.mark.skipif(not _can_move, reason="compiles clock.c for LD_PRELOAD")


class SharedClock:
    """The clock of all processes that have `environment`; the test's own clock stays as it is."""

    def __init__(self, folder: Path) -> None:
        self._offset = timedelta()
        self._file = folder / "clock"
        self._write()
        self.environment = {"LD_PRELOAD": str(compiled(folder)), "CLOCK_FILE": str(self._file)}

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move_to(self, at: datetime) -> None:
        self._offset = timedelta(seconds=round((at - datetime.now(UTC)).total_seconds()))
        self._write()

    def _write(self) -> None:
        # in place: the processes have mapped the file
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", int(self._offset.total_seconds())))
