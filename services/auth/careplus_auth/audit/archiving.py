"""Remove archived events from the database, with the record of their archive in the chain, in one transaction."""

import asyncio
import secrets

from sqlalchemy import text

from careplus_auth.audit import anchors
from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.anchors import Anchor
from careplus_auth.audit.archive_record import ArchiveRecord
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.audit.head_check import ChainChanged, HeadCheck
from careplus_auth.store import audit_anchors, audit_links
from careplus_contracts.audit import ARCHIVE_AUDIT, Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now, this_second
from careplus_tables.audit import OK
from careplus_tables.engine import Database, WriteSession
from careplus_tables.locking import Work, wait_for_turn
from careplus_tables.permanent_rows import deletable

BATCH = 500
_TABLES = ("audit_links", "audit_patients", "audit_events")


def remove_archived(url: str, keys: ChainKeys, file: AnchorFile, record: ArchiveRecord) -> None:
    """Remove the links of a checked archive and their events. Raises ChainChanged and the errors of the database and the file."""

    async def remove() -> tuple[bytes, Anchor]:
        database = Database(url)
        try:
            async with database.writing() as db:
                await wait_for_turn(db, Work.LINK_EVENTS)
                await HeadCheck(keys, file).check(db)
                if not await audit_links.has(db, record.last) or await audit_links.has(db, record.before):
                    raise ChainChanged("The chain was changed or archived meanwhile")
                await _remove(db, record.last.number)
                await append_events(db, [_event(record)])
                return await _link_and_anchor(db, keys)
        finally:
            await database.close()

    file.append(*asyncio.run(remove()))


async def _remove(db: WriteSession, last: int) -> None:
    """Delete without the triggers that refuse it."""
    # PostgreSQL takes no parameters in CREATE TABLE AS
    kept = f"CREATE TEMPORARY TABLE archived_events AS SELECT event_id FROM audit_links WHERE number <= {last:d}"
    deletions = (
        f"DELETE FROM audit_links WHERE number <= {last:d}",
        "DELETE FROM audit_patients WHERE event_id IN (SELECT event_id FROM archived_events)",
        "DELETE FROM audit_events WHERE id IN (SELECT event_id FROM archived_events)",
    )
    async with deletable(db, _TABLES):
        for statement in (kept, *deletions, "DROP TABLE archived_events"):
            await db.execute(text(statement))


async def _link_and_anchor(db: WriteSession, keys: ChainKeys) -> tuple[bytes, Anchor]:
    """Link the record's event and all that wait before it: verifying must not wait for auth."""
    head, count = await audit_links.append(db, keys, BATCH)
    while count == BATCH:
        head, count = await audit_links.append(db, keys, BATCH)
    if head is None:
        raise ChainChanged("The chain is empty")
    before = await audit_anchors.newest(db)
    anchor = anchors.sign(keys.anchors, before, head, this_second())
    await audit_anchors.add(db, anchor)
    return anchors.mac_of(before), anchor


def _event(record: ArchiveRecord) -> Event:
    known = {"service": "auth", "action": ARCHIVE_AUDIT, "kind": Kind.CHANGE.value, "outcome": OK}
    texts = {"request_id": f"archive-{secrets.token_hex(8)}", "object_id": record.object_id, "reason": record.reason}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **texts, "at": now()})
