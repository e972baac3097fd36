"""The tables with data of a patient, and the conditions of one patient's rows."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from careplus_tables.columns import InstantColumn
from careplus_tables.merges import same_person
from careplus_tables.record_guard import OWNERS
from careplus_tables.registry import METADATA

SIGN_IN = (
    *(
        "passkey_challenges",
        "passkeys",
        "calendar_feeds",
        "linked_records",
        "recovery_codes",
        "second_factors",
        "refresh_tokens",
        "sessions",
        "password_resets",
    ),
    *("email_confirmations", "invitations", "provider_identities", "notices", "notice_choices", "idempotency_keys"),
)
"""Access to the account and messages, parts before the rows that they belong to: no law asks to keep them."""
KEPT = {
    "accounts": "the number of the account alone, without name, address and birth date, to which the audit trail refers",
    "audit_events": "numbers of accounts and acts, the proof of what was done",
    "audit_patients": "numbers of accounts and acts, the proof of what was done",
    "consents": "the proof that the patient agreed, without a name",
    "account_approvals": "decisions about staff",
}
"""Tables of which rows stay for ever, with the reason."""


@cache
def clinical() -> tuple[sa.Table, ...]:
    """Return the tables of the record, parts before the rows that they belong to: those of the record guard and their parts."""
    found: set[sa.Table] = {METADATA.tables[name] for name in OWNERS if name not in SIGN_IN}
    for table in METADATA.sorted_tables:
        if any(key.column.table in found for key in table.foreign_keys):
            found.add(table)
    more = (METADATA.tables[name] for name in ("legal_changes", "moved_rows", "record_merges"))
    return (*(table for table in reversed(METADATA.sorted_tables) if table in found), *more)


def rows_of(table: sa.Table, patient_id: int) -> sa.ColumnElement[bool]:
    """Return the condition of the patient's rows: by their own column, or by the row that they are a part of."""
    for name in ("patient_id", "account_id", "kept_id", "record_account_id"):
        if name in table.c and table.name != "critical_notices":
            return same_person(table.c[name], patient_id)
    parents = {*clinical(), METADATA.tables["sessions"]}
    keys = sorted((key for key in table.foreign_keys if key.column.table in parents), key=lambda key: key.parent.name)
    within = sa.select(keys[0].column).where(rows_of(keys[0].column.table, patient_id))
    return keys[0].parent.in_(within)


def times(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns with instants."""
    return [column for column in table.c if isinstance(column.type, InstantColumn)]
