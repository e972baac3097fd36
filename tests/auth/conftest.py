"""A migrated database in a file, as the service has it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from careplus_tables.engine import Database
from careplus_tables.migrate import upgrade


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty hospital's file."""
    file = tmp_path_factory.mktemp("auth") / "careplus.db"
    upgrade(f"sqlite:///{file}")
    return file.read_bytes()


@pytest_asyncio.fixture
async def database(migrated: bytes, tmp_path: Path) -> AsyncIterator[Database]:
    (tmp_path / "careplus.db").write_bytes(migrated)
    opened = Database(f"sqlite:///{tmp_path}/careplus.db")
    yield opened
    await opened.close()
