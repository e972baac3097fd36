"""Notices: one row per key, sent once over a real SMTP server, and only while they are true. On SQLite and PostgreSQL."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.notices import outbox, sending
from careplus_auth.notices.validity import RULES
from careplus_auth.store import purging
from careplus_clinic.clinic_time import first_instant, local_date
from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeKind, NoticeState
from careplus_contracts.refills import RefillStatus
from careplus_contracts.values import PortalLanguage
from careplus_doctors.store import refill_notices
from careplus_runtime.notices import MORNING, Notice, append, append_daily
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.availability import TimeOffRow
from careplus_tables.engine import Database
from careplus_tables.notices import NoticeRow
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import RefillRow
from tests.auth.postbox import Postbox, mail_server
from tests.hospital import free_port
from tests.mailbox import text_of
from tests.templates import migrated_of

# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
ADMIN, DOCTOR, COLLEAGUE, PATIENT = 1, 2, 3, 4
ROLES = {ADMIN: Role.ADMIN, DOCTOR: Role.DOCTOR, COLLEAGUE: Role.DOCTOR, PATIENT: Role.PATIENT}
ZONE = ZoneInfo("Europe/Berlin")
ANSWERED = Notice(NoticeKind.REFILL_ANSWERED, PATIENT, 1, "1")
EVERY = {"cross_patient": "a test"}
CHILD = """
import asyncio
import sys
from pathlib import Path
from careplus_auth.notices import sending
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
settings = Settings(_env_file=None, data=Path({data!r}), smtp_url={smtp_url!r}, origins="https://care.example.org")
sys.stdin.readline()
asyncio.run(sending.send_one(Database({url!r}), settings))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    async with opened.writing() as db:
        await fill(db)
    yield opened
    await opened.close()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def settings(postbox: Postbox, tmp_path: Path) -> Iterator[Settings]:
    with mail_server(postbox) as smtp_url:
        yield configured(tmp_path, smtp_url)


def configured(folder: Path, smtp_url: str) -> Settings:
    return Settings(_env_file=None, data=folder, smtp_url=smtp_url, origins="https://care.example.org", zone=ZONE.key)


async def fill(db: Any) -> None:
    """Insert people, and three prescriptions by DOCTOR with an open request for each."""
    at = this_second()
    more: dict[str, Any] = {
        "sex": Sex.OTHER.value,
        "created_at": at,
        "email_confirmed_at": at,
        "date_of_birth": None,
        "phone": None,
        "password_hash": None,
    }
    db.add_all(
        AccountRow(id=id_, email=f"{id_}@example.org", full_name="Nor", role=role.value, **more) for id_, role in ROLES.items()
    )
    await db.flush()
    for number in (1, 2, 3):
        who: dict[str, Any] = {"patient_id": PATIENT, "doctor_id": DOCTOR, "created_at": at}
        last: dict[str, Any] = {"appointment_id": None, "notes": None, "last_day": date(2030, 1, 1)}
        db.add(PrescriptionRow(id=number, reference=f"RX-{number}", **who, **last))
        await db.flush()
        db.add(RefillRow(id=number, prescription_id=number, note=None, **who))
        await db.flush()


async def notices(database: Database) -> list[NoticeRow]:
    async with database.reading() as db:
        query = sa.select(NoticeRow).order_by(col(NoticeRow.id)).execution_options(**EVERY)
        return list((await db.execute(query)).scalars())


async def states(database: Database) -> list[str]:
    return [row.state for row in await notices(database)]


async def change(database: Database, table: Any, **values: Any) -> None:
    """Change all rows of a table."""
    async with database.writing() as db:
        await db.execute(sa.update(table).values(**values).execution_options(**EVERY))


async def change_refill(database: Database, refill_id: int, status: RefillStatus) -> None:
    async with database.writing() as db:
        query = sa.select(RefillRow).where(col(RefillRow.id) == refill_id, col(RefillRow.patient_id) == PATIENT)
        row = (await db.execute(query)).scalar_one()
        row.status, row.answered_at = status.value, this_second()


async def appended(database: Database, *wanted: Notice) -> None:
    async with database.writing() as db:
        await append(db, wanted)


async def waiting(database: Database, refill_id: int) -> None:
    """Tell of a request as the service that takes it does."""
    async with database.writing() as db:
        query = sa.select(RefillRow).where(col(RefillRow.id) == refill_id, col(RefillRow.patient_id) == PATIENT)
        await refill_notices.tell_of_request(db, (await db.execute(query)).scalar_one(), ZONE)


