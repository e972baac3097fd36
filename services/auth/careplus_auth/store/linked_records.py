"""Statements about links of work accounts to the records of the same people."""

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_contracts.accounts import Side
from careplus_contracts.endpoints import Role
from careplus_contracts.linked_records import AlreadyLinked, LinkedRecord
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.linked_records import LinkedRecordRow
from careplus_tables.people import people_by_id


async def find(db: AnySession, who: Identity) -> LinkedRecordRow | None:
    """Return the caller's link, from either account, locked."""
    own = or_(col(LinkedRecordRow.work_account_id) == who.id, col(LinkedRecordRow.record_account_id) == who.id)
    return (await db.execute(select(LinkedRecordRow).where(own).with_for_update())).scalar_one_or_none()


async def link(db: WriteSession, who: Identity, record: AccountRow) -> LinkedRecordRow:
    """Link the caller's work account to a record that the caller has signed in to. Raise AlreadyLinked."""
    assert record.id is not None
    row = LinkedRecordRow(work_account_id=who.id, record_account_id=record.id, linked_at=this_second())
    db.add(row)
    try:
        await db.flush()
    except IntegrityError:
        raise AlreadyLinked("Your work account or this record has a link already.") from None
    return row


async def unlink(db: WriteSession, who: Identity) -> LinkedRecordRow:
    """Delete the caller's link, and return it. Raise NotFound."""
    if (row := await find(db, who)) is None:
        raise NotFound(NOTHING_HERE)
    await db.execute(delete(LinkedRecordRow).where(col(LinkedRecordRow.work_account_id) == row.work_account_id))
    return row


async def record_of(db: AnySession, work: AccountRow, *, lock: bool = False) -> AccountRow | None:
    """Return the open record of a person, from the work account; `lock` keeps the link until the transaction ends."""
    if work.role == Role.PATIENT.value:
        return None
    row = await db.get(LinkedRecordRow, work.id, with_for_update={"read": True} if lock else None)
    record = await db.get(AccountRow, row.record_account_id, populate_existing=True) if row else None
    # merged, closed or without an address: such a record has no sign-in either
    is_open = record is not None and record.active and record.role == Role.PATIENT.value and record.email is not None
    return record if is_open else None


async def side_of(db: AnySession, account: AccountRow) -> Side | None:
    """Return the other side of a session that no other one opened: the record of a linked work account."""
    return None if await record_of(db, account) is None else Side.RECORD


async def show(db: AnySession, row: LinkedRecordRow) -> LinkedRecord:
    people = await people_by_id(db, [row.work_account_id, row.record_account_id])
    work, record = (people[id_].person() for id_ in (row.work_account_id, row.record_account_id))
    return LinkedRecord(work=work, record=record, linked_at=row.linked_at)
