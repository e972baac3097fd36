"""Statements about merges of two records of one patient."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from careplus_auth import merge_rules
from careplus_auth.merge_rules import CHART, TABLES
from careplus_auth.store import invitations, legal_details, passwords, patients, sessions
from careplus_contracts.accounts import Sex
from careplus_contracts.legal_details import CorrectLegalDetails
from careplus_contracts.merges import Detail, KindCount, Merge, MergePreview, MergeRecord, MergeSide, RecordKind, VisitPair
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables import merging, merging_charts
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.merges import MergeRow
from careplus_tables.patient_times import occupied, other_appointment
from careplus_tables.people import name_of, people_by_id

MOST_OVERLAPS = 20
_LEGAL = (Detail.FULL_NAME, Detail.DATE_OF_BIRTH, Detail.SEX)


async def preview(db: ReadSession, who: Identity, patient_id: int, into_id: int) -> MergePreview:
    """Return both records with the numbers of their entries. Raise NotFound."""
    kept, merged = await patients.find(db, who, into_id), await patients.find(db, who, patient_id)
    return MergePreview(
        kept=await _side(db, kept),
        merged=await _side(db, merged),
        differs=merge_rules.differing(kept, merged),
        overlaps=await overlaps(db, kept, merged),
    )


async def lock(db: WriteSession, who: Identity, patient_id: int, into_id: int) -> tuple[AccountRow, AccountRow]:
    """Return the kept and the merged record, locked. Raise NotFound."""
    await lock_accounts(db, who.id, patient_id, into_id)
    kept, merged = await patients.find(db, who, into_id), await patients.find(db, who, patient_id)
    await db.refresh(kept)
    # rows that name the merged record wait from now on, and find it closed (migrations/merged_records.py)
    await db.refresh(merged, with_for_update=True)
    return kept, merged


async def overlaps(db: AnySession, kept: AccountRow, merged: AccountRow) -> list[VisitPair]:
    """Return appointments of both records at one time."""
    found: list[VisitPair] = []
    for one in await occupied(db, _id(merged)):
        other = await other_appointment(db, _id(kept), one.starts_at, one.ends_at)
        if other is not None and len(found) < MOST_OVERLAPS:
            found.append(VisitPair(of_kept=other, of_merged=one))
    return found


async def merge(db: WriteSession, who: Identity, kept: AccountRow, merged: AccountRow, body: MergeRecord) -> MergeRow:
    """Merge a locked record into another, which is locked too."""
    row = MergeRow(
        kept_id=_id(kept),
        merged_id=_id(merged),
        reason=body.reason,
        merged_at=this_second(),
        merged_by_id=who.id,
        details={"entries": await _counts(db, _id(kept)), "taken": _taken(kept, merged, body.take)},
    )
    db.add(row)
    await db.flush()
    await merging_charts.unite(db, row, await name_of(db, who.id))
    await merging.move(db, row)
    await _end_access(db, merged)
    merged.merged_into_id, merged.active = kept.id, False
    merged.version += 1
    await _take_details(db, who, kept, merged, body)
    await db.flush()
    return row


async def newest(db: AnySession, who: Identity, merged_id: int) -> MergeRow:
    """Return the newest merge of a record into another. Raise NotFound."""
    await patients.find(db, who, merged_id)
    query = select(MergeRow).where(col(MergeRow.merged_id) == merged_id).order_by(col(MergeRow.id).desc()).limit(1)
    return await one_or_404(db, query)


async def lock_newest(db: WriteSession, who: Identity, patient_id: int) -> tuple[MergeRow, AccountRow, AccountRow]:
    """Return the newest merge of a record, with the kept and the merged record, locked. Raise NotFound."""
    row = await newest(db, who, patient_id)
    kept, merged = await lock(db, who, patient_id, row.kept_id)
    await db.refresh(row)
    return row, kept, merged


async def undo(db: WriteSession, who: Identity, row: MergeRow, kept: AccountRow, merged: AccountRow) -> None:
    """Give back what the merge moved, to the record that it closed; both are locked."""
    row.undone_at, row.undone_by_id = this_second(), who.id
    await merging_charts.separate(db, row, await name_of(db, who.id))
    await merging.give_back(db, row)
    await _give_details_back(db, who, kept, merged, row)
    merged.merged_into_id, merged.active = None, True
    merged.version += 1
    await db.flush()


async def show(db: AnySession, who: Identity, row: MergeRow) -> Merge:
    """Return a merge of records that the caller may see."""
    kept, merged = await patients.find(db, who, row.kept_id), await patients.find(db, who, row.merged_id)
    people = await people_by_id(db, {row.merged_by_id, row.undone_by_id})
    tables = [name for name in TABLES.values() if name not in CHART]
    in_force = row.undone_at is None
    written = await merging.count_written_since(db, row, row.details["entries"], tables) if in_force else {}
    return Merge(
        kept=patients.to_contract(kept),
        merged=patients.to_contract(merged),
        reason=row.reason,
        merged_at=row.merged_at,
        merged_by=people[row.merged_by_id].person(),
        moved=_shown(await merging.count_moved(db, row, tables)),
        undo_until=row.merged_at + merge_rules.UNDO_LIFETIME - timedelta(seconds=1),
        undone_at=row.undone_at,
        undone_by=None if row.undone_by_id is None else people[row.undone_by_id].person(),
        stays=_shown(written),
        chart_stays=in_force and await merging_charts.changed_since(db, row),
    )


async def _side(db: AnySession, account: AccountRow) -> MergeSide:
    return MergeSide(record=patients.to_contract(account), entries=_shown(await _counts(db, _id(account))))


async def _counts(db: AnySession, patient_id: int) -> dict[str, int]:
    return await merging.count(db, patient_id, list(TABLES.values()))


def _shown(counts: dict[str, int]) -> list[KindCount]:
    found = {kind: counts.get(table, 0) for kind, table in TABLES.items()}
    return [KindCount(kind=RecordKind(kind), count=count) for kind, count in found.items() if count]


async def _end_access(db: WriteSession, merged: AccountRow) -> None:
    """End the sessions of an account, and the links that open it."""
    await sessions.end_all(db, _id(merged))
    await passwords.delete_reset_codes(db, _id(merged))
    await invitations.delete_unused(db, merged)


def _taken(kept: AccountRow, merged: AccountRow, take: list[Detail]) -> dict[str, list[Any]]:
    """Return the kept record's value before and after, by detail."""
    taken = [detail for detail in merge_rules.differing(kept, merged) if detail in take]
    return {one.value: [merge_rules.as_json(getattr(row, one.value)) for row in (kept, merged)] for one in taken}


