"""Give the rows of one patient's record to another record, and give them back.

The one place that writes tables of several services: a merge that stopped half way would show one half of the allergies and
medicines. Auth calls it in the transaction of the merge.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.merges import MergeRow, MovedRow
from careplus_tables.registry import METADATA

MOVED = {
    **dict.fromkeys(("appointments", "certificates", "chart_access", "critical_communications", "lab_bookings"), "patient_id"),
    **dict.fromkeys(("lab_results", "observations", "prescriptions", "proposed_corrections", "referrals"), "patient_id"),
    **dict.fromkeys(("refills", "result_versions", "specimens", "version_observations", "vital_signs"), "patient_id"),
    "waitlist_entries": "patient_id",
    "notices": "account_id",
    "accounts": "merged_into_id",
}
"""The tables of which rows move, with the column that names the patient. Their parts, such as notes of a visit, go along."""
STAYS = {
    **dict.fromkeys(("charts", "allergies", "problems"), "one list of both records is written to the kept chart"),
    **dict.fromkeys(
        ("chart_changes", "result_comments", "consents", "legal_changes", "audit_events", "audit_patients"),
        "rows are never changed; `same_person` reads them with the kept record",
    ),
    **dict.fromkeys(
        ("sessions", "passkeys", "passkey_challenges", "second_factors", "recovery_codes", "provider_identities"),
        "the sign-in of the merged record ends",
    ),
    **dict.fromkeys(("email_confirmations", "password_resets", "invitations"), "links to the merged record stop working"),
    "linked_records": "the link does not open the kept record: its owner may be linked to another account",
    "calendar_feeds": "the address stops working with the account of the merged record",
    "notice_choices": "the kept record has choices of its own",
    "idempotency_keys": "answers to the owner of the merged record, for 24 hours",
    "account_approvals": "decisions about staff",
    "critical_notices": "mails to staff",
}
"""The tables of which rows stay with the merged record, with the reason."""
BATCH = 500


async def move(db: WriteSession, merge: MergeRow) -> None:
    """Give all rows of the merged record to the kept one, and remember their keys. Both accounts have to be locked."""
    assert merge.id is not None
    for name, column in MOVED.items():
        table = METADATA.tables[name]
        of_merged = table.c[column] == merge.merged_id
        keys = (await db.execute(sa.select(*table.primary_key).where(of_merged))).all()
        db.add_all(MovedRow(merge_id=merge.id, table_name=name, row_key=_written(key)) for key in keys)
        if keys:
            await db.execute(sa.update(table).where(of_merged).values({column: merge.kept_id}))
    await db.flush()


async def give_back(db: WriteSession, merge: MergeRow) -> None:
    """Give the moved rows back that still exist. Rows that were written after the merge stay with the kept record."""
    for name, keys in (await _keys(db, merge)).items():
        table, column = METADATA.tables[name], MOVED[name]
        for start in range(0, len(keys), BATCH):
            of_kept = (table.c[column] == merge.kept_id, _is_one_of(table, keys[start : start + BATCH]))
            await db.execute(sa.update(table).where(*of_kept).values({column: merge.merged_id}))


async def count(db: AnySession, patient_id: int, tables: Sequence[str]) -> dict[str, int]:
    """Return how many rows of each of these tables a record has."""
    return {name: await _number(db, METADATA.tables[name], patient_id) for name in tables}


async def count_moved(db: AnySession, merge: MergeRow, tables: Sequence[str]) -> dict[str, int]:
    """Return how many rows of each of these tables the merge moved."""
    moved = Counter({name: len(keys) for name, keys in (await _keys(db, merge)).items()})
    return {name: moved[name] for name in tables}


async def count_written_since(db: AnySession, merge: MergeRow, before: dict[str, int], tables: Sequence[str]) -> dict[str, int]:
    """Return how many rows of each table the kept record has beyond its own of `before` and the moved ones."""
    present, moved = await count(db, merge.kept_id, tables), await count_moved(db, merge, tables)
    return {name: max(0, present[name] - moved[name] - before.get(name, 0)) for name in tables}


async def _number(db: AnySession, table: sa.Table, patient_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(table.c.patient_id == patient_id)
    return int((await db.execute(query)).scalar_one())


async def _keys(db: AnySession, merge: MergeRow) -> dict[str, list[list[Any]]]:
    query = sa.select(col(MovedRow.table_name), col(MovedRow.row_key)).where(col(MovedRow.merge_id) == merge.id)
    found: dict[str, list[list[Any]]] = {}
    for name, key in (await db.execute(query.order_by(col(MovedRow.table_name)))).all():
        found.setdefault(name, []).append(json.loads(key))
    return found


def _written(key: Any) -> str:
    return json.dumps(list(key), separators=(",", ":"))


def _is_one_of(table: sa.Table, keys: Sequence[Sequence[Any]]) -> sa.ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return sa.or_(*(sa.and_(*(column == value for column, value in zip(columns, key, strict=True))) for key in keys))
