"""Background work of appointments.

It keeps the time that was offered on each day that passes, adds holidays of later years, and ends offers of the waitlist that
were not answered in time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from careplus_appointments.screen_sightings import Sightings
from careplus_appointments.store import closed_days, offered, waitlist_offers
from careplus_clinic.clinic_time import local_date
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

POLL_INTERVAL_S = 60.0
OFFERS_INTERVAL_S = 15.0
MOST_OVERDUE = 100
"""Offers that one round ends; the next round follows at once where there were so many."""


@asynccontextmanager
async def with_tasks(app: FastAPI) -> AsyncIterator[None]:
    """Run the background tasks for as long as the service runs."""
    database, app.state.sightings, app.state.wakes_offers = app.state.database, Sightings(), asyncio.Event()
    works = (run(database, app.state.settings.clinic_zone), run_offers(database, app.state.wakes_offers))
    async with running_tasks(*works, app.state.sightings.keep_stored(database)):
        yield


def wake_offers(app: FastAPI) -> None:
    """End overdue offers now, not at the next round."""
    app.state.wakes_offers.set()


async def run_offers(database: Database, wakes: asyncio.Event) -> None:
    """End overdue offers until cancelled."""
    while True:
        try:
            while await end_overdue_offers(database) == MOST_OVERDUE:
                pass
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            _log_failure(error)
        with suppress(TimeoutError):
            await asyncio.wait_for(wakes.wait(), OFFERS_INTERVAL_S)
        wakes.clear()


async def end_overdue_offers(database: Database) -> int:
    """End offers that were not answered in time, each in a transaction of its own that offers the time to the next entry."""
    async with database.reading() as db:
        due, failed = await waitlist_offers.overdue(db, now(), MOST_OVERDUE), False
    for appointment_id in due:
        try:
            async with database.writing() as db:
                # another process may have ended it, or the patient has accepted it
                if (freed := await waitlist_offers.lapse(db, appointment_id, before=now())) is not None:
                    await waitlist_offers.offer(db, freed)
        except Exception as error:  # One offer that cannot be ended must not keep the others from their end.
            _log_failure(error)
            failed = True
    return 0 if failed else len(due)


async def run(database: Database, zone: ZoneInfo) -> None:
    """Work until cancelled."""
    while True:
        try:
            while await keep_passed_days(database, zone):
                pass
            await extend_holidays(database, zone)
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            _log_failure(error)
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


def _log_failure(error: Exception) -> None:
    log.warning("background_task_failed", reason=str(getattr(error, "orig", None) or type(error).__name__))
