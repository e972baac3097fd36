"""A migrated SQLite file and the auth app on it in this process, so that a test can patch its steps."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from careplus_auth.app import app
from careplus_auth.sign_in.bootstrap_admin import create_admin
from careplus_tables.engine import Database
from careplus_tables.migrate import upgrade
from tests.auth.accounts_client import signed_in
from tests.hospital import ADMIN, PASSWORD


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a migrated, empty database file."""
    file = tmp_path_factory.mktemp("auth") / "careplus.db"
    upgrade(f"sqlite:///{file}")
    return file.read_bytes()


@pytest_asyncio.fixture
async def database(migrated: bytes, tmp_path: Path) -> AsyncIterator[Database]:
    (tmp_path / "careplus.db").write_bytes(migrated)
    opened = Database(f"sqlite:///{tmp_path}/careplus.db")
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def auth(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the auth app, with its lifespan running."""
    for name in [name for name in os.environ if name.startswith("CAREPLUS_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    # Ignore the developer's `.env`.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("CAREPLUS_DATA", str(tmp_path))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as http:
        yield http


@pytest_asyncio.fixture
async def admin(auth: httpx.AsyncClient, tmp_path: Path) -> dict[str, str]:
    """Return the Authorization header of an administrator."""
    await asyncio.to_thread(create_admin, f"sqlite:///{tmp_path}/careplus.db", ADMIN, "Ada Admin", PASSWORD)
    return await signed_in(auth, ADMIN)
