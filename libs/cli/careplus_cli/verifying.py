"""Verify the HMAC chain of the audit trail: find events that were changed, added or deleted in the database itself."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from careplus_auth.audit.archive_record import ArchiveRecord
from careplus_auth.audit.chain import GENESIS, ChainKeys, MacKeys, UnknownKey
from careplus_auth.store.audit_links import EVENT, LINKED_WITHIN, SEALED, Head
from careplus_cli.archive_file import ArchiveReader
from careplus_cli.database import snapshot
from careplus_cli.late_links import LateLinks
from careplus_cli.verifying_anchors import Anchors, ChainBroken, signed_anchors
from careplus_contracts.audit import ARCHIVE_AUDIT
from careplus_runtime.process.clock import now
from careplus_tables.audit import AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow, UnlinkedEventRow
from careplus_tables.columns import core

BATCH = 20_000
LINK, PATIENT, QUEUE = core(AuditLinkRow), core(AuditPatientRow), core(UnlinkedEventRow)
# instants as text: converting them to objects would take longer than the rest
_EVENT_COLUMNS = [sa.type_coerce(column, sa.String) if column.name == "at" else column for column in SEALED]
LINKS = (
    sa.select(LINK.c.number, LINK.c.mac, LINK.c.key_id, LINK.c.late_s, LINK.c.event_id, *_EVENT_COLUMNS)
    .outerjoin(EVENT, EVENT.c.id == LINK.c.event_id)
    .where(LINK.c.number > sa.bindparam("after"))
    .order_by(LINK.c.number)
    .limit(BATCH)
)
_PATIENTS = sa.select(PATIENT).where(PATIENT.c.event_id.between(sa.bindparam("first"), sa.bindparam("last")))
_is_queued = sa.exists().where(QUEUE.c.event_id == EVENT.c.id)
_is_unlinked = ~sa.exists().where(LINK.c.event_id == EVENT.c.id)
_UNLINKED = sa.select(EVENT.c.id, EVENT.c.at, _is_queued).where(_is_unlinked).order_by(EVENT.c.id)
_LAST_LINKED = sa.select(sa.func.max(LINK.c.event_id))
_ORPHANS = sa.select(PATIENT.c.event_id).where(~sa.exists().where(EVENT.c.id == PATIENT.c.event_id)).limit(1)
_NEWEST_ARCHIVE = (
    sa.select(EVENT.c.object_id, EVENT.c.reason)
    .join(LINK, LINK.c.event_id == EVENT.c.id)
    .where(EVENT.c.action == ARCHIVE_AUDIT)
    .order_by(LINK.c.number.desc())
    .limit(1)
)
Progress = Callable[[int, int], None]
"""Called with the number of checked links and the number of all."""


class ChainIntact(NamedTuple):
    """The head, the newer events without a link, the anchors, the links made late, and the number before the first link."""

    head: Head
    waiting: int
    anchors: Anchors
    late: LateLinks
    archived: int


class _Expected:
    """The links that the chain must contain: each anchor's, and a head that the caller knows."""

    def __init__(self, anchors: Anchors, head: Head | None) -> None:
        self.links = {one.link_number: one.link_mac for one in anchors.all if anchors.must_hold(one)}
        if head is not None:
            if self.links.get(head.number, head.mac) != head.mac:
                raise ChainBroken(_differs(head.number))
            self.links[head.number] = head.mac


def verify(
    url: str, keys: ChainKeys, anchored: Head | None, progress: Progress, archives: Sequence[ArchiveReader] = ()
) -> ChainIntact:
    """Check every link and anchor, also of the archives, which are in order and end where the database begins.

    `anchored`: a head that the chain must contain. Raises ChainBroken and the errors of SQLAlchemy and the files.
    """
    with snapshot(url) as connection:
        return verify_connected(connection, keys, anchored, progress, archives)


def verify_connected(
    connection: sa.Connection, keys: ChainKeys, anchored: Head | None, progress: Progress, archives: Sequence[ArchiveReader] = ()
) -> ChainIntact:
    """Check what `verify` checks on an open connection, also what its transaction has not committed."""
    total = connection.execute(sa.select(sa.func.count()).select_from(LINK)).scalar_one()
    anchors = signed_anchors(connection, keys.anchors)
    expected, late = _Expected(anchors, anchored), LateLinks()
    head = begin = chain_start(connection, keys.archives)
    first = _walk_archives(archives, begin, keys, expected.links, late)
    while links := link_rows(connection, LINKS.params(after=head.number)):
        head = _walk(links, patient_ids(connection, links), head, keys, expected.links)
        late.add(links)
        progress(head.number, total)
    _check_end(head, anchors, max(expected.links, default=0))
    return ChainIntact(head, _waiting(connection), anchors, late, first.number)


