"""Statements about the links of the audit chain."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, bindparam, delete, exists, func, insert, select
from sqlmodel import col

from careplus_auth.audit.chain import GENESIS, ChainKeys
from careplus_runtime.process.clock import now
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow, UnlinkedEventRow
from careplus_tables.columns import core
from careplus_tables.compiled import LIMIT, CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import is_postgresql

LINKED_WITHIN = timedelta(minutes=1)
"""An event further from the time of its link is marked late: auth was away, or a clock or the past was changed."""
EVENT = core(AuditEventRow)
_WHO, _WHAT = ("account_id", "role", "session_id", "address"), ("service", "action", "kind", "object_id", "outcome")
SEALED = [EVENT.c[name] for name in ("id", "at", "request_id", *_WHO, *_WHAT, "reason", "members")]
"""The columns that a MAC covers, in this order. A column added later is not covered, so old links stay valid."""
_s, _p, _queued = AuditLinkRow, AuditPatientRow, col(UnlinkedEventRow.event_id)
_HEAD = CompiledStatement(select(col(_s.number), col(_s.mac)).order_by(col(_s.number).desc()).limit(literal_limit(1)))
_INSERT = CompiledStatement(
    insert(_s).values(
        number=bindparam("number"),
        event_id=bindparam("event_id"),
        mac=bindparam("mac", type_=LargeBinary()),
        key_id=bindparam("key_id"),
        late_s=bindparam("late_s"),
    )
)
_MAC = CompiledStatement(select(col(_s.mac)).where(col(_s.number) == bindparam("number")))
_patients_within = select(col(_p.event_id), col(_p.patient_id)).where(
    col(_p.event_id).between(bindparam("first"), bindparam("last"))
)


class _Unlinked(NamedTuple):
    """Statements about events without a link: the first one, the next ones, and the patients of these."""

    first: CompiledStatement
    next: CompiledStatement
    patients: CompiledStatement


_of_event = EVENT.c.id > func.coalesce(select(func.max(col(_s.event_id))).scalar_subquery(), 0)
_AFTER_LAST = _Unlinked(
    CompiledStatement(select(EVENT.c.id).where(_of_event).limit(literal_limit(1))),
    CompiledStatement(select(*SEALED).where(_of_event).order_by(EVENT.c.id).limit(LIMIT)),
    CompiledStatement(_patients_within),
)
# an older auth that runs during `migrate` leaves events that it links in the queue
# PostgreSQL may turn EXISTS into a join over all links, but not a scalar subquery
_link = select(col(_s.number)).where(col(_s.event_id) == _queued).scalar_subquery()
# the limit in the subquery keeps PostgreSQL from a join over all events when its statistics of the queue are old
_oldest = select(_queued).where(_link.is_(None)).order_by(_queued).limit(LIMIT).subquery()
_IN_QUEUE = _Unlinked(
    CompiledStatement(select(_queued).where(_link.is_(None)).limit(literal_limit(1))),
    CompiledStatement(select(*SEALED).join(_oldest, EVENT.c.id == _oldest.c.event_id).order_by(EVENT.c.id)),
    # a late event makes the range wide
    CompiledStatement(_patients_within.where(col(_p.event_id).in_(select(_queued)))),
)
# the last event of the batch bounds this, because each batch would read the whole of a long queue
# RETURNING, because CompiledStatement fetches rows
_DEQUEUE = CompiledStatement(delete(UnlinkedEventRow).where(_queued <= bindparam("last"), _link.is_not(None)).returning(_queued))
_QUEUE = insert(UnlinkedEventRow).from_select(
    ["event_id"],
    select(EVENT.c.id).where(~exists().where(col(_s.event_id) == EVENT.c.id), ~exists().where(_queued == EVENT.c.id)),
)


class Head(NamedTuple):
    """The last link of the chain."""

    number: int
    mac: bytes


async def head(db: AnySession) -> Head | None:
    """Return the last link, or None for an empty chain."""
    found = await _HEAD.all(db)
    return Head(found[0][0], bytes(found[0][1])) if found else None


async def has(db: AnySession, head: Head) -> bool:
    """Return whether the chain contains this link."""
    found = await _MAC.all(db, number=head.number)
    return bool(found) and bytes(found[0][0]) == head.mac


async def has_unlinked(db: ReadSession) -> bool:
    """Return whether an event has no link."""
    return bool(await _unlinked(db).first.all(db))


async def count_unlinked(db: ReadSession) -> tuple[int, datetime | None]:
    """Return the number of events without a link, and the time of the oldest one."""
    query = select(func.count(), func.min(EVENT.c.at))
    if is_postgresql(db):
        query = query.select_from(EVENT).join(UnlinkedEventRow, _queued == EVENT.c.id).where(_link.is_(None))
    else:
        query = query.where(_of_event)
    count, oldest = (await db.execute(query)).one()
    return count, oldest


async def append(db: AnySession, keys: ChainKeys, limit: int) -> tuple[Head | None, int]:
    """Link up to `limit` of the oldest committed events without a link. Return the new head and the number of links."""
    last = await head(db)
    number, mac = last or (0, GENESIS)
    events = await _unlinked(db).next.all(db, limit=limit)
    patients = await _patients(db, events)
    links: list[dict[str, Any]] = []
    for event in events:
        number += 1
        late_s = _late_s(event[1])
        mac = keys.mac(keys.newest, mac, number, event, patients[event[0]], late_s)
        links.append({"number": number, "event_id": event[0], "mac": mac, "key_id": keys.newest, "late_s": late_s})
    if links:
        await _INSERT.many(db, links)
        if is_postgresql(db):
            await _DEQUEUE.all(db, last=events[-1][0])
    return Head(number, mac) if number else None, len(links)


def _late_s(at: str | datetime) -> int | None:
    """Return the seconds since the event, negative for one of the future; None when it is linked in time."""
    late = now() - (datetime.fromisoformat(at) if isinstance(at, str) else at)
    return None if abs(late) <= LINKED_WITHIN else int(late.total_seconds())


async def queue_unlinked(db: WriteSession) -> None:
    """Queue the events that have lost their links (PostgreSQL), so that they are linked again."""
    if is_postgresql(db):
        await db.execute(_QUEUE)


def _unlinked(db: AnySession) -> _Unlinked:
    # with the one writer of SQLite, events get their ids in the order of their commits
    return _IN_QUEUE if is_postgresql(db) else _AFTER_LAST


async def _patients(db: AnySession, events: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    if events:
        for event_id, patient_id in await _unlinked(db).patients.all(db, first=events[0][0], last=events[-1][0]):
            found[event_id].append(patient_id)
    return found
