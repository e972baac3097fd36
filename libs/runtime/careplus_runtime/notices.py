"""Appends notices to the outbox, in the transaction of the change that causes them. Auth sends and purges them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_clinic.clinic_time import first_instant, local_date
from careplus_contracts.notices import NoticeKind, NoticeState
from careplus_runtime.process.clock import now, this_second
from careplus_tables.columns import core
from careplus_tables.engine import WriteSession
from careplus_tables.notices import NoticeRow

MORNING = 7 * 60
"""The minute of the clinic day at which a notice of the day before is sent."""
CROSS_PATIENT = "old notices to all people"


class Notice(NamedTuple):
    """A person to tell once about an occasion: the id of a record, with its version if it can occur again, or a day."""

    kind: NoticeKind
    account_id: int
    record_id: int
    occasion: str
    due_at: datetime | None = None
    visit_at: datetime | None = None
    before_at: datetime | None = None
    own: bool = False

    @property
    def key(self) -> str:
        """Return the unique key."""
        return f"{self.kind.value}:{self.account_id}:{self.occasion}"


async def append(db: WriteSession, notices: Collection[Notice]) -> None:
    """Append notices, due at once by default; one with an existing key is skipped."""
    if not notices:
        return
    at = this_second()
    rows = [
        {
            **{"key": one.key, "kind": one.kind.value, "account_id": one.account_id, "record_id": one.record_id},
            **{"state": NoticeState.WAITING.value, "created_at": at, "due_at": one.due_at or at, "attempts": 0},
            **{"visit_at": one.visit_at, "before_at": one.before_at, "own": one.own},
        }
        for one in notices
    ]
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    await db.execute(insert(core(NoticeRow)).values(rows).on_conflict_do_nothing(index_elements=["key"]))


async def append_daily(db: WriteSession, kind: NoticeKind, account_ids: Collection[int], record_id: int, zone: ZoneInfo) -> None:
    """Tell each person of a record with at most one mail on a clinic day.

    The first record of a day is told at once. While that notice waits, it stands for later records too; after it was sent, the
    next one is due in the morning of the following day. A notice names the first record that it stands for.
    """
    today = local_date(now(), zone)
    tomorrow = today + timedelta(days=1)
    for account_id in sorted(account_ids):
        for day, due_at in ((today, None), (tomorrow, first_instant(tomorrow, MORNING, zone))):
            notice = Notice(kind, account_id, record_id, day.isoformat(), due_at)
            row = await _find(db, notice)
            if row is None:
                await append(db, [notice])
            elif row.state == NoticeState.WAITING.value:
                row.record_id = min(row.record_id, record_id)
            else:
                continue
            break


async def purge(db: WriteSession, before: datetime, batch: int) -> int:
    """Delete up to `batch` notices with a final state that were due before. Return how many.

    Their occasions lie in the past, so their keys do not come again.
    """
    finished = [state.value for state in NoticeState if state is not NoticeState.WAITING]
    old = select(col(NoticeRow.id)).where(col(NoticeRow.state).in_(finished), col(NoticeRow.due_at) <= before).limit(batch)
    old = old.execution_options(cross_patient=CROSS_PATIENT)
    statement = delete(NoticeRow).where(col(NoticeRow.id).in_(old)).execution_options(cross_patient=CROSS_PATIENT)
    return cast(CursorResult[Any], await db.execute(statement)).rowcount


async def _find(db: WriteSession, notice: Notice) -> NoticeRow | None:
    query = select(NoticeRow).where(col(NoticeRow.account_id) == notice.account_id, col(NoticeRow.key) == notice.key)
    return (await db.execute(query.with_for_update())).scalar_one_or_none()
