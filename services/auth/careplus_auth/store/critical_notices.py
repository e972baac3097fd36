"""Statements about mails for open critical results. A person gets one mail for each step of a result since it is open."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from careplus_contracts.critical import Escalation
from careplus_runtime.identity.acting import CriticalCase, acting_doctors, administrators
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.columns import core
from careplus_tables.critical import IS_OPEN
from careplus_tables.critical_notices import CriticalNoticeRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow

BATCH = 100
CROSS_PATIENT = "open critical results of all patients escalate"


class Notice(NamedTuple):
    """A person to tell of a step of a result."""

    step: Escalation
    case: CriticalCase
    account_id: int


async def list_due(db: AnySession, delay: timedelta) -> list[CriticalCase]:
    """Return open results with a step of which no person was told, the one that waits longest first, at most BATCH."""
    at, since = now(), col(LabResultRow.critical_since)
    first = and_(since <= at - delay, ~_is_told())
    second = and_(since <= at - 2 * delay, ~_is_told(col(CriticalNoticeRow.step) == Escalation.ADMINISTRATORS.value))
    query = (
        select(col(LabResultRow.id), col(LabResultRow.patient_id), col(LabBookingRow.ordered_by_id), since)
        .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
        .where(IS_OPEN, or_(first, second))
        .order_by(since, col(LabResultRow.id))
        .limit(BATCH)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    rows: Sequence[Any] = (await db.execute(query)).all()
    return [CriticalCase(*row) for row in rows]


async def insert_missing(db: WriteSession, cases: Collection[CriticalCase], delay: timedelta) -> list[Notice]:
    """Insert and return the notices of the steps that are due; another process that does the same inserts none of them.

    Doctors are told at the first step, administrators at the second, or at the first where no doctor can act.
    """
    at = now()
    acting = await acting_doctors(db, list(cases), at, delay)
    admin_ids = await administrators(db)
    wanted: list[Notice] = []
    for case in cases:
        doctors = {*acting[case.result_id].responsible, *acting[case.result_id].in_care}
        wanted += [Notice(Escalation.DOCTORS, case, id_) for id_ in sorted(doctors)]
        if not doctors or at >= case.since + 2 * delay:
            wanted += [Notice(Escalation.ADMINISTRATORS, case, id_) for id_ in admin_ids]
    return await _insert(db, wanted)


async def emails(db: AnySession, account_ids: Collection[int]) -> dict[int, str]:
    """Return the addresses of accounts."""
    query = select(col(AccountRow.id), col(AccountRow.email)).where(col(AccountRow.id).in_(account_ids))
    return {id_: email for id_, email in (await db.execute(query)).all() if id_ is not None and email is not None}


async def _insert(db: WriteSession, wanted: Collection[Notice]) -> list[Notice]:
    by_key = {(one.case.result_id, one.case.since, one.account_id): one for one in wanted}
    if not by_key:
        return []
    at = this_second()
    rows = [
        {"result_id": result_id, "since": since, "account_id": account_id, "step": one.step.value, "queued_at": at}
        for (result_id, since, account_id), one in by_key.items()
    ]
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    table = core(CriticalNoticeRow)
    statement = insert(table).values(rows).on_conflict_do_nothing()
    inserted = await db.execute(statement.returning(table.c.result_id, table.c.since, table.c.account_id))
    return [by_key[result_id, since, account_id] for result_id, since, account_id in inserted.all()]


def _is_told(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    of_result = (
        col(CriticalNoticeRow.result_id) == col(LabResultRow.id),
        col(CriticalNoticeRow.since) == col(LabResultRow.critical_since),
    )
    return exists().where(*of_result, *conditions)
