"""Alerts to operators: each kind reaches a receiver, signed, without personal data, at least once; on both databases."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.alerts.sending import Alerts, signing_key
from careplus_auth.backups.schedule import BackupSchedule
from careplus_auth.crypto.vault import Vault
from careplus_auth.store import purging
from careplus_contracts.audit import COUNT_REFUSALS
from careplus_contracts.endpoints import Role
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError, load_settings
from careplus_tables.accounts import AccountRow
from careplus_tables.alerts import AlertRow
from careplus_tables.audit import AuditEventRow
from careplus_tables.engine import Database
from careplus_tables.mails import MailRow
from tests.auth.alert_receiver import Receiver, receiver
from tests.hospital import ADMIN, LOCAL_HTTP, Hospital
from tests.templates import migrated_of
from tests.world import made

SECRETS = ["k" * 40]
VAULT = Vault(SECRETS, "what is kept encrypted")
OPENING = {"full_name": "Ines Alerted", "date_of_birth": "1961-02-03", "reason": "Found unconscious, medication unknown"}


@pytest.fixture
def taken() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(**LOCAL_HTTP) as client:
        yield client


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(migrated_of(request, tmp_path))
    yield opened
    await opened.close()


def alerts(database: Database, tmp_path: Path, url: str | None, **more: Any) -> Alerts:
    settings = Settings(data=tmp_path, alert_url=url, disk_floor_mib=0)
    settings = settings.model_copy(update=more)
    return Alerts(database, settings, VAULT, SECRETS, BackupSchedule(database, settings))


async def add_account(database: Database, number: int, role: Role = Role.ADMIN, password: str | None = "hash") -> None:
    async with database.writing() as db:
        names: dict[str, Any] = {"email": f"a{number}@example.org", "full_name": "Ada Alerted", "password_hash": password}
        about: dict[str, Any] = {"date_of_birth": None, "phone": None, "sex": "unknown", "created_at": now()}
        db.add(AccountRow(id=number, role=role.value, **names, **about))


async def set_role(database: Database, number: int, role: Role) -> None:
    async with database.writing() as db:
        (await db.get_one(AccountRow, number)).role = role.value


async def kinds(database: Database) -> list[tuple[str, int | None]]:
    """Return the waiting alerts with what they are about."""
    async with database.reading() as db:
        rows = await db.execute(sa.select(AlertRow).where(col(AlertRow.due_at).is_not(None)).order_by(col(AlertRow.kind)))
        return [(row.kind, row.record_id) for row in rows.scalars()]


async def test_alert_is_posted_signed_and_once(
    database: Database, tmp_path: Path, taken: Receiver, http: httpx.AsyncClient
) -> None:
    of = alerts(database, tmp_path, taken.url)
    await of.raise_chain_refused()
    await of.raise_chain_refused()
    assert await of.send_one(http)
    assert not await of.send_one(http), "one alert a day, and it is not sent again"
    got = taken.next()
    told = json.loads(got["body"])
    assert (set(told), told["kind"]) == ({"kind", "at", "text", "key"}, "audit_chain_refused")
    key = bytes.fromhex(signing_key(Settings(SECRET_KEY=SECRETS[0])))
    expected = "sha256=" + hmac.digest(key, got["body"].encode(), "sha256").hex()
    assert got["headers"]["X-CarePlus-Signature"] == expected


async def test_refused_alert_is_sent_again_with_same_key(database: Database, tmp_path: Path, http: httpx.AsyncClient) -> None:
    with receiver(503) as flaky:
        of = alerts(database, tmp_path, flaky.url)
        await of.raise_chain_refused()
        await of.send_one(http)
        assert not await of.send_one(http), "not before its pause"
        async with database.writing() as db:
            await db.execute(sa.update(AlertRow).values(due_at=now()))
        await of.send_one(http)
        first, second = flaky.next(), flaky.next()
    assert (first["status"], second["status"], first["body"] == second["body"]) == (503, 204, True)
    assert await kinds(database) == []


async def test_administrators_from_before_raise_no_alert(database: Database, tmp_path: Path, taken: Receiver) -> None:
    await add_account(database, 7)
    of = alerts(database, tmp_path, taken.url)
    await of.raise_due()
    assert await kinds(database) == []
    await add_account(database, 8)
    await add_account(database, 9, password=None)
    await add_account(database, 10, Role.DOCTOR)
    await of.raise_due()
    await of.raise_due()
    assert await kinds(database) == [("new_administrator", 8)], "an invited person is none before setting a password"


async def test_administrator_again_raises_another_alert(database: Database, tmp_path: Path, taken: Receiver) -> None:
    of = alerts(database, tmp_path, taken.url)
    await of.raise_due()
    await add_account(database, 8)
    await of.raise_due()
    await set_role(database, 8, Role.DOCTOR)
    await of.raise_due()
    # the key has the second of the alert
    async with database.writing() as db:
        await db.execute(sa.update(AlertRow).where(col(AlertRow.record_id).is_(None)).values(key="earlier"))
    await set_role(database, 8, Role.ADMIN)
    await of.raise_due()
    assert sorted(await kinds(database), key=str) == [("new_administrator", 8), ("new_administrator", None)]


async def test_many_refusals_raise_one_alert(database: Database, tmp_path: Path, taken: Receiver) -> None:
    event: dict[str, Any] = {
        "request_id": "r",
        "account_id": 3,
        "role": "doctor",
        "session_id": None,
        "address": None,
        "service": "doctors",
    }
    more: dict[str, Any] = {"kind": "read", "object_id": None, "reason": None, "members": None, "at": now()}
    async with database.writing() as db:
        db.add(AuditEventRow(id=5, action=COUNT_REFUSALS, outcome="not_found", **event, **more))
        db.add(AuditEventRow(id=6, action="show_chart", outcome="not_found", **event, **more))
    await alerts(database, tmp_path, taken.url).raise_due()
    await alerts(database, tmp_path, taken.url).raise_due()
    assert await kinds(database) == [("many_refusals", 5)]


async def test_almost_full_disk_raises_one_alert_a_day(database: Database, tmp_path: Path, taken: Receiver) -> None:
    for _ in range(2):
        await alerts(database, tmp_path, taken.url, disk_floor_mib=10**9).raise_due()
    assert [kind for kind, _ in await kinds(database)] == ["disk_low"]


async def test_mail_alone_queues_one_mail_per_alert(database: Database, tmp_path: Path) -> None:
    of = alerts(database, tmp_path, None, alert_mail="operators@example.org")
    for _ in range(2):
        await of.raise_chain_refused()
    async with database.reading() as db:
        assert list((await db.execute(sa.select(col(MailRow.kind)))).scalars()) == ["alert"]
    assert await kinds(database) == []


async def test_without_address_nothing_is_raised(database: Database, tmp_path: Path) -> None:
    of = alerts(database, tmp_path, None)
    await of.raise_chain_refused()
    await of.run()
    async with database.reading() as db:
        assert (await db.execute(sa.select(AlertRow))).first() is None


async def test_two_processes_raise_and_claim_one_alert(
    database: Database, tmp_path: Path, taken: Receiver, http: httpx.AsyncClient
) -> None:
    of = alerts(database, tmp_path, taken.url)
    await of.raise_due()
    for number in range(8, 28):
        await add_account(database, number)
    both = [of, alerts(database, tmp_path, taken.url)]
    await asyncio.gather(*(one.raise_due() for one in both))
    assert sorted(await kinds(database), key=str) == sorted([("new_administrator", n) for n in range(8, 28)], key=str)
    for _ in range(10):
        await asyncio.gather(*(one.send_one(http) for one in both))
    posted = [json.loads(taken.next()["body"])["key"] for _ in range(20)]
    assert (len(set(posted)), await kinds(database)) == (20, [])


async def test_purge_keeps_alerts_of_administrators(database: Database) -> None:
    old: dict[str, Any] = {"at": now().replace(year=2020), "due_at": None, "attempts": 1}
    async with database.writing() as db:
        db.add(AlertRow(key="a", kind="new_administrator", record_id=8, **old))
        db.add(AlertRow(key="b", kind="new_administrator", record_id=None, **old))
        db.add(AlertRow(key="c", kind="disk_low", record_id=1, **old))
    async with database.writing() as db:
        await purging.purge(db)
    async with database.reading() as db:
        assert list((await db.execute(sa.select(col(AlertRow.key)))).scalars()) == ["a"]


@pytest.mark.parametrize("url", ["http://alerts.example.org/x", "ftp://alerts.example.org", "https://user:word@example.org"])
def test_alert_url_in_clear_text_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREPLUS_ALERT_URL", url)
    with pytest.raises(SettingsError, match="CAREPLUS_ALERT_URL"):
        load_settings()


def test_break_glass_reaches_receiver_without_names(tmp_path: Path, taken: Receiver) -> None:
    hospital = Hospital(tmp_path, extra={"CAREPLUS_ALERT_URL": taken.url})
    with hospital.running_with_admin():
        admin = hospital.sign_in(ADMIN)
        doctor = hospital.add_doctor(admin, "alert@example.org", "Dr Alert", "Cardiology")
        patient = hospital.register("ines@example.org", OPENING["full_name"], date_of_birth=OPENING["date_of_birth"])
        made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json=OPENING))
        got = taken.next()
        for person in (admin, doctor, patient):
            person.http.close()
    assert json.loads(got["body"])["kind"] == "emergency_access"
    assert [word for word in ("Ines", "Alerted", "Dr ", "unconscious", "example.org") if word in got["body"]] == []