async def send_all(database: Database, settings: Settings) -> None:
    while await sending.send_one(database, settings):
        pass


async def test_notice_of_an_answer_is_sent_once(database: Database, postbox: Postbox, settings: Settings) -> None:
    await change_refill(database, 1, RefillStatus.DECLINED)
    await asyncio.gather(*(appended(database, ANSWERED) for _ in range(3)))
    [row] = await notices(database)
    assert (row.key, row.state, row.attempts) == (f"refill_answered:{PATIENT}:1", "waiting", 0)
    await send_all(database, settings)
    await appended(database, ANSWERED)
    await send_all(database, settings)
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == ([f"{PATIENT}@example.org"], "CarePlus Hospital has answered you")
    assert "https://care.example.org/home\n" in text_of(mail).replace("\r\n", "\n")
    assert await states(database) == ["sent"]


async def test_notice_is_not_appended_when_the_change_fails(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as db:
            await append(db, [ANSWERED])
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await notices(database) == []


async def test_address_and_language_are_of_the_moment_of_sending(
    database: Database, postbox: Postbox, settings: Settings
) -> None:
    await change_refill(database, 1, RefillStatus.PRESCRIBED)
    await appended(database, ANSWERED)
    async with database.writing() as db:
        account = await db.get_one(AccountRow, PATIENT)
        account.email, account.language = "new@example.org", PortalLanguage.DE.value
    await send_all(database, settings)
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == (["new@example.org"], "CarePlus Hospital hat Ihnen geantwortet")


async def test_killed_sender_keeps_one_message_id(
    database: Database, url: str, postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    await change_refill(database, 1, RefillStatus.VISIT_NEEDED)
    await appended(database, ANSWERED)
    code = CHILD.format(data=str(tmp_path), smtp_url=settings.smtp_url, url=url)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=PIPE)
    # the mail is taken, and not yet marked as sent
    postbox.when_taken = lambda: os.kill(child.pid, signal.SIGKILL)
    await child.communicate(b"begin\n")
    assert child.returncode == -signal.SIGKILL
    postbox.when_taken = lambda: None
    assert (len(postbox.taken), await states(database)) == (1, ["waiting"])
    await send_all(database, settings)
    assert len(postbox.taken) == 1, "the lease has not ended"
    await change(database, NoticeRow, due_at=now())
    await send_all(database, settings)
    assert await states(database) == ["sent"]
    first, second = (mail["Message-ID"] for _, mail in postbox.taken)
    assert first == second
    assert first.startswith("<notice-1-")
    assert not {"refill", "answered"} & set(first.split("-")), "a header says nothing clinical"


async def test_two_senders_send_each_notice_once(database: Database, url: str, postbox: Postbox, settings: Settings) -> None:
    for number in (1, 2, 3):
        await change_refill(database, number, RefillStatus.DECLINED)
        await appended(database, ANSWERED._replace(record_id=number, occasion=str(number)))
    other = Database(url)
    await asyncio.gather(*(sending.send_one(one, settings) for one in (database, other) for _ in range(4)))
    await send_all(database, settings)
    await other.close()
    assert len({mail["Message-ID"] for _, mail in postbox.taken}) == len(postbox.taken) == 3


async def test_failed_notice_is_retried_and_given_up(
    database: Database, postbox: Postbox, settings: Settings, tmp_path: Path
) -> None:
    await change_refill(database, 1, RefillStatus.DECLINED)
    await appended(database, ANSWERED)
    nowhere = configured(tmp_path, f"smtp://127.0.0.1:{free_port()}")
    assert await sending.send_one(database, nowhere)
    assert not await sending.send_one(database, nowhere), "the retry is delayed"
    assert await states(database) == ["waiting"]
    await change(database, NoticeRow, due_at=now(), attempts=rules.MAIL_ATTEMPTS - 1)
    postbox.refuses = "550 no such user"
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == (["failed"], [])


async def test_withdrawn_request_sends_no_mail(database: Database, postbox: Postbox, settings: Settings) -> None:
    await waiting(database, 1)
    await change_refill(database, 1, RefillStatus.WITHDRAWN)
    # requests 2 and 3 wait too, but of a later one this notice would tell
    for number in (2, 3):
        await change_refill(database, number, RefillStatus.DECLINED)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == (["withdrawn"], [])


@pytest.mark.parametrize("changed", [{"active": False}, {"role": Role.LAB.value}])
async def test_closed_account_or_other_role_gets_no_notice(
    database: Database, postbox: Postbox, settings: Settings, changed: dict[str, Any]
) -> None:
    await change_refill(database, 1, RefillStatus.DECLINED)
    await appended(database, ANSWERED)
    await change(database, AccountRow, **changed)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == (["withdrawn"], [])


async def test_account_without_an_address_gets_no_notice(
    database: Database, postbox: Postbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "address_of", lambda _: None)
    await change_refill(database, 1, RefillStatus.DECLINED)
    await appended(database, ANSWERED)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == (["no_address"], [])


async def test_notice_of_an_unknown_kind_waits(database: Database, postbox: Postbox, settings: Settings) -> None:
    await change_refill(database, 1, RefillStatus.DECLINED)
    await appended(database, ANSWERED)
    await change(database, NoticeRow, kind="of a newer version")
    assert not await sending.send_one(database, settings)
    assert await states(database) == ["waiting"]


async def test_doctor_gets_one_mail_a_day_about_requests(database: Database, postbox: Postbox, settings: Settings) -> None:
    await waiting(database, 1)
    await waiting(database, 2)
    await send_all(database, settings)
    assert [(to, mail["Subject"]) for to, mail in postbox.taken] == [
        ([f"{DOCTOR}@example.org"], "A request waits for your answer")
    ]
    await waiting(database, 3)
    await send_all(database, settings)
    assert len(postbox.taken) == 1
    today = local_date(now(), ZONE)
    first, later = await notices(database)
    assert (first.state, later.state) == ("sent", "waiting")
    assert (first.record_id, later.record_id) == (1, 3)
    assert later.due_at == first_instant(today + timedelta(days=1), MORNING, ZONE)
    await change(database, NoticeRow, due_at=now())
    await send_all(database, settings)
    assert len(postbox.taken) == 2


async def test_daily_notice_names_the_first_record(database: Database) -> None:
    for record_id in (5, 3, 9):
        async with database.writing() as db:
            await append_daily(db, NoticeKind.REFILLS_WAIT, [DOCTOR, COLLEAGUE], record_id, ZONE)
    assert [(row.account_id, row.record_id) for row in await notices(database)] == [(DOCTOR, 3), (COLLEAGUE, 3)]


async def test_answered_requests_send_no_second_mail(database: Database, postbox: Postbox, settings: Settings) -> None:
    await waiting(database, 1)
    await send_all(database, settings)
    await waiting(database, 2)
    for number in (2, 3):
        await change_refill(database, number, RefillStatus.DECLINED)
    await change(database, NoticeRow, due_at=now())
    await send_all(database, settings)
    assert await states(database) == ["sent", "withdrawn"]
    assert len(postbox.taken) == 1


async def be_off(database: Database, doctor_id: int) -> None:
    at = this_second()
    async with database.writing() as db:
        db.add(TimeOffRow(doctor_id=doctor_id, starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=2), reason=""))