async def _take_details(db: WriteSession, who: Identity, kept: AccountRow, merged: AccountRow, body: MergeRecord) -> None:
    taken = [one for one in merge_rules.differing(kept, merged) if one in body.take]
    if Detail.EMAIL in taken:
        address, merged.email = merged.email, None
        # addresses are unique
        await db.flush()
        kept.email, kept.email_confirmed_at = address, None
    if Detail.PHONE in taken:
        kept.phone = merged.phone
    legal = {one: getattr(merged if one in taken else kept, one.value) for one in _LEGAL}
    await _correct(db, who, kept, legal, body.reason)
    kept.version += 1


async def _give_details_back(db: WriteSession, who: Identity, kept: AccountRow, merged: AccountRow, row: MergeRow) -> None:
    """Restore the kept record's details of before, where they are still those that the merge took over."""
    taken: dict[str, list[Any]] = row.details["taken"]
    before = {
        Detail(name): merge_rules.from_json(Detail(name), old)
        for name, (old, new) in taken.items()
        if merge_rules.as_json(getattr(kept, name)) == new
    }
    # the owner of the kept record may sign in with the address meanwhile
    if Detail.EMAIL in before and kept.password_hash is None:
        address, kept.email, kept.email_confirmed_at = kept.email, before[Detail.EMAIL], None
        await db.flush()
        merged.email = address
    if Detail.PHONE in before:
        kept.phone = before[Detail.PHONE]
    await _correct(db, who, kept, {one: before.get(one, getattr(kept, one.value)) for one in _LEGAL}, row.reason)
    kept.version += 1


async def _correct(db: WriteSession, who: Identity, kept: AccountRow, legal: dict[Detail, Any], reason: str) -> None:
    name, born, sex = (legal[one] for one in _LEGAL)
    body = CorrectLegalDetails(full_name=name, date_of_birth=born, sex=Sex(sex), reason=reason)
    await legal_details.correct(db, who, kept, body)


def _id(account: AccountRow) -> int:
    assert account.id is not None
    return account.id
