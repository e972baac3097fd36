"""A migrated database and the auth app on it in this process, so that a test can patch its steps."""

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
from tests import databases
from tests.auth.accounts_client import signed_in
from tests.hospital import ADMIN, PASSWORD


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a migrated, empty database, to copy."""
    url = databases.url(tmp_path_factory.mktemp("auth"))
    upgrade(url)
    return url


@pytest_asyncio.fixture
async def database(migrated: str, tmp_path: Path) -> AsyncIterator[Database]:
    databases.copy(migrated, databases.url(tmp_path))
    opened = Database(databases.url(tmp_path))
    yield opened
    await opened.close()


@pytest.fixture
def more_settings() -> dict[str, str]:
    """Return further settings of the auth app; a module with its own overrides this."""
    return {}


@pytest_asyncio.fixture
async def auth(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more_settings: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the auth app, with its lifespan running."""
    for name in [name for name in os.environ if name.startswith("CAREPLUS_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    # Ignore the developer's `.env`.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    monkeypatch.setenv("CAREPLUS_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", databases.url(tmp_path))
    for name, value in more_settings.items():
        monkeypatch.setenv(name, value)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as http:
        yield http
        # the late event of a refusal would open the closed database again
        if (late := app.state.event_writer._task) is not None:
            await asyncio.wait([late])


@pytest_asyncio.fixture
async def admin(auth: httpx.AsyncClient, tmp_path: Path) -> dict[str, str]:
    """Return the Authorization header of an administrator."""
    await asyncio.to_thread(create_admin, databases.url(tmp_path), ADMIN, "Ada Admin", PASSWORD)
    return await signed_in(auth, ADMIN)
