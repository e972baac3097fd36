"""Statements that find records that are likely of one person."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_auth.merge_rules import in_common
from careplus_auth.store import patients
from careplus_contracts.endpoints import Role
from careplus_contracts.merges import Duplicate, Duplicates, LikelyRecord
from careplus_contracts.values import PageFilter
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import ReadSession

MOST_LIKELY = 5
_NEWEST_FIRST = newest_first(col(AccountRow.id))
_older = aliased(AccountRow)


async def list_page(db: ReadSession, who: Identity, wanted: PageFilter) -> Duplicates:
    """Return open records with an older one that is likely of the same person, newest first."""
    # each pair of details by itself, so that an index answers it
    query = patients.of_desk(who).where(col(AccountRow.active), or_(*(_exists(pair) for pair in _pairs())))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    likely = await _likely(db, rows)
    items = [Duplicate(record=patients.to_contract(row), likely=likely[row.id]) for row in rows]
    return Duplicates(items=items, next_cursor=next_cursor)


async def _likely(db: ReadSession, rows: Sequence[AccountRow]) -> dict[int | None, list[LikelyRecord]]:
    newer = [row.id for row in rows]
    query = select(AccountRow, _older).join(_older, and_(*_is_older(), or_(*_pairs())))
    found: dict[int | None, list[LikelyRecord]] = defaultdict(list)
    for row, older in (await db.execute(query.where(col(AccountRow.id).in_(newer)).order_by(col(_older.id)))).all():
        if len(found[row.id]) < MOST_LIKELY:
            found[row.id].append(LikelyRecord(record=patients.to_contract(older), same=in_common(row, older)))
    return found


def _exists(pair: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(col(_older.id)).where(*_is_older(), pair).exists()


def _is_older() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the other record: an open one of a patient, registered before."""
    return (col(_older.id) < col(AccountRow.id), col(_older.role) == Role.PATIENT.value, col(_older.active).is_(True))


def _pairs() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that two of date of birth, name and phone agree."""
    born = col(_older.date_of_birth) == col(AccountRow.date_of_birth)
    named = col(_older.likeness_key) == col(AccountRow.likeness_key)
    called = col(_older.phone_key) == col(AccountRow.phone_key)
    return and_(born, named), and_(born, called), and_(named, called)
