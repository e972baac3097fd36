"""The background task that links audit events into the chain within a second and anchors the chain's head every minute."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from careplus_auth.audit import anchors
from careplus_auth.audit.anchor_export import AnchorExport
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.head_check import ChainChanged, HeadCheck
from careplus_auth.store import audit_anchors, audit_links
from careplus_auth.store.audit_links import Head
from careplus_runtime.process.background import running_tasks
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.logs import error_type, log
from careplus_tables.engine import Database, WriteSession
from careplus_tables.locking import Work, takes_turn

APPEND_INTERVAL_S = 0.4
ANCHOR_INTERVAL_S = 60.0
BATCH = 500
REMEDY = (
    "No event is linked meanwhile. Run `careplus audit verify`. After restoring a copy of the database, or once the cause"
    " is known, run `careplus audit accept-head --reason TEXT`."
)


class ChainWriter:
    """The only writer of the chain. Refuses to link while the chain in the database is not the one that it knows."""

    def __init__(
        self,
        database: Database,
        keys: ChainKeys,
        export: AnchorExport | None = None,
        alarm: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._export = export or AnchorExport(None, None)
        self._alarm = alarm
        self._known = HeadCheck(keys, self._export.file)
        self._anchored_at = -ANCHOR_INTERVAL_S
        self._complained_at = -ANCHOR_INTERVAL_S

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Link events in the background, and the last ones when the block ends."""
        try:
            async with running_tasks(self._run(), self._export.run()):
                yield
        finally:
            await self._try(last=True)
            await self._export.send()

    async def _run(self) -> None:
        while True:
            # Shielded, so that cancellation never leaves a batch half written.
            await asyncio.shield(self._try())
            await asyncio.sleep(APPEND_INTERVAL_S)

    async def _try(self, *, last: bool = False) -> None:
        try:
            await self.append()
            if last or time.monotonic() - self._anchored_at >= ANCHOR_INTERVAL_S:
                await self.anchor()
        except ChainChanged as reason:
            await self._complain(str(reason))
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            log.error("audit_events_not_linked", reason=str(getattr(error, "orig", None) or type(error).__name__))

    async def _complain(self, reason: str) -> None:
        if time.monotonic() - self._complained_at < ANCHOR_INTERVAL_S:
            return
        self._complained_at = time.monotonic()
        log.error("audit_chain_refused", reason=reason, remedy=REMEDY)
        if self._alarm is not None:
            try:
                await self._alarm()
            except Exception as error:  # the mail queue is in the database that was changed
                log.error("audit_alarm_not_queued", reason=error_type(error))

    async def append(self) -> None:
        """Link every event that has no link. Raise ChainChanged."""
        async with self._database.reading() as db:
            if self._known.knows(await audit_links.head(db)) and not await audit_links.has_unlinked(db):
                return
            await self._known.check(db)
            waiting = await audit_links.has_unlinked(db)
        while waiting:
            async with self._database.writing() as db:
                if not await takes_turn(db, Work.LINK_EVENTS):
                    return
                await self._known.check(db)
                head, count = await audit_links.append(db, self._keys, BATCH)
                # the first anchor is in the transaction of the first links: a chain without one has lost them
                made = None if head is None or await audit_anchors.newest(db) else await self._add(db, head)
            self._keep(head, made)
            waiting = count == BATCH

    async def anchor(self) -> None:
        """Write an anchor if the chain has grown since the last one. Raise ChainChanged."""
        self._anchored_at = time.monotonic()
        async with self._database.reading() as db:
            head, newest = await audit_links.head(db), await audit_anchors.newest(db)
        if head is None or (newest is not None and newest.link_number == head.number):
            return
        async with self._database.writing() as db:
            if not await takes_turn(db, Work.LINK_EVENTS):
                return
            await self._known.check(db)
            head = await audit_links.head(db)
            made = None if head is None else await self._add(db, head)
        self._keep(head, made)

    async def _add(self, db: WriteSession, head: Head) -> tuple[bytes, Anchor]:
        """Add the anchor of a head. Return it with the MAC that it covers."""
        before = await audit_anchors.newest(db)
        if before is not None and not await audit_anchors.is_valid(db, self._keys.anchors, before):
            raise ChainChanged(f"Anchor {before.number} has no valid signature")
        made = anchors.sign(self._keys.anchors, before, head, this_second())
        await audit_anchors.add(db, made)
        return anchors.mac_of(before), made

    def _keep(self, head: Head | None, made: tuple[bytes, Anchor] | None) -> None:
        self._known.remember(head, made and made[1])
        if made is not None:
            before, anchor = made
            log.info("audit_head", number=anchor.link_number, mac=anchor.link_mac.hex(), anchor=anchor.number)
            self._export.add(before, anchor)
