"""Verify the HMAC chain of the audit trail: find events that were changed, added or deleted in the database itself."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from careplus_auth.audit.chain import GENESIS, ChainKeys, UnknownKey
from careplus_auth.store.audit_links import EVENT, SEALED, Head
from careplus_runtime.process.clock import now
from careplus_tables.audit import AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow
from careplus_tables.columns import core
from careplus_tables.engine import sync_engine

BATCH = 20_000
LINKED_WITHIN = timedelta(minutes=1)
"""An event that is older and has no link, though later events have, was inserted or lost its link."""
LINK, PATIENT = core(AuditLinkRow), core(AuditPatientRow)
# instants as text: converting them to objects would take longer than the rest
_EVENT_COLUMNS = [sa.type_coerce(column, sa.String) if column.name == "at" else column for column in SEALED]
_LINKS = (
    sa.select(LINK.c.number, LINK.c.mac, LINK.c.key_id, LINK.c.event_id, *_EVENT_COLUMNS)
    .outerjoin(EVENT, EVENT.c.id == LINK.c.event_id)
    .where(LINK.c.number > sa.bindparam("after"))
    .order_by(LINK.c.number)
    .limit(BATCH)
)
_PATIENTS = sa.select(PATIENT).where(PATIENT.c.event_id.between(sa.bindparam("first"), sa.bindparam("last")))
_UNLINKED = sa.select(EVENT.c.id, EVENT.c.at).where(~sa.exists().where(LINK.c.event_id == EVENT.c.id)).order_by(EVENT.c.id)
_LAST_LINKED = sa.select(sa.func.max(LINK.c.event_id))
_ORPHANS = sa.select(PATIENT.c.event_id).where(~sa.exists().where(EVENT.c.id == PATIENT.c.event_id)).limit(1)
Progress = Callable[[int, int], None]
"""Called with the number of checked links and the number of all."""


class ChainBroken(Exception):
    """The audit trail was changed; the message is one line with the place and the kind of the change."""


class ChainIntact(NamedTuple):
    """The head of the chain, and the number of newer events that have no link yet."""

    head: Head
    waiting: int


def verify(url: str, keys: ChainKeys, anchored: Head | None, progress: Progress) -> ChainIntact:
    """Check every link. `anchored`: a head that the chain must contain. Raises ChainBroken and SQLAlchemy's errors."""
    with _snapshot(url) as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(LINK)).scalar_one()
        head = Head(0, GENESIS)
        while links := _rows(connection, _LINKS.params(after=head.number)):
            head = _walk(links, _patient_ids(connection, links), head, keys, anchored)
            progress(head.number, total)
        if anchored is not None and anchored.number > head.number:
            raise ChainBroken(
                f"The chain ends at number {head.number}, before the anchored {anchored.number}: its end was cut off."
            )
        return ChainIntact(head, _waiting(connection))


def _walk(
    links: Sequence[Sequence[Any]], patients: dict[int, list[int]], head: Head, keys: ChainKeys, anchored: Head | None
) -> Head:
    last, before = head
    for number, mac, key_id, event_id, *event in links:
        if number != last + 1:
            raise ChainBroken(f"Number {last + 1} of the chain is missing; the next one is {number}: something was deleted.")
        if event[0] is None:
            raise ChainBroken(f"Event {event_id} was deleted; number {number} of the chain is its link.")
        try:
            expected = keys.mac(key_id, before, number, event, patients.get(event_id, ()))
        except UnknownKey:
            raise ChainBroken(f"Number {number} of the chain has a key that no secret in SECRET_KEY makes.") from None
        if mac != expected:
            raise ChainBroken(f"Event {event_id} does not match its link, number {number} of the chain: one of them was changed.")
        if anchored is not None and number == anchored.number and mac != anchored.mac:
            raise ChainBroken(f"Number {number} of the chain differs from the anchored one: it was rebuilt from there or before.")
        last, before = number, mac
    return Head(last, before)


def _patient_ids(connection: sa.Connection, links: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    ids = [event_id for _, _, _, event_id, *_ in links]
    found: dict[int, list[int]] = defaultdict(list)
    for event_id, patient_id in _rows(connection, _PATIENTS.params(first=min(ids), last=max(ids))):
        found[event_id].append(patient_id)
    return found


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Any]:
    """Return the driver's tuples: SQLAlchemy's row objects would take longer for a million events."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        return cursor.fetchall()
    finally:
        cursor.close()


def _waiting(connection: sa.Connection) -> int:
    """Return how many of the newest events have no link yet. Raises ChainBroken when an older one has none."""
    last = connection.execute(_LAST_LINKED).scalar_one() or 0
    waiting = 0
    for event_id, at in connection.execute(_UNLINKED):
        if event_id < last and at < now() - LINKED_WITHIN:
            raise ChainBroken(f"Event {event_id} has no link, though later ones have: it was inserted, or its link was deleted.")
        waiting += 1
    if (missing := connection.execute(_ORPHANS).scalar()) is not None:
        raise ChainBroken(f"Event {missing} was deleted; its patients are still listed.")
    return waiting


@contextmanager
def _snapshot(url: str) -> Iterator[sa.Connection]:
    """Open one snapshot of the database that blocks no writer."""
    engine = sync_engine(url, reader=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
