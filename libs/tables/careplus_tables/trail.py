"""Appends to the audit trail. The one writer of it: services use it through `careplus_runtime.audit.recorder`."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.columns import core
from careplus_tables.engine import Database
from careplus_tables.statements import Statement, as_sqlalchemys

MEMBERS = tuple(column.name for column in core(AuditEventRow).columns if column.name != "id")
_insert = sa.insert(AuditEventRow).values({name: sa.bindparam(name) for name in MEMBERS})
_EVENT = Statement(_insert)
_EVENT_ID = Statement(_insert.returning(col(AuditEventRow.id)))
_PATIENT = Statement(sa.insert(AuditPatientRow).values({name: sa.bindparam(name) for name in ("event_id", "patient_id")}))


class Event(NamedTuple):
    """One event with the members of its row, and the patients whom it concerns besides who did it."""

    row: dict[str, Any]
    patients: Collection[int] = ()


async def commit(database: Database, events: Sequence[Event]) -> None:
    """Add events in a transaction of their own, which is on the disk when auth has sealed them (SQLite; decision 23).

    Raises SQLAlchemy's errors.
    """
    if not database.sqlite:
        async with database.writing() as db:
            await append(db, events)
        return
    event, patient = _EVENT.prepared(database.writer.dialect), _PATIENT.prepared(database.writer.dialect)
    rows = [(event.values(one.row), sorted(one.patients)) for one in events]

    def insert(driver: Any) -> None:
        # in the file now, which no process that ends takes back, and on the disk with the next commit of a seal or of an act
        driver.execute("PRAGMA synchronous=NORMAL")
        try:
            append_all(driver)
        finally:
            driver.execute("PRAGMA synchronous=FULL")

    def append_all(driver: Any) -> None:
        driver.execute("BEGIN IMMEDIATE")
        try:
            for values, patients in rows:
                event_id = driver.execute(event.sql, values).lastrowid
                if patients:
                    driver.executemany(patient.sql, [patient.values({"event_id": event_id, "patient_id": id}) for id in patients])
            driver.execute("COMMIT")
        except BaseException:
            # a full disk has ended it already
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise

    with as_sqlalchemys(database.writer.dialect, event):
        await database.in_one_trip(insert)


async def append(db: AsyncSession, events: Sequence[Event]) -> None:
    """Add events in the session's transaction."""
    if alone := [event.row for event in events if not event.patients]:
        await _EVENT.many(db, alone)
    for event in events:
        if event.patients:
            [[event_id]] = await _EVENT_ID.all(db, **event.row)
            await _PATIENT.many(db, [{"event_id": event_id, "patient_id": patient} for patient in sorted(event.patients)])
