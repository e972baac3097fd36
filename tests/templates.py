"""New databases at the newest revision, copied from one that is migrated once in each process: migrating takes 0.6 s."""

from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from careplus_tables.migrate import upgrade
from tests.postgresql import new_database

_numbers = count(1)


def migrated_file(folder: Path) -> str:
    """Write a migrated SQLite file without rows that are not the migrations' own, and return its URL."""
    (folder / "careplus.db").write_bytes(migrated_bytes())
    return f"sqlite:///{folder}/careplus.db"


def migrated_database(server: str, name: str) -> str:
    """Create a migrated database on a PostgreSQL server, and return its URL."""
    return new_database(server, name, _template_of(server))


def migrated_of(request: pytest.FixtureRequest, folder: Path) -> str:
    """Create a migrated database of the kind `request.param`, `sqlite` in the folder or `postgresql`, and return its URL."""
    if request.param == "sqlite":
        return migrated_file(folder)
    return migrated_database(request.getfixturevalue("server"), f"migrated_{next(_numbers)}")


@cache
def migrated_bytes() -> bytes:
    """Return the bytes of a migrated SQLite file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "careplus.db"
        upgrade(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _template_of(server: str) -> str:
    name = "migrated_template"
    upgrade(new_database(server, name))
    return name
