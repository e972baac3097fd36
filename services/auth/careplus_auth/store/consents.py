"""Statements about consents."""

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.consents import Consent, ConsentKind, Consents, GiveConsent
from careplus_contracts.values import PageFilter
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.consents import ConsentRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.merges import same_person

_NEWEST_FIRST = newest_first(col(ConsentRow.id))


async def add(db: WriteSession, account_id: int, body: GiveConsent) -> Consent:
    row = ConsentRow(
        account_id=account_id,
        kind=body.kind.value,
        text_version=body.text_version,
        language=body.language,
        given_at=this_second(),
    )
    db.add(row)
    await db.flush()
    return _to_contract(row)


async def list_own(db: ReadSession, who: Identity, wanted: PageFilter) -> Consents:
    """Return the caller's consents, newest first."""
    query = select(ConsentRow).where(same_person(ConsentRow.account_id, who.id))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Consents(items=[_to_contract(row) for row in rows], next_cursor=next_cursor)


def _to_contract(row: ConsentRow) -> Consent:
    assert row.id is not None
    return Consent(
        id=row.id,
        kind=ConsentKind(row.kind),
        text_version=row.text_version,
        language=row.language,
        given_at=row.given_at,
    )
