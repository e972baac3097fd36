"""Mails about visits hold the preparation of the visit type in the patient's language, and never its name. On both databases."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import col

from careplus_appointments.store import visit_notices
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import Database
from careplus_tables.visit_types import VisitTypeRow
from careplus_tables.waitlist import WaitlistEntryRow, WaitlistOfferRow
from tests.auth.postbox import Postbox
from tests.auth.record_notices import postbox, settings, url
from tests.auth.visit_notices import DOCTOR, PATIENT, ahead, book, cancel, change, fill, move, parts, send_all

__all__ = ["postbox", "settings", "url"]
# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
ENGLISH, GERMAN = "Bring your medicines.", "Bringen Sie Ihre Medikamente mit."
TYPE: dict[str, Any] = {"id": 1, "name_en": "Colonoscopy", "name_de": "Darmspiegelung", "minutes": 30, "buffer_minutes": 0}
TYPE |= {"staff_only": False, "price": None, "video_template": None}


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await fill(opened)
    async with opened.writing() as db:
        db.add(VisitTypeRow(**TYPE, preparation_en=ENGLISH, preparation_de=GERMAN))
    yield opened
    await opened.close()


def taken(postbox: Postbox) -> tuple[str, str, Any]:
    """Return text, HTML and the event of the last mail."""
    _, text, html, event = parts(postbox)
    return text.replace("\r", ""), html.replace("\r", ""), event


async def book_typed(database: Database, hours: float) -> int:
    visit_id = await book(database, ahead(hours))
    await change(database, AppointmentRow, visit_type_id=1)
    return visit_id


async def test_booked_mail_has_the_preparation_when_sent(database: Database, postbox: Postbox, settings: Settings) -> None:
    await book_typed(database, 80)
    await change(database, VisitTypeRow, preparation_en="Bring your pass.\nEat nothing before.")
    await send_all(database, settings)
    text, html, event = taken(postbox)
    assert "Before you come:\nBring your pass.\nEat nothing before.\n\nYou can move" in text
    assert "Bring your pass.<br>" in html
    assert event["description"] == "Bring your pass.\nEat nothing before."
    [(_, mail)] = postbox.taken
    assert "colonoscopy" not in mail.as_string().lower() + str(event.to_ical()).lower()


async def test_moved_and_reminder_mails_prepare_in_german(database: Database, postbox: Postbox, settings: Settings) -> None:
    await change(database, AccountRow, language=PortalLanguage.DE.value)
    visit_id = await book_typed(database, 80)
    await move(database, visit_id, ahead(20))
    await send_all(database, settings)
    text, _, event = taken(postbox)
    assert f"Bevor Sie kommen:\n{GERMAN}\n\n" in text
    assert event["description"] == GERMAN
    assert "Darmspiegelung" not in text


async def test_cancelled_mail_has_no_preparation(database: Database, postbox: Postbox, settings: Settings) -> None:
    await cancel(database, await book_typed(database, 80))
    await send_all(database, settings)
    text, _, event = taken(postbox)
    assert ENGLISH not in text
    assert "description" not in event


async def test_offer_mail_has_the_preparation(database: Database, postbox: Postbox, settings: Settings) -> None:
    visit_id, starts_at = await book_typed(database, 80), ahead(80)
    await change(database, AppointmentRow, status=AppointmentStatus.OFFERED.value)
    async with database.writing() as db:
        await db.execute(sa.text("DELETE FROM notices"))
        days: dict[str, Any] = {"first_day": starts_at.date(), "last_day": starts_at.date(), "weekdays": "mon"}
        times: dict[str, Any] = {"from_time": "00:00", "to_time": "24:00", "added_by": Role.PATIENT.value, "created_at": ahead(0)}
        entry = WaitlistEntryRow(patient_id=PATIENT, doctor_id=DOCTOR, **days, **times)
        db.add(entry)
        await db.flush()
        assert entry.id is not None
        until = {"starts_at": starts_at, "offered_until": ahead(1)}
        db.add(WaitlistOfferRow(appointment_id=visit_id, entry_id=entry.id, doctor_id=DOCTOR, **until))
        entry.offer_id = visit_id
        found = await db.execute(sa.select(col(AppointmentRow.starts_at)).where(col(AppointmentRow.patient_id) == PATIENT))
        await visit_notices.tell_offered(db, PATIENT, visit_id, found.scalar_one())
    await send_all(database, settings)
    [(_, mail)] = postbox.taken
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"Before you come:\n{ENGLISH}\n\nAccept or decline" in body.get_content().replace("\r", "")
