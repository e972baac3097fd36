"""Background work of appointments: keep the time that was offered on each day that passes, and add holidays of later years."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from careplus_appointments.screen_sightings import Sightings
from careplus_appointments.store import closed_days, offered
from careplus_clinic.clinic_time import local_date
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

POLL_INTERVAL_S = 60.0


@asynccontextmanager
async def with_tasks(app: FastAPI) -> AsyncIterator[None]:
    """Run the background tasks for as long as the service runs."""
    database, app.state.sightings = app.state.database, Sightings()
    async with running_tasks(run(database, app.state.settings.clinic_zone), app.state.sightings.keep_stored(database)):
        yield


async def run(database: Database, zone: ZoneInfo) -> None:
    """Work until cancelled."""
    while True:
        try:
            while await keep_passed_days(database, zone):
                pass
            await extend_holidays(database, zone)
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            log.warning("background_task_failed", reason=str(getattr(error, "orig", None) or type(error).__name__))
        await asyncio.sleep(POLL_INTERVAL_S)


async def keep_passed_days(database: Database, zone: ZoneInfo) -> bool:
    """Keep days that have passed. Return whether days remain."""
    at = now()
    async with database.reading() as db:
        if not await offered.is_due(db, at, zone):
            return False
    async with database.writing() as db:
        return await takes_turn(db, Work.KEEP_OFFERED_TIME) and await offered.keep_passed_days(db, at, zone)


async def extend_holidays(database: Database, zone: ZoneInfo) -> None:
    """Add the holidays of a year before visits in it can be booked."""
    today = local_date(now(), zone)
    async with database.reading() as db:
        if not await closed_days.is_due(db, today):
            return
    async with database.writing() as db:
        await closed_days.extend(db, today)
