"""Statements about mails to the privacy officer: one for each emergency access."""

from datetime import timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_runtime.process.clock import now, this_second
from careplus_tables.access_notices import AccessNoticeRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.columns import core
from careplus_tables.engine import AnySession, WriteSession

BATCH = 100
RECENT = timedelta(days=1)
"""Older accesses are not told: the setting may be new."""
CROSS_PATIENT = "the privacy officer is told of emergency accesses to all charts"


async def is_any_due(db: AnySession) -> bool:
    """Return whether an emergency access has no notice."""
    return (await db.execute(_due().limit(1))).first() is not None


async def insert_missing(db: WriteSession) -> int:
    """Insert the notices that are due, and return their number; another process that does the same inserts none of them."""
    ids = list((await db.execute(_due().limit(BATCH))).scalars())
    if not ids:
        return 0
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    table, at = core(AccessNoticeRow), this_second()
    rows = insert(table).values([{"access_id": id_, "queued_at": at} for id_ in ids]).on_conflict_do_nothing()
    return len((await db.execute(rows.returning(table.c.access_id))).all())


def _due() -> Select[int | None]:
    is_told = exists().where(col(AccessNoticeRow.access_id) == col(ChartAccessRow.id))
    query = select(col(ChartAccessRow.id)).where(col(ChartAccessRow.opened_at) > now() - RECENT, ~is_told)
    return query.order_by(col(ChartAccessRow.id)).execution_options(cross_patient=CROSS_PATIENT)
