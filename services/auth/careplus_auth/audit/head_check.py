"""Whether the chain in the database contains the links that auth knows from memory, its anchors and the anchor file."""

import asyncio
from datetime import datetime

from careplus_auth.audit.anchor_file import AnchorFile, NotOurAnchors
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.store import audit_anchors, audit_links
from careplus_auth.store.audit_links import Head
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.logs import log
from careplus_tables.engine import AnySession

READ_TIMEOUT_S = 10.0


class ChainChanged(Exception):
    """The chain went back or differs from the links of auth; the message is one line with the difference."""


class HeadCheck:
    """What one process knows of the chain. Several may link: it may grow without this one, never shrink or differ."""

    def __init__(self, keys: ChainKeys, file: AnchorFile | None) -> None:
        self._keys = keys
        self._file = file
        self._head: Head | None = None
        self._anchor: Anchor | None = None
        self._started = False
        self._refused_at: datetime | None = None

    def knows(self, head: Head | None) -> bool:
        """Return whether this is the head after the last successful check or `remember`."""
        return self._started and self._refused_at is None and head == self._head

    def remember(self, head: Head | None, anchor: Anchor | None) -> None:
        """Keep the head and the anchor of a committed transaction."""
        self._head, self._anchor = head or self._head, anchor or self._anchor

    async def check(self, db: AnySession) -> None:
        """Raise ChainChanged unless the database contains everything that is known."""
        await self._forget_if_accepted(db)
        try:
            if not self._started:
                await self._check_start(db)
            await self._check_memory(db)
        except ChainChanged:
            self._refused_at = self._refused_at or this_second()
            raise
        self._started, self._refused_at = True, None
        self._head = await audit_links.head(db)

    async def _forget_if_accepted(self, db: AnySession) -> None:
        if self._refused_at is None or (accepted := await audit_anchors.newest_accepted(db)) is None:
            return
        # an attacker on the database could have restored an older one
        if accepted.at >= self._refused_at and await audit_anchors.is_valid(db, self._keys.anchors, accepted):
            self._head = self._anchor = self._refused_at = None
            self._started = False

    async def _check_memory(self, db: AnySession) -> None:
        if self._head is not None and not await audit_links.has(db, self._head):
            raise ChainChanged(f"Auth linked number {self._head.number}, which the chain no longer contains")
        if self._anchor is not None and await audit_anchors.numbered(db, self._anchor.number) != self._anchor:
            raise ChainChanged(f"Auth wrote anchor {self._anchor.number}, which the database no longer contains")

    async def _check_start(self, db: AnySession) -> None:
        """Compare the chain with its newest anchor, and the anchors with the newest of the file."""
        newest, exported = await audit_anchors.newest(db), await self._exported()
        if newest is None and exported is None and (head := await audit_links.head(db)):
            log.warning("audit_chain_without_anchor", number=head.number)
        if newest is not None:
            if not await audit_anchors.is_valid(db, self._keys.anchors, newest):
                raise ChainChanged(f"Anchor {newest.number} has no valid signature")
            if not await audit_links.has(db, Head(newest.link_number, newest.link_mac)):
                raise ChainChanged(f"Anchor {newest.number} names number {newest.link_number}, which the chain does not contain")
        if exported is not None and not await audit_anchors.contains(db, self._keys.anchors, exported):
            raise ChainChanged(f"The anchor file has anchor {exported.number}, which the database does not contain")
        if newest is not None and exported is None and self._file is not None:
            log.warning("audit_anchor_file_missing", file=str(self._file.path))

    async def _exported(self) -> Anchor | None:
        if self._file is None:
            return None
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                return await asyncio.to_thread(self._file.newest)
        except NotOurAnchors as reason:
            raise ChainChanged(str(reason)) from None
        except (OSError, TimeoutError) as error:
            # a file elsewhere may be out of reach, which must not stop the trail
            log.error("audit_anchor_file_not_read", reason=type(error).__name__)
            return None
