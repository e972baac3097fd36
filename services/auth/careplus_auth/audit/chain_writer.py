"""The background task that links audit events into the chain within a second and logs the chain's head every minute."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from careplus_auth.audit.chain import ChainKeys
from careplus_auth.store import audit_links
from careplus_auth.store.audit_links import Head
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.logs import log
from careplus_tables.engine import Database

APPEND_INTERVAL_S = 0.4
ANCHOR_INTERVAL_S = 60.0
BATCH = 500


class ChainWriter:
    """The only writer of the chain."""

    def __init__(self, database: Database, keys: ChainKeys) -> None:
        self._database = database
        self._keys = keys
        self._head: Head | None = None
        self._anchored: Head | None = None
        self._anchored_at = time.monotonic()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Link events in the background, and the last ones when the block ends."""
        try:
            async with running_tasks(self._run()):
                yield
        finally:
            await self._try_to_append()

    async def _run(self) -> None:
        while True:
            # Shielded, so that cancellation never leaves a batch half written.
            await asyncio.shield(self._try_to_append())
            if time.monotonic() - self._anchored_at >= ANCHOR_INTERVAL_S:
                self.anchor()
            await asyncio.sleep(APPEND_INTERVAL_S)

    async def _try_to_append(self) -> None:
        try:
            await self.append()
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            log.error("audit_events_not_linked", reason=str(getattr(error, "orig", None) or type(error).__name__))

    async def append(self) -> None:
        """Link every event that has no link."""
        async with self._database.reading() as db:
            self._head = await audit_links.head(db)
            waiting = await audit_links.has_unlinked(db)
        while waiting:
            async with self._database.writing() as db:
                self._head, count = await audit_links.append(db, self._keys, BATCH)
            waiting = count == BATCH

    def anchor(self) -> None:
        """Log the head if the chain has grown. A chain that later ends before a logged head was truncated."""
        if self._head is not None and self._head != self._anchored:
            log.info("audit_head", number=self._head.number, mac=self._head.mac.hex())
            self._anchored = self._head
        self._anchored_at = time.monotonic()
