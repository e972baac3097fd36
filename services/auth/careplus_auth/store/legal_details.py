"""Statements about legal details and their corrections."""

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.legal_details import CorrectLegalDetails, LegalChange, LegalChanges, LegalDetails
from careplus_contracts.values import PageFilter
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.legal_details import LegalChangeRow
from careplus_tables.merges import same_person
from careplus_tables.people import PersonRow, people_by_id

_NEWEST_FIRST = newest_first(col(LegalChangeRow.id))


async def correct(db: WriteSession, who: Identity, account: AccountRow, body: CorrectLegalDetails) -> None:
    """Set the legal details and keep the old ones. Values that are equal to the present ones leave no correction."""
    assert account.id is not None
    old = (account.full_name, account.date_of_birth, account.sex)
    new = (body.full_name, body.date_of_birth or account.date_of_birth, body.sex.value if body.sex else account.sex)
    if new == old:
        return
    account.full_name, account.date_of_birth, account.sex = new
    account.version += 1
    db.add(
        LegalChangeRow(
            account_id=account.id,
            changed_by_id=who.id,
            changed_at=this_second(),
            reason=body.reason,
            old_full_name=old[0],
            old_date_of_birth=old[1],
            old_sex=old[2],
            new_full_name=new[0],
            new_date_of_birth=new[1],
            new_sex=new[2],
        )
    )
    await db.flush()


async def list_changes(db: ReadSession, account_id: int, wanted: PageFilter) -> LegalChanges:
    """Return the corrections of an account, newest first."""
    query = select(LegalChangeRow).where(same_person(LegalChangeRow.account_id, account_id))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    people = await people_by_id(db, {row.changed_by_id for row in rows})
    return LegalChanges(items=[_to_contract(row, people[row.changed_by_id]) for row in rows], next_cursor=next_cursor)


def _to_contract(row: LegalChangeRow, by: PersonRow) -> LegalChange:
    assert row.id is not None
    return LegalChange(
        id=row.id,
        at=row.changed_at,
        by=by.person(),
        reason=row.reason,
        before=LegalDetails(full_name=row.old_full_name, date_of_birth=row.old_date_of_birth, sex=Sex(row.old_sex)),
        after=LegalDetails(full_name=row.new_full_name, date_of_birth=row.new_date_of_birth, sex=Sex(row.new_sex)),
    )
