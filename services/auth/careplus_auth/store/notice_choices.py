"""Statements about the notices that a patient wants."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from careplus_contracts.notices import InvalidOptOut, NoticeChannel, NoticeChoices, NoticeKind, ReminderTime, SetNoticeChoices
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.notice_choices import NoticeChoiceRow
from careplus_tables.notices import NoticeRow

REMINDED_BEFORE = {ReminderTime.ONE_DAY: timedelta(hours=24), ReminderTime.TWO_DAYS: timedelta(hours=48)}
"""How long before its visit a reminder is due."""
_MEMBERS = set(SetNoticeChoices.model_fields)


async def find(db: AnySession, account_id: int, settings: Settings) -> NoticeChoices:
    """Return the choice of a patient, or the default."""
    chosen = (await _find(db, account_id) or _default(account_id)).model_dump(include=_MEMBERS)
    return NoticeChoices.model_validate({**chosen, "texts": settings.text_url is not None}, strict=False)


async def choose(db: WriteSession, account_id: int, body: SetNoticeChoices) -> None:
    """Store the choice of a patient."""
    (await _lock(db, account_id)).sqlmodel_update(body.model_dump(mode="json"))
    await db.flush()


async def switch_reminders_off(db: WriteSession, account_id: int) -> AccountRow:
    """Switch the reminders of an account off, and keep its other choices. Raise InvalidOptOut where it is closed."""
    account = await check_open(db, account_id)
    (await _lock(db, account_id)).reminder = ReminderTime.OFF.value
    await db.flush()
    return account


async def check_open(db: AnySession, account_id: int) -> AccountRow:
    """Return an account that can get reminders. Raise InvalidOptOut for one that was closed or erased."""
    account = await db.get(AccountRow, account_id)
    if account is None or not account.active:
        raise InvalidOptOut("This link is not valid any more.")
    return account


async def chosen_channel(db: AnySession, account_id: int) -> NoticeChannel:
    return NoticeChannel((await _find(db, account_id) or _default(account_id)).channel)


async def is_wanted(db: AnySession, notice: NoticeRow) -> bool:
    """Return whether the patient wants a notice and was not told already. One about a change by the hospital is always wanted."""
    choices, kind = await _find(db, notice.account_id) or _default(notice.account_id), NoticeKind(notice.kind)
    if kind is NoticeKind.VISIT_REMINDER:
        before = REMINDED_BEFORE.get(ReminderTime(choices.reminder))
        return before is not None and notice.visit_at is not None and not await _is_told(db, notice, notice.visit_at - before)
    if kind in {NoticeKind.RESULT_RELEASED, NoticeKind.RESULT_CORRECTED}:
        is_chosen = choices.results or kind is NoticeKind.RESULT_CORRECTED
        return is_chosen and not await _is_told_since(db, notice)
    if kind is NoticeKind.REFERRAL_MADE:
        return choices.referrals
    if kind is NoticeKind.REFILL_ANSWERED:
        return choices.refills
    return choices.own_bookings or not notice.own


async def _is_told_since(db: AnySession, notice: NoticeRow) -> bool:
    """Return whether a notice of the same kind was sent after the change: the patient has read of this one in the record too."""
    query = select(col(NoticeRow.id)).where(
        col(NoticeRow.account_id) == notice.account_id,
        col(NoticeRow.kind) == notice.kind,
        col(NoticeRow.sent_at) >= notice.created_at,
        col(NoticeRow.id) != notice.id,
    )
    return (await db.execute(query.limit(1))).first() is not None


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


async def _lock(db: WriteSession, account_id: int) -> NoticeChoiceRow:
    """Return the row of a patient, inserted where it is new. Two first choices at the same time would insert two."""
    await lock_accounts(db, account_id)
    row = await _find(db, account_id)
    if row is None:
        row = _default(account_id)
        db.add(row)
    return row


def _default(account_id: int) -> NoticeChoiceRow:
    return NoticeChoiceRow(account_id=account_id, reminder=ReminderTime.ONE_DAY.value, own_bookings=True)


async def _find(db: AnySession, account_id: int) -> NoticeChoiceRow | None:
    query = select(NoticeChoiceRow).where(col(NoticeChoiceRow.account_id) == account_id)
    return (await db.execute(query)).scalar_one_or_none()
