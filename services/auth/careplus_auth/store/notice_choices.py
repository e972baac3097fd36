"""Statements about the mails that a patient wants."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from careplus_contracts.notices import InvalidOptOut, NoticeChoices, NoticeKind, ReminderTime, SetNoticeChoices
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.notice_choices import NoticeChoiceRow
from careplus_tables.notices import NoticeRow

DEFAULT = NoticeChoices(reminder=ReminderTime.ONE_DAY, own_bookings=True)
REMINDED_BEFORE = {ReminderTime.ONE_DAY: timedelta(hours=24), ReminderTime.TWO_DAYS: timedelta(hours=48)}
"""How long before its visit a reminder is due."""


async def find(db: AnySession, account_id: int) -> NoticeChoices:
    """Return the choice of a patient, or the default."""
    row = await _find(db, account_id)
    return DEFAULT if row is None else NoticeChoices(reminder=ReminderTime(row.reminder), own_bookings=row.own_bookings)


async def choose(db: WriteSession, account_id: int, body: SetNoticeChoices) -> NoticeChoices:
    """Store the choice of a patient."""
    # two first choices at the same time would insert two rows
    await lock_accounts(db, account_id)
    row = await _find(db, account_id)
    if row is None:
        row = NoticeChoiceRow(account_id=account_id, reminder=body.reminder.value, own_bookings=body.own_bookings)
        db.add(row)
    row.reminder, row.own_bookings = body.reminder.value, body.own_bookings
    await db.flush()
    return await find(db, account_id)


async def switch_reminders_off(db: WriteSession, account_id: int) -> AccountRow:
    """Switch the reminders of an account off, and keep its other choice. Raise InvalidOptOut where it has been erased."""
    account = await db.get(AccountRow, account_id)
    if account is None or account.email is None:
        raise InvalidOptOut("This link is not valid any more.")
    own_bookings = (await find(db, account_id)).own_bookings
    await choose(db, account_id, SetNoticeChoices(reminder=ReminderTime.OFF, own_bookings=own_bookings))
    return account


async def is_wanted(db: AnySession, notice: NoticeRow) -> bool:
    """Return whether the patient wants a notice. One about a change by the hospital is always wanted."""
    choices, kind = await find(db, notice.account_id), NoticeKind(notice.kind)
    if kind is NoticeKind.VISIT_REMINDER:
        before = REMINDED_BEFORE.get(choices.reminder)
        return before is not None and notice.visit_at is not None and not await _is_told(db, notice, notice.visit_at - before)
    return choices.own_bookings or not notice.own


async def _is_told(db: AnySession, notice: NoticeRow, since: datetime) -> bool:
    """Return whether the visit got its time after its reminder would have been due: the patient has just read of it."""
    visit = select(col(AppointmentRow.created_at)).where(
        col(AppointmentRow.id) == notice.record_id, col(AppointmentRow.patient_id) == notice.account_id
    )
    told = select(func.max(col(NoticeRow.created_at))).where(
        col(NoticeRow.account_id) == notice.account_id,
        col(NoticeRow.record_id) == notice.record_id,
        col(NoticeRow.visit_at) == notice.visit_at,
        col(NoticeRow.kind) != NoticeKind.VISIT_REMINDER.value,
    )
    found = [(await db.execute(one)).scalar_one() for one in (visit, told)]
    return any(at is not None and at > since for at in found)


async def _find(db: AnySession, account_id: int) -> NoticeChoiceRow | None:
    query = select(NoticeChoiceRow).where(col(NoticeChoiceRow.account_id) == account_id)
    return (await db.execute(query)).scalar_one_or_none()
