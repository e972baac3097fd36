"""Writes audit events: in a change's own transaction, or in one transaction for all reads that wait at the same time."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.refusals import Unavailable
from careplus_runtime.audit.event import Event
from careplus_runtime.audit.refusal_counts import RefusalCounts
from careplus_runtime.audit.slowed_attempts import SlowedAttempts
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.columns import core
from careplus_tables.compiled import CompiledStatement, translate_errors
from careplus_tables.engine import Database
from careplus_tables.postgresql import commit_statement

MAX_BATCH = 500
MAX_WAITING = 2000
LOOP_ITERATIONS_TO_GATHER = 5
"""A busy event loop adds more events to the batch during these iterations; an idle one runs them in microseconds."""
EVENT_COLUMNS = tuple(column.name for column in core(AuditEventRow).columns if column.name != "id")
_insert = sa.insert(AuditEventRow).values({name: sa.bindparam(name) for name in EVENT_COLUMNS})
_EVENT = CompiledStatement(_insert.returning(col(AuditEventRow.id)))
__all__ = ["EVENT_COLUMNS", "Event", "EventWriter", "append_events", "commit_events"]
_PATIENT = CompiledStatement(sa.insert(AuditPatientRow).values({name: sa.bindparam(name) for name in ("event_id", "patient_id")}))
_TYPES = {"at": "timestamptz", "account_id": "bigint"}
_COLUMNS = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in EVENT_COLUMNS)
_BATCH_ON_POSTGRESQL = (
    "WITH events AS MATERIALIZED (SELECT nextval((SELECT pg_get_serial_sequence('audit_events', 'id'))) AS id, given.*"
    f" FROM jsonb_to_recordset(%s) AS given ({_COLUMNS}, patients bigint[])"
    # of this transaction only: the commit does not wait for the disk
    " WHERE set_config('synchronous_commit', 'off', true) = 'off'),"
    " patients AS (INSERT INTO audit_patients (event_id, patient_id) SELECT id, unnest(patients) FROM events)"
    f" INSERT INTO audit_events (id, {', '.join(EVENT_COLUMNS)}) SELECT id, {', '.join(EVENT_COLUMNS)} FROM events"
)
"""Takes the events as JSON: one parameter costs less than a list for each column, and fits every number of events."""


class EventWriter:
    """Commits the events of one process in batches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: asyncio.Queue[tuple[Event, asyncio.Future[None]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.refusals = RefusalCounts(self.add)
        self.slowed = SlowedAttempts(database, self.add)

    async def add(self, event: Event, *, may_drop: bool = False) -> None:
        """Return when the event is committed. Raise SQLAlchemy's errors; Unavailable if `may_drop` and MAX_WAITING wait."""
        if may_drop and self._queue.qsize() >= MAX_WAITING:
            raise Unavailable("Too many events wait.")
        committed = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((event, committed))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await committed

    async def flush(self) -> None:
        """Write the counts of open windows; a process does it before it ends."""
        await asyncio.gather(self.refusals.flush(), self.slowed.flush())

    async def _run(self) -> None:
        while not self._queue.empty():
            for _ in range(LOOP_ITERATIONS_TO_GATHER):
                await asyncio.sleep(0)
            await self._commit([self._queue.get_nowait() for _ in range(min(self._queue.qsize(), MAX_BATCH))])

    async def _commit(self, batch: list[tuple[Event, asyncio.Future[None]]]) -> None:
        error: Exception | None = None
        try:
            await commit_events(self._database, [event for event, _ in batch])
        except Exception as raised:
            if len(batch) > 1 and not isinstance(raised, OperationalError | PoolTimeout):
                # retry one by one so that one bad event does not fail the batch
                for one in batch:
                    await self._commit([one])
                return
            error = raised
        for _, committed in batch:
            if not committed.done():
                committed.set_result(None) if error is None else committed.set_exception(error)


async def append_events(db: AsyncSession, events: Sequence[Event]) -> None:
    """Add events in the session's transaction. Raise SQLAlchemy's errors."""
    for event in events:
        [[event_id]] = await _EVENT.all(db, **event.row)
        if event.patients:
            await _PATIENT.many(db, [{"event_id": event_id, "patient_id": patient} for patient in sorted(event.patients)])


async def commit_events(database: Database, events: Sequence[Event]) -> None:
    """Add events in their own transaction. Raise SQLAlchemy's errors.

    They are in the write-ahead log afterwards, so the end of a process loses none, and durable at the next commit that waits for
    the disk: of a change, or of the audit chain (decision 23).
    """
    if not database.sqlite:
        await _commit_on_postgresql(database, events)
        return
    event, patient = (statement.for_dialect(database.writer.dialect) for statement in (_EVENT, _PATIENT))
    rows = [(event.values(one.row), sorted(one.patients)) for one in events]

    def insert(connection: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            for values, patients in rows:
                [event_id] = connection.execute(event.sql, values).fetchone()
                connection.executemany(patient.sql, [patient.values({"event_id": event_id, "patient_id": id}) for id in patients])
            connection.execute("COMMIT")
        finally:
            # SQLite rolls back by itself when the disk is full
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA synchronous=FULL")

    with translate_errors(database.writer.dialect, event):
        await database.run_in_writer_thread(insert)


async def _commit_on_postgresql(database: Database, events: Sequence[Event]) -> None:
    event = _EVENT.for_dialect(database.writer.dialect)
    to_second = event.processors["at"]
    rows = [{**one.row, "at": to_second(one.row["at"]).isoformat(), "patients": sorted(one.patients)} for one in events]
    with translate_errors(database.writer.dialect, event):
        await commit_statement(database.writer, _BATCH_ON_POSTGRESQL, [json.dumps(rows)])
