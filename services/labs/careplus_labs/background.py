"""Background work of labs: close uncollected bookings, and release results after the days of their test."""

import asyncio
import secrets
from datetime import timedelta

from careplus_contracts.audit import CLOSE_UNCOLLECTED, RELEASE_AFTER_DAYS, Kind
from careplus_labs.rules.bookings import Patience
from careplus_labs.store.bookings import uncollected
from careplus_labs.store.results import release
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log
from careplus_runtime.process.settings import Settings
from careplus_tables.audit import OK
from careplus_tables.engine import Database
from careplus_tables.labs import LabBookingRow, LabResultRow

INTERVAL_S = 60.0


async def run(database: Database, settings: Settings) -> None:
    """Work until cancelled. Any number of processes may do so: a booking closes once, and a result is released once."""
    patience = Patience(timedelta(days=settings.lab_uncollected_days), timedelta(days=settings.lab_open_order_days))
    while True:
        try:
            while await close_uncollected(database, patience):
                pass
            while await release_after_days(database):
                pass
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            log.warning("background_task_failed", reason=error_type(error))
        await asyncio.sleep(INTERVAL_S)


async def close_uncollected(database: Database, patience: Patience) -> int:
    """Close bookings that wait too long, with an audit event each in the same transaction. Return their number."""
    async with database.reading() as db:
        if not await uncollected.is_any_due(db, patience):
            return 0
    async with database.writing() as db:
        rows = await uncollected.close(db, patience)
        request_id = secrets.token_hex(8)
        await append_events(db, [_event(CLOSE_UNCOLLECTED, row, request_id) for row in rows])
    return len(rows)


async def release_after_days(database: Database) -> int:
    """Release results that are due by the days of their test, with an audit event each in the same transaction."""
    async with database.reading() as db:
        if not await release.is_any_due(db):
            return 0
    async with database.writing() as db:
        rows = await release.release_due(db)
        request_id = secrets.token_hex(8)
        await append_events(db, [_event(RELEASE_AFTER_DAYS, row, request_id) for row in rows])
    return len(rows)


def _event(action: str, row: LabBookingRow | LabResultRow, request_id: str) -> Event:
    known = {
        "at": now(),
        "request_id": request_id,
        "service": "labs",
        "action": action,
        "kind": Kind.CHANGE.value,
        "object_id": str(row.id),
        "outcome": OK,
    }
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known}, [row.patient_id])
