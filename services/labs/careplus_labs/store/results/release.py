"""Statements that release results by the policy of their test."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlmodel import col

from careplus_contracts.release_policy import ReleasePolicy
from careplus_contracts.results import ResultStatus
from careplus_labs.rules import release as rules
from careplus_labs.store.results import result_notices
from careplus_runtime.process.clock import now, this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabResultRow, LabTestRow

BATCH = 100
CROSS_PATIENT = "results of all patients are released after the days of their test"


async def is_due_at_verification(db: AnySession, row: LabResultRow) -> bool:
    """Return whether this result is released when it is verified."""
    query = select(col(LabTestRow.release_policy)).where(col(LabTestRow.code) == row.test_code)
    policy = ReleasePolicy((await db.execute(query)).scalar_one())
    return rules.is_due_at_verification(policy, ordered=row.ordered_by_id is not None, critical=row.critical)


async def is_any_due(db: AnySession) -> bool:
    """Return whether a result is due: its waiting days are over."""
    query = select(col(LabResultRow.id)).where(await _is_due(db)).limit(1).execution_options(cross_patient=CROSS_PATIENT)
    return (await db.execute(query)).first() is not None


async def release_due(db: WriteSession) -> Sequence[LabResultRow]:
    """Release up to BATCH results that are due and return them; rows that another process has locked are skipped."""
    query = select(LabResultRow).where(await _is_due(db)).order_by(col(LabResultRow.id)).limit(BATCH)
    query = query.with_for_update(skip_locked=True).execution_options(cross_patient=CROSS_PATIENT)
    rows = (await db.execute(query)).scalars().all()
    for row in rows:
        row.status, row.released_at, row.version = ResultStatus.RELEASED.value, this_second(), row.version + 1
    await db.flush()
    await result_notices.tell_released(db, rows)
    return rows


async def _is_due(db: AnySession) -> ColumnElement[bool]:
    """Return the condition: verified long enough ago for its test, and not critical."""
    query = select(col(LabTestRow.code), col(LabTestRow.release_after_days)).where(
        col(LabTestRow.release_policy) == ReleasePolicy.AFTER_DAYS.value, col(LabTestRow.release_after_days).is_not(None)
    )
    at = now()
    waited = [
        and_(col(LabResultRow.test_code) == code, col(LabResultRow.verified_at) <= rules.verified_before(days or 0, at))
        for code, days in (await db.execute(query)).all()
    ]
    is_open = and_(col(LabResultRow.status) == ResultStatus.VERIFIED.value, col(LabResultRow.critical).is_(False))
    return and_(is_open, or_(false(), *waited))
