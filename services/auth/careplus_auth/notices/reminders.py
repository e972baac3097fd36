"""Appends the reminders that are due. The search reads visits as they are, so that a moved visit needs no further step."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from careplus_auth.notices.timing import quiet_until
from careplus_auth.notices.validity import EXPECTED
from careplus_auth.store.notice_choices import REMINDED_BEFORE
from careplus_contracts.notices import NoticeKind, ReminderTime
from careplus_runtime.notices import Notice, append
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession, Database
from careplus_tables.locking import Work, takes_turn
from careplus_tables.notice_choices import NoticeChoiceRow
from careplus_tables.notices import NoticeRow

BATCH = 200
CROSS_PATIENT = "auth reminds all patients of their visits"
_visit, _choice = AppointmentRow, NoticeChoiceRow


async def append_due(database: Database, settings: Settings) -> int:
    """Append up to BATCH reminders that are due, none in quiet hours. Return their number."""
    at = now()
    if quiet_until(at, settings.clinic_zone) is not None:
        return 0
    async with database.reading() as db:
        if not await _list_due(db, at, 1):
            return 0
    async with database.writing() as db:
        if not await takes_turn(db, Work.QUEUE_MAILS):
            return 0
        due = await _list_due(db, at, BATCH)
        await append(db, due)
    return len(due)


async def _list_due(db: AnySession, at: datetime, limit: int) -> list[Notice]:
    """Return a reminder of each visit ahead whose time has come, and that has none for its start yet."""
    has_reminder = (
        select(col(NoticeRow.id))
        .where(
            col(NoticeRow.kind) == NoticeKind.VISIT_REMINDER.value,
            col(NoticeRow.record_id) == col(_visit.id),
            col(NoticeRow.account_id) == col(_visit.patient_id),
            col(NoticeRow.visit_at) == col(_visit.starts_at),
        )
        .exists()
    )
    query = (
        select(col(_visit.id), col(_visit.patient_id), col(_visit.starts_at))
        .outerjoin(_choice, col(_choice.account_id) == col(_visit.patient_id))
        .where(col(_visit.starts_at) > at, col(_visit.status).in_(EXPECTED), _is_due(at), ~has_reminder)
        .order_by(col(_visit.starts_at), col(_visit.id))
        .limit(limit)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    rows = (await db.execute(query)).all()
    return [_reminder(id_, patient_id, starts_at) for id_, patient_id, starts_at in rows if id_ is not None]


def _is_due(at: datetime) -> ColumnElement[bool]:
    wanted = func.coalesce(col(_choice.reminder), ReminderTime.ONE_DAY.value)
    return or_(*(and_(wanted == time.value, col(_visit.starts_at) <= at + before) for time, before in REMINDED_BEFORE.items()))


def _reminder(visit_id: int, patient_id: int, starts_at: datetime) -> Notice:
    occasion = f"{visit_id}:{starts_at.isoformat()}"
    return Notice(NoticeKind.VISIT_REMINDER, patient_id, visit_id, occasion, visit_at=starts_at)
