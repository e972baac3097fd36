"""When screens asked last: kept in memory, because a read cannot write, and stored a few times a minute."""

import asyncio
from datetime import datetime

from careplus_appointments.store import screens
from careplus_runtime.process.logs import log
from careplus_tables.engine import Database

STORE_INTERVAL_S = 20.0


class Sightings:
    """The last request of each screen since they were stored."""

    def __init__(self) -> None:
        self.seen: dict[int, datetime] = {}

    def add(self, screen_id: int, at: datetime) -> None:
        self.seen[screen_id] = at

    async def keep_stored(self, database: Database) -> None:
        """Store them until cancelled."""
        while True:
            await asyncio.sleep(STORE_INTERVAL_S)
            try:
                await self.store(database)
            except Exception as error:  # The task must survive every failure: no supervisor restarts it.
                log.warning("sightings_not_stored", reason=str(getattr(error, "orig", None) or type(error).__name__))

    async def store(self, database: Database) -> None:
        """Store them, and forget them afterwards."""
        if not self.seen:
            return
        seen, self.seen = self.seen, {}
        try:
            async with database.writing() as db:
                await screens.mark_seen(db, seen)
        except BaseException:
            self.seen = seen | self.seen
            raise