async def test_desk_is_told_where_no_doctor_is_present(database: Database, postbox: Postbox, settings: Settings) -> None:
    await be_off(database, DOCTOR)
    await waiting(database, 1)
    await send_all(database, settings)
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == ([f"{ADMIN}@example.org"], "A request waits, and a person to answer it is missing")
    assert "https://care.example.org/admin" in text_of(mail)


async def test_routed_request_tells_the_named_doctor(database: Database, postbox: Postbox, settings: Settings) -> None:
    await be_off(database, DOCTOR)
    await waiting(database, 1)
    await change(database, RefillRow, doctor_id=COLLEAGUE)
    await waiting(database, 1)
    await send_all(database, settings)
    assert await states(database) == ["withdrawn", "sent"], "the desk has nothing to do any more"
    assert [to for to, _ in postbox.taken] == [[f"{COLLEAGUE}@example.org"]]


async def test_finished_notices_are_purged_after_thirty_days(database: Database) -> None:
    await appended(database, ANSWERED, ANSWERED._replace(occasion="2"), ANSWERED._replace(occasion="3"))
    rows = await notices(database)
    async with database.writing() as db:
        await outbox.finish(db, rows[0], NoticeState.SENT)
        await outbox.finish(db, rows[1], NoticeState.NO_ADDRESS)
    await change(database, NoticeRow, due_at=now() - timedelta(days=31))
    async with database.writing() as db:
        assert await purging.purge(db) == 2
    assert await states(database) == ["waiting"]


def test_every_kind_of_notice_has_a_rule() -> None:
    assert set(RULES) == set(NoticeKind)
    assert timedelta(seconds=sending.SEND_TIMEOUT_S) < outbox.LEASE