def chain_start(connection: sa.Connection, keys: MacKeys) -> Head:
    """Return the link before the first of the database: the last archived one. Raise ChainBroken."""
    found = connection.execute(_NEWEST_ARCHIVE).first()
    if found is None:
        return Head(0, GENESIS)
    record = ArchiveRecord.read(*found)
    if record is None or not record.is_signed(keys):
        raise ChainBroken("The newest event of an archive has no valid signature: somebody else wrote it.")
    return record.last


def _walk_archives(
    archives: Sequence[ArchiveReader], begin: Head, keys: ChainKeys, anchored: dict[int, bytes], late: LateLinks
) -> Head:
    """Check archives up to the first link of the database. Return the link before the first one that is checked."""
    first = head = archives[0].before if archives else begin
    for archive in archives:
        if archive.before != head:
            raise ChainBroken(
                f"{archive.file} begins after number {archive.before.number}, not after {head.number}: one is missing."
            )
        links = archive.links()
        while batch := list(islice(links, BATCH)):
            patients = {one.link[4]: list(one.patients) for one in batch}
            head = _walk([one.link for one in batch], patients, head, keys, anchored)
            late.add([one.link for one in batch])
        if head != archive.last:
            raise ChainBroken(f"{archive.file} ends at number {head.number}, not at {archive.last.number} as it says.")
    if head != begin:
        raise ChainBroken(
            f"The archives end at number {head.number}; the database begins after {begin.number}: they do not join."
        )
    return first


def _check_end(head: Head, anchors: Anchors, last: int) -> None:
    if last > head.number:
        raise ChainBroken(f"The chain ends at number {head.number}, before the anchored {last}: its end was cut off.")
    if head.number and not anchors.all:
        raise ChainBroken("The chain has no anchor: all were deleted, or auth has not run since the update that introduced them.")


def _walk(
    links: Sequence[Sequence[Any]], patients: dict[int, list[int]], head: Head, keys: ChainKeys, anchored: dict[int, bytes]
) -> Head:
    last, before = head
    for number, mac, key_id, late_s, event_id, *event in links:
        if number != last + 1:
            raise ChainBroken(f"Number {last + 1} of the chain is missing; the next one is {number}: something was deleted.")
        if event[0] is None:
            raise ChainBroken(f"Event {event_id} was deleted; number {number} of the chain is its link.")
        try:
            expected = keys.mac(key_id, before, number, event, patients.get(event_id, ()), late_s)
        except UnknownKey:
            raise ChainBroken(f"Number {number} of the chain has a key that no secret in SECRET_KEY makes.") from None
        if mac != expected:
            raise ChainBroken(f"Event {event_id} does not match its link, number {number} of the chain: one of them was changed.")
        if anchored.get(number, mac) != mac:
            raise ChainBroken(_differs(number))
        last, before = number, mac
    return Head(last, before)


def _differs(number: int) -> str:
    return f"Number {number} of the chain differs from the anchored one: it was rebuilt from there or before."


def patient_ids(connection: sa.Connection, links: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    ids = [event_id for _, _, _, _, event_id, *_ in links]
    found: dict[int, list[int]] = defaultdict(list)
    for event_id, patient_id in link_rows(connection, _PATIENTS.params(first=min(ids), last=max(ids))):
        found[event_id].append(patient_id)
    return found


def link_rows(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Any]:
    """Return the driver's tuples: SQLAlchemy's row objects would take longer for a million events."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        return cursor.fetchall()
    finally:
        cursor.close()


def _waiting(connection: sa.Connection) -> int:
    """Return how many events wait for a link: the newest, and late ones. Raises ChainBroken for an older one without."""
    last = connection.execute(_LAST_LINKED).scalar_one() or 0
    waiting = 0
    for event_id, at, is_queued in connection.execute(_UNLINKED):
        if not is_queued and event_id < last and at < now() - LINKED_WITHIN:
            raise ChainBroken(f"Event {event_id} has no link, though later ones have: it was inserted, or its link was deleted.")
        waiting += 1
    if (missing := connection.execute(_ORPHANS).scalar()) is not None:
        raise ChainBroken(f"Event {missing} was deleted; its patients are still listed.")
    return waiting
