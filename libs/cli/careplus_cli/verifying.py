"""Walks the sealed chain of the audit trail and finds whatever was changed in it behind the services' backs."""

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

AT_ONCE = 20_000
SEALED_WITHIN = timedelta(minutes=1)
"""Older events without a seal, among those with one, were put in or lost theirs."""
SEAL, PATIENT = core(AuditLinkRow), core(AuditPatientRow)
# instants as the database writes them: making objects of them would take longer than the rest
_AS_WRITTEN = [sa.type_coerce(column, sa.String) if column.name == "at" else column for column in SEALED]
_LINKS = (
    sa.select(SEAL.c.number, SEAL.c.mac, SEAL.c.key_id, SEAL.c.event_id, *_AS_WRITTEN)
    .outerjoin(EVENT, EVENT.c.id == SEAL.c.event_id)
    .where(SEAL.c.number > sa.bindparam("after"))
    .order_by(SEAL.c.number)
    .limit(AT_ONCE)
)
_PATIENTS = sa.select(PATIENT).where(PATIENT.c.event_id.between(sa.bindparam("first"), sa.bindparam("last")))
_UNSEALED = sa.select(EVENT.c.id, EVENT.c.at).where(~sa.exists().where(SEAL.c.event_id == EVENT.c.id)).order_by(EVENT.c.id)
_LAST_SEALED = sa.select(sa.func.max(SEAL.c.event_id))
_OF_NO_EVENT = sa.select(PATIENT.c.event_id).where(~sa.exists().where(EVENT.c.id == PATIENT.c.event_id)).limit(1)
Progress = Callable[[int, int], None]
"""Told how many seals of how many were checked."""


class Broken(Exception):
    """The trail is not as it was written; the message is one line that says what is wrong and where."""


class Sound(NamedTuple):
    """Where the chain ends, and how many events wait for their seal."""

    head: Head
    waiting: int


def verify(url: str, keys: ChainKeys, anchored: Head | None, progress: Progress) -> Sound:
    """Check every seal. Raises Broken, and SQLAlchemy's errors."""
    with _snapshot(url) as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(SEAL)).scalar_one()
        head = Head(0, GENESIS)
        while links := _rows(connection, _LINKS.params(after=head.number)):
            head = _walk(links, _concerned(connection, links), head, keys, anchored)
            progress(head.number, total)
        if anchored is not None and anchored.number > head.number:
            raise Broken(f"The chain ends at number {head.number}, number {anchored.number} was anchored: its end was cut off.")
        return Sound(head, _waiting(connection))


def _walk(
    links: Sequence[Sequence[Any]], patients: dict[int, list[int]], head: Head, keys: ChainKeys, anchored: Head | None
) -> Head:
    last, before = head
    for number, mac, key_id, event_id, *event in links:
        if number != last + 1:
            raise Broken(f"Number {last + 1} of the chain is missing; the next one is {number}: something was deleted.")
        if event[0] is None:
            raise Broken(f"Event {event_id} was deleted; number {number} of the chain is its seal.")
        try:
            right = keys.mac(key_id, before, number, event, patients.get(event_id, ()))
        except UnknownKey:
            raise Broken(f"Number {number} of the chain is sealed with a key that no secret in SECRET_KEY makes.") from None
        if mac != right:
            raise Broken(f"Event {event_id} does not fit its seal, number {number} of the chain: one of them was changed.")
        if anchored is not None and number == anchored.number and mac != anchored.mac:
            raise Broken(f"Number {number} of the chain is not what was anchored: the chain was made anew from there or before.")
        last, before = number, mac
    return Head(last, before)


def _concerned(connection: sa.Connection, links: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    ids = [link[3] for link in links]
    found: dict[int, list[int]] = defaultdict(list)
    for event_id, patient_id in _rows(connection, _PATIENTS.params(first=min(ids), last=max(ids))):
        found[event_id].append(patient_id)
    return found


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Any]:
    """As the driver has them: objects of rows would be made a million times."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        return cursor.fetchall()
    finally:
        cursor.close()


def _waiting(connection: sa.Connection) -> int:
    """How many of the newest have no seal yet. Raises Broken where others have none."""
    last = connection.execute(_LAST_SEALED).scalar_one() or 0
    waiting = 0
    for event_id, at in connection.execute(_UNSEALED):
        if event_id < last and at < now() - SEALED_WITHIN:
            raise Broken(f"Event {event_id} has no seal, though later ones have: it was put in, or its seal was deleted.")
        waiting += 1
    if (lost := connection.execute(_OF_NO_EVENT).scalar()) is not None:
        raise Broken(f"Event {lost} is not there, but whom it concerned is: it was deleted.")
    return waiting


@contextmanager
def _snapshot(url: str) -> Iterator[sa.Connection]:
    """One state of the database, in nobody's way."""
    engine = sync_engine(url, reader=True)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
