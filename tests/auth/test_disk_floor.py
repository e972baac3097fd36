"""Below the floor of free space changes are refused; sign-in, reading and opening a chart in an emergency go on."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from careplus_auth.app import app
from careplus_contracts.refusals import InsufficientStorage
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.process.disk_space import DiskSpace
from careplus_tables.engine import Database
from tests.hospital import ADMIN, DETAILS, PASSWORD

MORE_THAN_ANY_DISK_MIB = 10**9


@pytest_asyncio.fixture
async def almost_full(auth: httpx.AsyncClient, admin: dict[str, str], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of auth on a disk that is below its floor."""
    before = app.state.disk
    app.state.disk = DiskSpace(tmp_path, MORE_THAN_ANY_DISK_MIB)
    yield auth
    app.state.disk = before


async def test_changes_are_refused_below_the_floor(almost_full: httpx.AsyncClient) -> None:
    body = {"email": "new@example.org", "password": PASSWORD, "full_name": "Nia New", **DETAILS}
    refused = await almost_full.post("/auth/register", json=body)
    assert (refused.status_code, refused.json()["code"]) == (507, "insufficient_storage")
    assert "Nothing was changed. Records can be read." in refused.json()["detail"]


async def test_sign_in_and_audited_reads_go_on_below_the_floor(
    almost_full: httpx.AsyncClient, admin: dict[str, str], database: Database
) -> None:
    signed_in = await almost_full.post("/auth/login", json={"email": ADMIN, "password": PASSWORD})
    listed = await almost_full.get("/api/admin/accounts", headers=admin)
    assert (signed_in.status_code, listed.status_code) == (200, 200)


def test_essential_changes_are_the_ones_that_reading_needs() -> None:
    essential = {endpoint.name for endpoint in ENDPOINTS if endpoint.method != "GET" and not endpoint.refused_on_full_disk}
    assert essential == {"login", "refresh", "logout", "start_sign_on", "sign_on", "switch_side", "open_chart"}
    assert all(InsufficientStorage in one.all_refusals for one in ENDPOINTS if one.refused_on_full_disk)


async def test_ready_says_that_the_disk_is_almost_full(auth: httpx.AsyncClient, almost_full: httpx.AsyncClient) -> None:
    found = await almost_full.get("/ready")
    assert (found.status_code, found.json()["code"]) == (507, "insufficient_storage")
    assert (await almost_full.get("/health")).status_code == 200


async def test_ready_needs_a_disk_that_takes_a_write(
    auth: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await auth.get("/ready")).status_code == 200
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setattr(app.state, "disk", DiskSpace(gone, 0))
    assert (await auth.get("/ready")).status_code == 200
    gone.rmdir()
    found = await auth.get("/ready")
    assert (found.status_code, found.json()["code"]) == (503, "unavailable")
