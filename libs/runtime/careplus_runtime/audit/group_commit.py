"""Commits the audit events of reads, which have no transaction of their own: those that wait at one time share one."""

import asyncio

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from careplus_contracts.refusals import Unavailable
from careplus_tables.engine import Database
from careplus_tables.trail import Event, commit

MOST_AT_ONCE = 500
MOST_WAITING = 2000
TURNS = 5
"""So many turns of the event loop others have to join: a busy one brings them, and an idle one is round at once."""


class Committer:
    """One a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Event, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def add(self, event: Event, *, may_drop: bool = False) -> None:
        """Return when it is committed. Raises SQLAlchemy's errors, and Unavailable where too many `may_drop` events wait."""
        if may_drop and len(self._waiting) >= MOST_WAITING:
            raise Unavailable("Too many events wait.")
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._commit(batch)
        finally:
            self._running = None

    async def _commit(self, batch: list[tuple[Event, asyncio.Future[None]]]) -> None:
        try:
            await commit(self._database, [event for event, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, OperationalError | NoConnection):
                # one of them cannot be written, which is nothing that the others should suffer from
                for one in batch:
                    await self._commit([one])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
        else:
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
