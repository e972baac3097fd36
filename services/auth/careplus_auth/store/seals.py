"""Statements about the seals of the audit trail."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, bindparam, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth.audit.chain import GENESIS, SealingKeys
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow
from careplus_tables.columns import core
from careplus_tables.compiled import LIMIT, CompiledStatement, literal_limit

LATE = 1000
"""An event may be committed after so many that got their ids later (PostgreSQL)."""
EVENT = core(AuditEventRow)
_WHO, _WHAT = ("account_id", "role", "session_id", "address"), ("service", "action", "kind", "object_id", "outcome")
SEALED = [EVENT.c[name] for name in ("id", "at", "request_id", *_WHO, *_WHAT, "reason", "members")]
"""What of an event is sealed, in this order: a column that comes later leaves old seals as they are."""
_s, _p = AuditLinkRow, AuditPatientRow
_sealed_up_to = func.coalesce(select(func.max(col(_s.event_id))).scalar_subquery(), 0)
_unsealed = (EVENT.c.id > _sealed_up_to - LATE, ~exists().where(col(_s.event_id) == EVENT.c.id))
_WAITING = CompiledStatement(select(EVENT.c.id).where(*_unsealed).limit(literal_limit(1)))
_HEAD = CompiledStatement(select(col(_s.number), col(_s.mac)).order_by(col(_s.number).desc()).limit(literal_limit(1)))
_NEXT = CompiledStatement(select(*SEALED).where(*_unsealed).order_by(EVENT.c.id).limit(LIMIT))
_PATIENTS = CompiledStatement(
    select(col(_p.event_id), col(_p.patient_id)).where(
        col(_p.event_id) >= bindparam("first"), col(_p.event_id) <= bindparam("last")
    )
)
_SEAL = CompiledStatement(
    insert(_s).values(
        number=bindparam("number"),
        event_id=bindparam("event_id"),
        mac=bindparam("mac", type_=LargeBinary()),
        key_id=bindparam("key_id"),
    )
)


class Head(NamedTuple):
    """Where the chain ends."""

    number: int
    mac: bytes


async def head(db: AsyncSession) -> Head | None:
    """None: nothing was sealed yet."""
    found = await _HEAD.all(db)
    return Head(*found[0]) if found else None


async def is_waiting(db: AsyncSession) -> bool:
    """Whether there is an event without a seal."""
    return bool(await _WAITING.all(db))


async def add(db: AsyncSession, keys: SealingKeys, limit: int) -> tuple[Head | None, int]:
    """Seal the oldest events that have none; answers the new head, and how many they were."""
    last = await head(db)
    number, mac = last or (0, GENESIS)
    events = await _NEXT.all(db, limit=limit)
    patients = await _patients(db, events)
    sealed: list[dict[str, Any]] = []
    for event in events:
        number += 1
        mac = keys.mac(keys.newest, mac, number, event, patients[event[0]])
        sealed.append({"number": number, "event_id": event[0], "mac": mac, "key_id": keys.newest})
    if sealed:
        await _SEAL.many(db, sealed)
    return Head(number, mac) if number else None, len(sealed)


async def _patients(db: AsyncSession, events: Sequence[Sequence[Any]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    if events:
        for event_id, patient_id in await _PATIENTS.all(db, first=events[0][0], last=events[-1][0]):
            found[event_id].append(patient_id)
    return found
