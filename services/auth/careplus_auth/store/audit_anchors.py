"""Statements about the anchors of the audit chain."""

from typing import Any

from sqlalchemy import Select, insert, select
from sqlmodel import col

from careplus_auth.audit.anchors import Anchor, gives_up, is_signed
from careplus_auth.audit.chain import MacKeys
from careplus_tables.audit_anchors import AuditAnchorRow
from careplus_tables.columns import core
from careplus_tables.engine import AnySession, WriteSession

_table = core(AuditAnchorRow)
_number, _reason = col(AuditAnchorRow.number), col(AuditAnchorRow.reason)
_ANCHORS = select(*(_table.c[name] for name in Anchor._fields))
_NEWEST_FIRST = _ANCHORS.order_by(_number.desc())


async def newest(db: AnySession) -> Anchor | None:
    """Return the anchor with the highest number."""
    return await _first(db, _NEWEST_FIRST)


async def numbered(db: AnySession, number: int) -> Anchor | None:
    """Return the anchor with this number."""
    return await _first(db, _ANCHORS.where(_number == number))


async def newest_accepted(db: AnySession) -> Anchor | None:
    """Return the newest head that a person accepted."""
    return await _first(db, _NEWEST_FIRST.where(_reason.is_not(None)))


async def newest_signed(db: AnySession, keys: MacKeys) -> Anchor | None:
    """Return the newest anchor with a valid signature; rows that another program inserted have none."""
    anchor = await newest(db)
    while anchor is not None and not await is_valid(db, keys, anchor):
        anchor = await _first(db, _NEWEST_FIRST.where(_number < anchor.number))
    return anchor


async def is_valid(db: AnySession, keys: MacKeys, anchor: Anchor) -> bool:
    """Return whether auth made the anchor after the one that it names."""
    return is_signed(keys, await numbered(db, anchor.previous), anchor)


async def contains(db: AnySession, keys: MacKeys, anchor: Anchor) -> bool:
    """Return whether the anchor is in the database, or a person gave it up since."""
    later = _ANCHORS.where(_number > anchor.number, _reason.is_not(None)).order_by(_number)
    accepted = await _first(db, later)
    if accepted is not None and gives_up(accepted, anchor.number):
        return await is_valid(db, keys, accepted)
    return await numbered(db, anchor.number) == anchor


async def add(db: WriteSession, anchor: Anchor) -> None:
    await db.execute(insert(_table).values(anchor._asdict()))


async def _first(db: AnySession, query: Select[*tuple[Any, ...]]) -> Anchor | None:
    row = (await db.execute(query.limit(1))).first()
    return None if row is None else Anchor(*row)
