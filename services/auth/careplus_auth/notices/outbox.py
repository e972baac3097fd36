"""Statements about the outbox: a due notice is claimed under a lease, and gets its final state once it was sent or given up."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from careplus_auth import rules
from careplus_contracts.notices import NoticeKind, NoticeState
from careplus_runtime.process.clock import now, this_second
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.notices import NoticeRow

LEASE = timedelta(minutes=2)
"""Longer than SEND_TIMEOUT_S. After it another process may claim the notice."""
CROSS_PATIENT = "auth sends the notices to all people"


async def is_any_due(db: ReadSession) -> bool:
    due = select(col(NoticeRow.id)).where(_is_due()).limit(1).execution_options(cross_patient=CROSS_PATIENT)
    return (await db.execute(due)).first() is not None


async def claim(db: WriteSession) -> NoticeRow | None:
    """Return the oldest due notice under a lease."""
    due = select(NoticeRow).where(_is_due()).order_by(col(NoticeRow.due_at), col(NoticeRow.id)).limit(1)
    locked = due.with_for_update(skip_locked=True).execution_options(cross_patient=CROSS_PATIENT)
    row = (await db.execute(locked)).scalar_one_or_none()
    if row is not None:
        row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    return row


async def finish(db: WriteSession, row: NoticeRow, state: NoticeState) -> None:
    """Set the final state of a claimed notice."""
    found = await _reload(db, row)
    found.state = state.value
    if state is NoticeState.SENT:
        found.sent_at, found.failure = this_second(), None


async def reschedule(db: WriteSession, row: NoticeRow, failure: str) -> bool:
    """Store why an attempt failed. Return True when the notice will be tried again, or False after the last attempt."""
    delay, found = rules.mail_retry_delay(row.attempts), await _reload(db, row)
    found.failure = failure
    if delay is None:
        found.state = NoticeState.FAILED.value
        return False
    found.due_at = now() + delay
    return True


async def _reload(db: AnySession, row: NoticeRow) -> NoticeRow:
    """Return the row in this session; the claim was in another one."""
    query = select(NoticeRow).where(col(NoticeRow.id) == row.id, col(NoticeRow.account_id) == row.account_id)
    return (await db.execute(query.with_for_update())).scalar_one()


def _is_due() -> ColumnElement[bool]:
    # a kind of a newer version waits for a process that knows it
    is_known = col(NoticeRow.kind).in_([kind.value for kind in NoticeKind])
    return and_(col(NoticeRow.state) == NoticeState.WAITING.value, col(NoticeRow.due_at) <= now(), is_known)
