"""Accept the chain as it is, after a copy of the database was restored or once the cause of a change is known."""

import asyncio
import secrets
from typing import NamedTuple

from careplus_auth.audit import anchors
from careplus_auth.audit.anchor_file import AnchorFile, NotOurAnchors
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.head_check import ChainChanged, HeadCheck
from careplus_auth.store import audit_anchors, audit_links
from careplus_auth.store.audit_links import Head
from careplus_contracts.audit import ACCEPT_AUDIT_HEAD, Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now, this_second
from careplus_tables.audit import OK
from careplus_tables.engine import Database, WriteSession
from careplus_tables.locking import Work, wait_for_turn


class NothingToAccept(Exception):
    """The chain contains everything that auth knows, or has no link; the message is one line."""


class Acceptance(NamedTuple):
    """The accepted anchor, the MAC that it covers, and the difference that was accepted."""

    anchor: Anchor
    before_mac: bytes
    difference: str


def accept_head(url: str, keys: ChainKeys, file: AnchorFile, reason: str, *, anyway: bool = False) -> Acceptance:
    """Sign the head with the reason and record an event, in one transaction; then append the anchor to the file.

    `anyway`: auth refuses for a difference from its memory. Raises NothingToAccept and the errors of the database and the file.
    """

    async def accept() -> Acceptance:
        database = Database(url)
        try:
            async with database.writing() as db:
                await wait_for_turn(db, Work.LINK_EVENTS)
                return await _accept(db, keys, file, reason, anyway=anyway)
        finally:
            await database.close()

    accepted = asyncio.run(accept())
    file.append(accepted.before_mac, accepted.anchor)
    return accepted


async def _accept(db: WriteSession, keys: ChainKeys, file: AnchorFile, reason: str, *, anyway: bool) -> Acceptance:
    head, difference = await audit_links.head(db), await _difference(db, keys, file)
    if head is None:
        raise NothingToAccept("The chain has no link yet; start auth, which makes them.")
    if difference is None and not anyway:
        raise NothingToAccept(
            "The chain contains its newest anchor and that of the file. If auth refuses it all the same, add --anyway."
        )
    before, newest = await audit_anchors.newest_signed(db, keys.anchors), await audit_anchors.newest(db)
    number = max(newest.number if newest else 0, _exported_number(file)) + 1
    anchor = anchors.sign(keys.anchors, before, head, this_second(), number, reason)
    await audit_anchors.add(db, anchor)
    await audit_links.queue_unlinked(db)
    await append_events(db, [_event(head, reason)])
    return Acceptance(anchor, anchors.mac_of(before), difference or "Auth's memory differs")


async def _difference(db: WriteSession, keys: ChainKeys, file: AnchorFile) -> str | None:
    try:
        await HeadCheck(keys, file).check(db)
    except ChainChanged as difference:
        return str(difference)
    return None


def _exported_number(file: AnchorFile) -> int:
    try:
        exported = file.newest()
    except NotOurAnchors:
        return 0
    return exported.number if exported else 0


def _event(head: Head, reason: str) -> Event:
    known = {"service": "auth", "action": ACCEPT_AUDIT_HEAD, "kind": Kind.CHANGE.value, "outcome": OK, "reason": reason}
    request_id = f"accept-head-{secrets.token_hex(8)}"
    object_id = f"{head.number}:{head.mac.hex()}"
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, "at": now(), "request_id": request_id, "object_id": object_id})
