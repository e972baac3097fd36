"""A database with a patient, a doctor and visits, whose notices go to a real SMTP server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar
from sqlmodel import col

from careplus_appointments.store import visit_notices
from careplus_appointments.store.visit_notices import Before
from careplus_auth.notices import reminders, sending
from careplus_contracts.accounts import Sex
from careplus_contracts.appointments import Appointment, AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeChannel, ReminderTime, SetNoticeChoices
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.notices import NoticeRow
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits
from tests.auth.postbox import Postbox

DOCTOR, COLLEAGUE, PATIENT, OTHER, DESK = 1, 2, 3, 4, 5
NAMES = {DOCTOR: "Dr Ada Able", COLLEAGUE: "Dr Ben Best", PATIENT: "Pia Patient", OTHER: "Otto Other", DESK: "Rita Rezeption"}
EVERY = {"cross_patient": "a test"}
SECRET = "s" * 48
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def chosen(**members: Any) -> SetNoticeChoices:
    """Return the choices of a patient: the defaults, and these."""
    defaults: dict[str, Any] = {
        **{"reminder": ReminderTime.ONE_DAY, "own_bookings": True, "results": True, "referrals": True, "refills": True},
        "channel": NoticeChannel.EMAIL,
    }
    return SetNoticeChoices(**defaults | members)


def zone_at(hour: int) -> str:
    """Return a zone without clock changes in which it is this hour of the day now; its names have the sign reversed."""
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}"


def configured(folder: Path, smtp_url: str, hour: int = 12, **more: Any) -> Settings:
    more |= {"origins": "https://care.example.org", "zone": zone_at(hour), "secret_key": SECRET}
    return Settings(_env_file=None, data=folder, smtp_url=smtp_url, **more)


async def fill(database: Database) -> None:
    """Insert people with confirmed addresses."""
    at = this_second()
    more: dict[str, Any] = {
        **{"sex": Sex.OTHER.value, "created_at": at, "email_confirmed_at": at, "date_of_birth": None},
        **{"phone": "+49 30 5550 1234", "password_hash": None},
    }
    async with database.writing() as db:
        for id_, name in NAMES.items():
            role = Role.DOCTOR if id_ <= COLLEAGUE else Role.RECEPTION if id_ == DESK else Role.PATIENT
            db.add(AccountRow(id=id_, email=f"{id_}@example.org", full_name=name, role=role.value, **more))
        await db.flush()
        for id_ in (DOCTOR, COLLEAGUE):
            text: dict[str, Any] = {"specialty": "Oncology", "bio": "", "languages": ["en"], "phone": None, "room": None}
            db.add(DoctorRow(id=id_, full_name=NAMES[id_], **text))


async def book(
    database: Database, starts_at: datetime, patient_id: int = PATIENT, *, told: bool = True, created_at: datetime | None = None
) -> int:
    """Insert a visit, with its notice unless it is a visit from before notices; return its id."""
    async with database.writing() as db:
        row = AppointmentRow(
            reference=f"CP-{patient_id}-{starts_at:%d%H%M%S}",
            patient_id=patient_id,
            doctor_id=DOCTOR,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=20),
            reason="Lump in the breast",
            place="Room 12",
            created_at=created_at or this_second() - 9 * DAY,
        )
        db.add(row)
        await db.flush()
        assert row.id is not None
        if told:
            query = select_visits().where(col(AppointmentRow.id) == row.id).execution_options(**EVERY)
            found: Any = (await db.execute(query)).one()
            await visit_notices.tell_booked(db, Appointment.model_validate(appointment_members(VisitRecord(*found))))
        return row.id


async def move(database: Database, visit_id: int, starts_at: datetime, *, doctor_id: int = DOCTOR, own: bool = False) -> None:
    async with database.writing() as db:
        row = await _visit(db, visit_id)
        row.doctor_id = doctor_id
        before = Before.of(row)
        row.starts_at, row.ends_at = starts_at, starts_at + timedelta(minutes=20)
        row.version += 1
        await db.flush()
        await visit_notices.tell_moved(db, row, before, own=own)


async def cancel(database: Database, visit_id: int, by: Role = Role.RECEPTION, reason: str | None = None) -> None:
    async with database.writing() as db:
        row = await _visit(db, visit_id)
        row.status, row.cancelled_by, row.cancel_reason = AppointmentStatus.CANCELLED.value, by.value, reason
        row.version += 1
        await db.flush()
        await visit_notices.tell_cancelled(db, [row])


async def _visit(db: WriteSession, visit_id: int) -> AppointmentRow:
    query = sa.select(AppointmentRow).where(col(AppointmentRow.id) == visit_id).execution_options(**EVERY)
    return (await db.execute(query)).scalar_one()


async def change(database: Database, table: Any, **values: Any) -> None:
    """Change all rows of a table."""
    async with database.writing() as db:
        await db.execute(sa.update(table).values(**values).execution_options(**EVERY))


async def states(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as db:
        query = sa.select(col(NoticeRow.kind), col(NoticeRow.state)).order_by(col(NoticeRow.id)).execution_options(**EVERY)
        return [(kind.removeprefix("visit_"), state) for kind, state in (await db.execute(query)).all()]


async def notice(database: Database) -> NoticeRow:
    """Return the only notice."""
    async with database.reading() as db:
        return (await db.execute(sa.select(NoticeRow).execution_options(**EVERY))).scalar_one()


async def send_all(database: Database, settings: Settings) -> None:
    """Append the reminders that are due, and send the notices that are."""
    await reminders.append_due(database, settings)
    while await sending.send_one(database, settings):
        pass


def parts(postbox: Postbox, number: int = -1) -> tuple[str, str, str, Any]:
    """Return subject, text, HTML and the event of a taken mail."""
    _, mail = postbox.taken[number]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    [attached] = mail.iter_attachments()
    assert text is not None
    assert html is not None
    calendar = Calendar.from_ical(attached.get_content())
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == calendar["method"]
    [event] = calendar.walk("VEVENT")
    event["method"] = calendar["method"]
    return mail["Subject"], text.get_content(), html.get_content(), event


def ahead(hours: float) -> datetime:
    """Return an instant from now, in whole seconds."""
    return now().replace(microsecond=0) + timedelta(hours=hours)
