"""Free space on the disk of the data. Below a floor only the writes that reading needs are made, so that reading goes on."""

import os
import shutil
import tempfile
from pathlib import Path

from careplus_contracts.refusals import InsufficientStorage
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import is_sqlite

MIB = 2**20
PROBE = bytes(4096)


class DiskSpace:
    """The disk of one folder. Without a folder, as with PostgreSQL on another machine, every check passes."""

    def __init__(self, folder: Path | None, floor_mib: int) -> None:
        self._folder = folder
        self.floor = floor_mib * MIB

    @classmethod
    def of(cls, settings: Settings) -> "DiskSpace":
        """Return the disk of the SQLite file."""
        return cls(settings.data.resolve() if is_sqlite(settings.database) else None, settings.disk_floor_mib)

    def free(self) -> int | None:
        """Return the free bytes, None without a folder."""
        return None if self._folder is None else shutil.disk_usage(self._folder).free

    def check(self) -> None:
        """Raise InsufficientStorage while less space is free than the floor; asks the file system, which takes microseconds."""
        free = self.free()
        if free is not None and free < self.floor:
            raise InsufficientStorage(
                f"The disk of the hospital's data has {free // MIB} MiB left of the {self.floor // MIB} that changes need."
                " Nothing was changed. Records can be read."
            )

    def write(self) -> None:
        """Write and delete a small file. Raise OSError."""
        if self._folder is not None:
            with tempfile.TemporaryFile(dir=self._folder, buffering=0) as file:
                file.write(PROBE)
                os.fsync(file.fileno())
