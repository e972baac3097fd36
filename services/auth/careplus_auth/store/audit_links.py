"""Statements about the links of the audit chain."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, bindparam, exists, func, insert, select
from sqlmodel import col

from careplus_auth.audit.chain import GENESIS, ChainKeys
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow
from careplus_tables.columns import core
from careplus_tables.compiled import LIMIT, CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, ReadSession

LATE = 1000
"""On PostgreSQL an event may commit after this many events with higher ids."""
EVENT = core(AuditEventRow)
_WHO, _WHAT = ("account_id", "role", "session_id", "address"), ("service", "action", "kind", "object_id", "outcome")
SEALED = [EVENT.c[name] for name in ("id", "at", "request_id", *_WHO, *_WHAT, "reason", "members")]
"""The columns that a MAC covers, in this order. A column added later is not covered, so old links stay valid."""
_s, _p = AuditLinkRow, AuditPatientRow
_last_linked = func.coalesce(select(func.max(col(_s.event_id))).scalar_subquery(), 0)
_unlinked = (EVENT.c.id > _last_linked - LATE, ~exists().where(col(_s.event_id) == EVENT.c.id))
_FIRST_UNLINKED = CompiledStatement(select(EVENT.c.id).where(*_unlinked).limit(literal_limit(1)))
_HEAD = CompiledStatement(select(col(_s.number), col(_s.mac)).order_by(col(_s.number).desc()).limit(literal_limit(1)))
_NEXT = CompiledStatement(select(*SEALED).where(*_unlinked).order_by(EVENT.c.id).limit(LIMIT))
_PATIENTS = CompiledStatement(
    select(col(_p.event_id), col(_p.patient_id)).where(
        col(_p.event_id) >= bindparam("first"), col(_p.event_id) <= bindparam("last")
    )
)
_INSERT = CompiledStatement(
    insert(_s).values(
        number=bindparam("number"),
        event_id=bindparam("event_id"),
        mac=bindparam("mac", type_=LargeBinary()),
        key_id=bindparam("key_id"),
    )
)


class Head(NamedTuple):
    """The last link of the chain."""

    number: int
    mac: bytes


async def head(db: AnySession) -> Head | None:
    """Return the last link, or None for an empty chain."""
    found = await _HEAD.all(db)
    return Head(*found[0]) if found else None


async def has_unlinked(db: ReadSession) -> bool:
    """Return whether an event has no link."""
    return bool(await _FIRST_UNLINKED.all(db))


async def append(db: AnySession, keys: ChainKeys, limit: int) -> tuple[Head | None, int]:
    """Link up to `limit` of the oldest unlinked events. Return the new head and the number of links."""
    last = await head(db)
    number, mac = last or (0, GENESIS)
    events = await _NEXT.all(db, limit=limit)
    patients = await _patients(db, events)
    links: list[dict[str, Any]] = []
    for event in events:
        number += 1
        mac = keys.mac(keys.newest, mac, number, event, patients[event[0]])
        links.append({"number": number, "event_id": event[0], "mac": mac, "key_id": keys.newest})
    if links:
        await _INSERT.many(db, links)
    return Head(number, mac) if number else None, len(links)


async def _patients(db: AnySession, events: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    if events:
        for event_id, patient_id in await _PATIENTS.all(db, first=events[0][0], last=events[-1][0]):
            found[event_id].append(patient_id)
    return found
