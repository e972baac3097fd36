"""Seals the audit trail while auth runs: new events within a second, and the head of the chain into the log every minute."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from careplus_auth.audit.chain import SealingKeys
from careplus_auth.store import seals
from careplus_auth.store.seals import Head
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.logs import log
from careplus_tables.engine import Database

EVERY_S = 0.4
ANCHORED_EVERY_S = 60.0
AT_ONCE = 500


class Sealer:
    """The one who appends to the chain."""

    def __init__(self, database: Database, keys: SealingKeys) -> None:
        self._database = database
        self._keys = keys
        self._head: Head | None = None
        self._anchored: Head | None = None
        self._anchored_at = time.monotonic()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Seal in the background; what is there at the end is sealed too."""
        try:
            async with running_tasks(self._run()):
                yield
        finally:
            await self._try_to_seal()

    async def _run(self) -> None:
        while True:
            # what is begun is ended, so that no batch is half written when the service stops
            await asyncio.shield(self._try_to_seal())
            if time.monotonic() - self._anchored_at >= ANCHORED_EVERY_S:
                self.anchor()
            await asyncio.sleep(EVERY_S)

    async def _try_to_seal(self) -> None:
        try:
            await self.seal()
        except Exception as error:  # nobody looks whether this task still runs: it goes on whatever happened
            log.error("audit_not_sealed", reason=str(getattr(error, "orig", None) or type(error).__name__))

    async def seal(self) -> None:
        """Seal what is new."""
        async with self._database.reading() as db:
            self._head = await seals.head(db)
            waiting = await seals.is_waiting(db)
        while waiting:
            async with self._database.writing() as db:
                self._head, count = await seals.add(db, self._keys, AT_ONCE)
            waiting = count == AT_ONCE

    def anchor(self) -> None:
        """Say in the log where the chain ends, if it has grown: a chain that later ends before that was cut."""
        if self._head is not None and self._head != self._anchored:
            log.info("audit_head", number=self._head.number, mac=self._head.mac.hex())
            self._anchored = self._head
        self._anchored_at = time.monotonic()
