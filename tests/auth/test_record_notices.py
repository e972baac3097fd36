"""Notices of referrals and results: once, only while true and wanted, by mail or text message. On SQLite and PostgreSQL."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.notices import texting
from careplus_auth.notices.validity import RULES
from careplus_auth.store import notice_choices
from careplus_contracts.notices import NoticeChannel, NoticeKind
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import PortalLanguage
from careplus_doctors.store.referral_notices import tell_of_referral
from careplus_labs.store.results.result_notices import tell_corrected, tell_released
from careplus_runtime.notices import Notice, append
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings, SettingsError, load_settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.notices import NoticeRow
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillRow
from tests.auth.alert_receiver import Receiver, receiver
from tests.auth.postbox import Postbox, mail_server
from tests.auth.visit_notices import (
    DOCTOR,
    PATIENT,
    ahead,
    book,
    cancel,
    change,
    chosen,
    configured,
    fill,
    notice,
    send_all,
    states,
)
from tests.mailbox import text_of
from tests.templates import migrated_of

# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
KEY = "t" * 40
RELEASED, CORRECTED, REFERRAL = "result_released", "result_corrected", "referral_made"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await fill(opened)
    async with opened.writing() as db:
        await add_records(db)
    yield opened
    await opened.close()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def settings(postbox: Postbox, tmp_path: Path) -> Iterator[Settings]:
    with mail_server(postbox) as smtp_url:
        yield configured(tmp_path, smtp_url)


def with_texts(settings: Settings, texts: Receiver, hour: int = 12) -> Settings:
    assert settings.smtp_url is not None
    return configured(settings.data, settings.smtp_url, hour, text_url=texts.url, text_key=KEY)


async def add_records(db: WriteSession) -> None:
    """Insert three released results of the patient, and a referral."""
    at = this_second()
    booking: dict[str, Any] = {"ordered_by_id": None, "appointment_id": None, "starts_at": None, "window_starts_at": None}
    result: dict[str, Any] = {"outside_range": 0, "critical": False, "note": None, "entered_by_id": DOCTOR, "ordered_by_id": None}
    for id_ in (1, 2, 3):
        db.add(LabBookingRow(id=id_, reference=f"LB-{id_}", patient_id=PATIENT, place=None, note=None, created_at=at, **booking))
        await db.flush()
        more: dict[str, Any] = {"specimen_at": at, "entered_at": at, "status": ResultStatus.RELEASED.value, "released_at": at}
        db.add(LabResultRow(id=id_, booking_id=id_, patient_id=PATIENT, test_code="CBC", **result, **more))
    target: dict[str, Any] = {"to_doctor_id": None, "to_specialty": "Oncology", "to_external": None, "due_on": None}
    letter: dict[str, Any] = {"reason": "Lump in the breast", "urgency": "urgent", "created_at": at}
    db.add(ReferralRow(id=1, reference="RF-1", patient_id=PATIENT, from_doctor_id=DOCTOR, **target, **letter))


async def told(database: Database, *ids: int, corrected: bool = False) -> None:
    """Append the notices of results as the laboratory does."""
    async with database.writing() as db:
        query = sa.select(LabResultRow).where(col(LabResultRow.id).in_(ids), col(LabResultRow.patient_id) == PATIENT)
        rows = list((await db.execute(query)).scalars())
        if corrected:
            await tell_corrected(db, rows[0])
        else:
            await tell_released(db, rows)


async def referred(database: Database) -> None:
    async with database.writing() as db:
        row = (await db.execute(sa.select(ReferralRow).where(col(ReferralRow.patient_id) == PATIENT))).scalar_one()
        await tell_of_referral(db, row)


async def due(database: Database) -> None:
    """Let the time pass in which results of one specimen are told together."""
    await change(database, NoticeRow, due_at=now())


async def lose_phone(database: Database) -> None:
    async with database.writing() as db:
        (await db.get_one(AccountRow, PATIENT)).phone = None


async def choose(database: Database, **members: Any) -> None:
    async with database.writing() as db:
        await notice_choices.choose(db, PATIENT, chosen(**members))


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (PortalLanguage.EN, "A new result is in your record", "Sign in to read it:"),
        (PortalLanguage.DE, "Ein neues Ergebnis ist in Ihrer Akte", "Melden Sie sich an, um es zu lesen:"),
    ],
)
async def test_results_released_together_are_one_mail(
    database: Database, postbox: Postbox, settings: Settings, language: PortalLanguage, subject: str, said: str
) -> None:
    await change(database, AccountRow, language=language.value)
    for _ in range(2):
        await told(database, 1, 2)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "waiting")] * 2
    await due(database)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "sent"), (RELEASED, "withdrawn")]
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == ([f"{PATIENT}@example.org"], subject)
    assert said in text_of(mail)
    assert "https://care.example.org/results" in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert f'<html lang="{language.value}">' in html.get_content()
    assert not {"cbc", "oncology", "pia", "able"} & set(mail.as_string().lower().split())


async def test_result_released_later_is_told_again(database: Database, postbox: Postbox, settings: Settings) -> None:
    await told(database, 1)
    await due(database)
    await send_all(database, settings)
    await change(database, NoticeRow, created_at=ahead(-2), sent_at=ahead(-1))
    await told(database, 2)
    await change(database, NoticeRow, due_at=now())
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "sent")] * 2
    assert len(postbox.taken) == 2


async def test_hidden_result_is_not_told(database: Database, postbox: Postbox, settings: Settings) -> None:
    await told(database, 1)
    await told(database, 1, corrected=True)
    await change(database, LabResultRow, status=ResultStatus.VERIFIED.value)
    await due(database)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([(RELEASED, "withdrawn"), (CORRECTED, "withdrawn")], [])


async def test_correction_is_told_whatever_is_chosen(database: Database, postbox: Postbox, settings: Settings) -> None:
    await choose(database, results=False)
    await told(database, 1)
    for _ in range(2):
        await told(database, 1, corrected=True)
    await due(database)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "withdrawn"), (CORRECTED, "sent")]
    [(_, mail)] = postbox.taken
    assert mail["Subject"] == "A result in your record was corrected"


async def test_referral_is_told_once_unless_cancelled(database: Database, postbox: Postbox, settings: Settings) -> None:
    for _ in range(2):
        await referred(database)
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, "sent")]
    [(_, mail)] = postbox.taken
    assert mail["Subject"] == "A new referral is in your record"
    assert "https://care.example.org/referrals" in text_of(mail)
    assert not {"lump", "breast", "oncology"} & set(mail.as_string().lower().split())
    await change(database, ReferralRow, status=ReferralStatus.CANCELLED.value)
    await change(database, NoticeRow, state="waiting", due_at=now())
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, "withdrawn")]


@pytest.mark.parametrize(("unwanted", "state"), [("referrals", "withdrawn"), ("refills", "sent")])
async def test_unwanted_kind_is_withdrawn(database: Database, settings: Settings, unwanted: str, state: str) -> None:
    await choose(database, **{unwanted: False})
    await referred(database)
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, state)]


async def test_records_are_told_in_the_morning(database: Database, postbox: Postbox, settings: Settings) -> None:
    assert settings.smtp_url is not None
    await referred(database)
    await told(database, 1)
    await due(database)
    await send_all(database, configured(settings.data, settings.smtp_url, hour=23))
    assert (await states(database), postbox.taken) == ([(REFERRAL, "waiting"), (RELEASED, "waiting")], [])


async def test_person_without_address_gets_a_signed_text(database: Database, settings: Settings) -> None:
    await change(database, AccountRow, email_confirmed_at=None)
    visit_id = await book(database, ahead(80), told=False)
    await cancel(database, visit_id)
    with receiver(503) as texts:
        ours = with_texts(settings, texts)
        await send_all(database, ours)
        first = await notice(database)
        assert (first.state, first.channel, first.failure) == ("waiting", "text", "TextRefusedError 503")
        await due(database)
        await send_all(database, ours)
        taken = [texts.next() for _ in range(2)]
    assert await states(database) == [("cancelled", "sent")]
    bodies = [json.loads(one["body"]) for one in taken]
    assert bodies[0] == bodies[1], "the key is the same, so that the endpoint sends it once"
    assert set(bodies[0]) == {"to", "text", "key"}
    assert bodies[0]["to"] == "+493055501234"
    assert bodies[0]["text"].startswith("CarePlus Hospital: your appointment on ")
    assert f"https://care.example.org/appointments/{visit_id}" in bodies[0]["text"]
    assert not {"lump", "breast", "oncology", "pia"} & set(bodies[0]["text"].lower().split())
    for one in taken:
        at = one["headers"]["X-CarePlus-Timestamp"]
        assert abs(int(at) - time.time()) < 60
        wanted = hmac.new(KEY.encode(), f"{at}.{one['body']}".encode(), hashlib.sha256).hexdigest()
        assert one["headers"]["X-CarePlus-Signature"] == f"sha256={wanted}"


async def test_given_up_text_fails(database: Database, settings: Settings) -> None:
    await change(database, AccountRow, email_confirmed_at=None)
    await cancel(database, await book(database, ahead(80), told=False))
    await change(database, NoticeRow, attempts=rules.MAIL_ATTEMPTS - 1)
    with receiver(400) as texts:
        await send_all(database, with_texts(settings, texts))
    assert await states(database) == [("cancelled", "failed")]


async def test_chosen_text_takes_the_place_of_the_mail(database: Database, postbox: Postbox, settings: Settings) -> None:
    await choose(database, channel=NoticeChannel.TEXT)
    await book(database, ahead(20), told=False)
    with receiver() as texts:
        ours = with_texts(settings, texts)
        await send_all(database, ours)
        body = json.loads(texts.next()["body"])
        assert "Switch reminders off: https://care.example.org/reminders-off#token=3-" in body["text"]
        # without a phone the mail comes
        await lose_phone(database)
        await book(database, ahead(23), told=False)
        await send_all(database, ours)
    assert await states(database) == [("reminder", "sent")] * 2
    assert len(postbox.taken) == 1


async def test_without_texts_the_chosen_phone_gets_a_mail(database: Database, postbox: Postbox, settings: Settings) -> None:
    await choose(database, channel=NoticeChannel.TEXT)
    await referred(database)
    await send_all(database, settings)
    assert (await notice(database)).channel == "email"
    assert len(postbox.taken) == 1


async def test_no_phone_and_no_address_is_for_the_call_list(database: Database, settings: Settings) -> None:
    await change(database, AccountRow, email_confirmed_at=None)
    await lose_phone(database)
    await cancel(database, await book(database, ahead(80), told=False))
    with receiver() as texts:
        await send_all(database, with_texts(settings, texts))
    assert await states(database) == [("cancelled", "no_address")]


async def test_staff_get_no_texts(database: Database, settings: Settings) -> None:
    await change(database, AccountRow, email_confirmed_at=None)
    async with database.writing() as db:
        prescription: dict[str, Any] = {"patient_id": PATIENT, "doctor_id": DOCTOR, "created_at": now()}
        last: dict[str, Any] = {"appointment_id": None, "notes": None, "last_day": date(2030, 1, 1)}
        db.add(PrescriptionRow(id=1, reference="RX-1", **prescription, **last))
        await db.flush()
        db.add(RefillRow(id=1, prescription_id=1, note=None, **prescription))
        await append(db, [Notice(NoticeKind.REFILLS_WAIT, DOCTOR, 1, "1")])
    with receiver() as texts:
        await send_all(database, with_texts(settings, texts))
    assert await states(database) == [("refills_wait", "no_address")]


def test_every_notice_to_patients_has_a_text_message() -> None:
    kinds = {kind.value for kind, rule in RULES.items() if rule.role.value == "patient"}
    for language, texts in texting.TEXTS.items():
        assert set(texts) == kinds, language
        assert all("{link}" in text or "{opt_out}" in text for text in texts.values())


@pytest.mark.parametrize(
    ("given", "reason"),
    [({"TEXT_URL": "http://texts.example.org"}, "CAREPLUS_TEXT_URL"), ({"TEXT_URL": "https://t.example.org"}, "CAREPLUS_TEXT_KEY")],
)
def test_texts_without_a_key_or_in_clear_are_refused(
    given: dict[str, str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in given.items():
        monkeypatch.setenv(f"CAREPLUS_{name}", value)
    with pytest.raises(SettingsError, match=reason):
        load_settings()


def test_numbers_are_of_digits() -> None:
    def number(phone: str | None) -> str | None:
        more: dict[str, Any] = {"email": None, "full_name": "P", "role": "patient", "sex": "other"}
        return texting.number_of(AccountRow(phone=phone, created_at=datetime.now(UTC), **more))

    assert [number(one) for one in ("+49 (30) 5550-1234", "030 5550/1234", None, "")] == ["+493055501234", "03055501234", None, None]
