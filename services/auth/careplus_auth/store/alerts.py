"""Statements about alerts: what raises one, and the queue of those to post."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.alerts.kinds import AlertKind
from careplus_contracts.audit import COUNT_REFUSALS
from careplus_contracts.endpoints import Role
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.alerts import AlertRow
from careplus_tables.audit import OK, AuditEventRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.columns import core
from careplus_tables.engine import AnySession, WriteSession

BATCH = 100
RECENT = timedelta(days=1)
"""Older emergency accesses raise no alert: the setting may be new."""
RECENT_REFUSALS = timedelta(hours=1)
LEASE = timedelta(minutes=1)
"""Longer than the time-out of a post. After it another process may claim the alert."""
BASELINE = 0
"""The record of the alert, never sent, that says: the administrators of that moment are known."""
CROSS_PATIENT = "operators are told of emergency accesses to all charts, without the patients"


async def emergency_accesses(db: AnySession) -> list[int]:
    """Return recent emergency accesses without an alert."""
    id_ = col(ChartAccessRow.id)
    recent = select(id_).where(col(ChartAccessRow.opened_at) > now() - RECENT, ~_is_raised(AlertKind.EMERGENCY_ACCESS, id_))
    return await _ids(db, recent.order_by(id_).execution_options(cross_patient=CROSS_PATIENT))


async def refusal_counts(db: AnySession) -> list[int]:
    """Return recent events that count refused requests, without an alert."""
    id_, at = col(AuditEventRow.id), col(AuditEventRow.at)
    # wrong codes of callers without an account are no reason to wake an operator
    of_account = col(AuditEventRow.account_id).is_not(None)
    counts = select(id_).where(at > now() - RECENT_REFUSALS, col(AuditEventRow.outcome) != OK, of_account)
    counts = counts.where(col(AuditEventRow.action) == COUNT_REFUSALS, ~_is_raised(AlertKind.MANY_REFUSALS, id_))
    return await _ids(db, counts.order_by(id_))


async def new_administrators(db: AnySession) -> list[int]:
    """Return active administrators with a password, without an alert."""
    id_ = col(AccountRow.id)
    query = select(id_).where(_is_administrator(), ~_is_raised(AlertKind.NEW_ADMINISTRATOR, id_))
    return await _ids(db, query.order_by(id_))


async def knows_administrators(db: AnySession) -> bool:
    """Return whether the administrators from before the setting are recorded."""
    return await is_raised(db, AlertKind.NEW_ADMINISTRATOR, BASELINE)


async def has_former_administrators(db: AnySession) -> bool:
    """Return whether `forget_former_administrators` has something to forget."""
    return (await db.execute(select(col(AlertRow.key)).where(_is_former()).limit(1))).first() is not None


async def forget_former_administrators(db: WriteSession) -> None:
    """Forget former administrators, so that the same role given again raises another alert."""
    await db.execute(update(AlertRow).where(_is_former()).values(record_id=None))


async def is_raised(db: AnySession, kind: AlertKind, record_id: int) -> bool:
    """Return whether this alert exists, sent or not."""
    found = select(col(AlertRow.key)).where(col(AlertRow.kind) == kind.value, col(AlertRow.record_id) == record_id)
    return (await db.execute(found)).first() is not None


async def insert(db: WriteSession, kind: AlertKind, record_ids: Collection[int], due_at: datetime | None) -> int:
    """Insert alerts, and return their number; another process that does the same inserts none of them."""
    at = this_second()
    rows: list[dict[str, Any]] = [
        {
            # with the time, because ids start anew in a restored database
            "key": f"{kind.value}-{id_}-{int(at.timestamp())}",
            "kind": kind.value,
            "record_id": id_,
            "at": at,
            "due_at": due_at,
            "attempts": 0,
        }
        for id_ in record_ids
    ]
    if not rows:
        return 0
    dialect = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    table = core(AlertRow)
    return len((await db.execute(dialect(table).values(rows).on_conflict_do_nothing().returning(table.c.key))).all())


async def is_any_due(db: AnySession) -> bool:
    return (await db.execute(select(col(AlertRow.key)).where(col(AlertRow.due_at) <= now()).limit(1))).first() is not None


async def claim(db: WriteSession) -> AlertRow | None:
    """Return the oldest due alert under a lease."""
    due = select(AlertRow).where(col(AlertRow.due_at) <= now()).order_by(col(AlertRow.due_at), col(AlertRow.key)).limit(1)
    row = (await db.execute(due.with_for_update(skip_locked=True))).scalar_one_or_none()
    if row is not None:
        row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    return row


async def finish(db: WriteSession, key: str) -> None:
    """Take a posted alert out of the queue."""
    (await db.get_one(AlertRow, key)).due_at = None


async def reschedule(db: WriteSession, key: str) -> bool:
    """Return True when the alert will be posted again, or False after the last attempt."""
    row = await db.get_one(AlertRow, key)
    delay = rules.mail_retry_delay(row.attempts)
    row.due_at = None if delay is None else now() + delay
    return delay is not None


def _is_administrator() -> ColumnElement[bool]:
    account = (col(AccountRow.role) == Role.ADMIN.value, col(AccountRow.active), col(AccountRow.password_hash).is_not(None))
    return account[0] & account[1] & account[2]


def _is_former() -> ColumnElement[bool]:
    administrators = select(col(AccountRow.id)).where(_is_administrator())
    is_about_account = col(AlertRow.kind) == AlertKind.NEW_ADMINISTRATOR.value
    return is_about_account & (col(AlertRow.record_id) != BASELINE) & col(AlertRow.record_id).not_in(administrators)


def _is_raised(kind: AlertKind, record_id: Any) -> ColumnElement[bool]:
    return exists().where(col(AlertRow.kind) == kind.value, col(AlertRow.record_id) == record_id)


async def _ids(db: AnySession, query: Select[int | None]) -> list[int]:
    return [id_ for id_ in (await db.execute(query.limit(BATCH))).scalars() if id_ is not None]
