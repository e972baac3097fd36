"""Notices as text messages, posted to a real HTTP server: signed, with one key for each attempt. On SQLite and PostgreSQL."""

import hashlib
import hmac
import json
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from careplus_auth import rules
from careplus_auth.notices import texting
from careplus_auth.notices.validity import RULES
from careplus_contracts.notices import NoticeChannel, NoticeKind
from careplus_runtime.notices import Notice, append
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError, load_settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database
from careplus_tables.notices import NoticeRow
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import RefillRow
from tests.auth.alert_receiver import Receiver, receiver
from tests.auth.postbox import Postbox
from tests.auth.record_notices import choose, database, due, postbox, referred, settings, url
from tests.auth.visit_notices import DOCTOR, PATIENT, ahead, book, cancel, change, configured, notice, send_all, states

__all__ = ["database", "postbox", "settings", "url"]
# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
KEY = "t" * 40


def with_texts(settings: Settings, texts: Receiver, hour: int = 12) -> Settings:
    assert settings.smtp_url is not None
    return configured(settings.data, settings.smtp_url, hour, text_url=texts.url, text_key=KEY)


async def lose_phone(database: Database) -> None:
    async with database.writing() as db:
        (await db.get_one(AccountRow, PATIENT)).phone = None


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
    [
        ({"TEXT_URL": "http://texts.example.org"}, "CAREPLUS_TEXT_URL"),
        ({"TEXT_URL": "https://texts.example.org"}, "CAREPLUS_TEXT_KEY"),
    ],
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

    assert [number(one) for one in ("+49 (30) 5550-1234", "030 5550/1234")] == ["+493055501234", "03055501234"]
    assert [number(one) for one in (None, "", "+")] == [None, None, None]
