"""The idle limit of a role is a setting; sign-in and refresh answer it, and tokens and cookies end with it."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from careplus_auth.app import app
from careplus_contracts.endpoints import Role
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError, load_settings
from careplus_tables.engine import Database
from tests.auth.accounts_client import registered, signed_in
from tests.hospital import PASSWORD

OURS = {"X-CarePlus": "1", "Origin": "http://localhost:5000"}


def instant(at: datetime) -> str:
    """Return an instant as SQLite has it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def with_patient_limit(minutes: int) -> None:
    app.state.settings = app.state.settings.model_copy(update={"idle_minutes_patient": minutes})


def test_every_role_has_an_idle_limit() -> None:
    limits = {role: Settings().idle_limit(role) for role in Role}
    assert limits.pop(Role.PATIENT) == timedelta(days=7)
    assert set(limits.values()) == {timedelta(minutes=30)}


def test_idle_limit_under_the_token_lifetime_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREPLUS_IDLE_MINUTES_DOCTOR", "5")
    with pytest.raises(SettingsError, match="CAREPLUS_IDLE_MINUTES_DOCTOR"):
        load_settings()


async def test_sign_in_and_refresh_answer_the_idle_limit(auth: httpx.AsyncClient, database: Database) -> None:
    with_patient_limit(20)
    await registered(auth, "idle@example.org")
    opened = await auth.post("/auth/login", json={"email": "idle@example.org", "password": PASSWORD})
    renewed = await auth.post("/auth/refresh", headers=OURS)
    for answer in (opened, renewed):
        assert answer.json()["idle_seconds"] == 1200
        assert "Max-Age=1200;" in answer.headers["set-cookie"]
    async with database.reading() as db:
        rows = await db.execute(text("SELECT expires_at FROM refresh_tokens WHERE used_at IS NULL"))
        [[expires_at]] = rows.all()
    assert str(expires_at) <= instant(now() + timedelta(minutes=20))


async def test_session_idle_for_the_limit_is_not_listed(auth: httpx.AsyncClient, database: Database) -> None:
    await registered(auth, "listed@example.org")
    headers = await signed_in(auth, "listed@example.org")
    async with database.writing() as db:
        await db.execute(text("UPDATE sessions SET last_used_at = :at"), {"at": instant(now() - timedelta(minutes=21))})
    assert len((await auth.get("/auth/sessions", headers=headers)).json()["items"]) == 1
    with_patient_limit(20)
    assert (await auth.get("/auth/sessions", headers=headers)).json()["items"] == []
