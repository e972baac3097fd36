"""Carry out a plan of erasure, with its audit event, in one transaction."""

import json
import secrets

import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_cli.erasing.plan import CannotErase, Plan, make_plan
from careplus_cli.erasing.tables import SIGN_IN, clinical, rows_of
from careplus_contracts.accounts import Sex
from careplus_contracts.audit import ERASE_RECORD, Kind
from careplus_contracts.texts import normal_email
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.audit import OK
from careplus_tables.engine import Database, WriteSession
from careplus_tables.mails import MailRow
from careplus_tables.merges import same_person
from careplus_tables.permanent_rows import deletable
from careplus_tables.registry import METADATA

ERASED = "(erased)"
VAULT_PURPOSE = "what is kept encrypted"


async def erase(settings: Settings, patient_id: int, reason: str, *, confirmed: bool) -> Plan:
    """Return the plan, and carry it out if it is confirmed. Raise CannotErase and the errors of settings and database."""
    reason = " ".join(reason.split())
    if not 10 <= len(reason) <= 500:
        raise CannotErase("--reason is a text of 10 to 500 characters; it stays in the audit trail.")
    vault, database = Vault(secrets_of(settings), VAULT_PURPOSE), Database(settings.database)
    try:
        async with database.writing() as db:
            plan = await make_plan(db, patient_id, now(), settings.clinic_zone, settings.retention_years)
            if confirmed:
                await _carry_out(db, vault, plan)
                await append_events(db, [_event(patient_id, reason)])
            return plan
    finally:
        await database.close()


async def _carry_out(db: WriteSession, vault: Vault, plan: Plan) -> None:
    accounts = (await db.execute(sa.select(AccountRow).where(same_person(AccountRow.id, plan.patient_id)))).scalars().all()
    for account in accounts:
        if account.email is not None:
            await _delete_mails(db, vault, account.email)
    for name in SIGN_IN:
        await _delete(db, METADATA.tables[name], plan.patient_id)
    if not plan.keeps_record:
        async with deletable(db, [table.name for table in clinical()]):
            for table in clinical():
                await _delete(db, table, plan.patient_id)
        for account in accounts:
            account.full_name, account.date_of_birth, account.sex = ERASED, None, Sex.UNKNOWN.value
    for account in accounts:
        _close(account)
    await db.flush()


def _close(account: AccountRow) -> None:
    account.email, account.email_confirmed_at = None, None
    account.contact_name, account.contact_phone, account.contact_relation = None, None, None
    account.password_hash, account.phone, account.active, account.second_factor = None, None, False, False
    account.version += 1


async def _delete(db: WriteSession, table: sa.Table, patient_id: int) -> None:
    await db.execute(sa.delete(table).where(rows_of(table, patient_id)))


async def _delete_mails(db: WriteSession, vault: Vault, email: str) -> None:
    """Delete the mails to this address that wait; sent ones have no text and no address."""
    waiting = sa.select(col(MailRow.id), col(MailRow.ciphertext)).where(col(MailRow.ciphertext).is_not(None))
    for id_, ciphertext in (await db.execute(waiting)).all():
        try:
            is_own = normal_email(json.loads(vault.decrypt(ciphertext or ""))["email"]) == email
        except CannotDecrypt:
            continue
        if is_own:
            await db.execute(sa.delete(MailRow).where(col(MailRow.id) == id_))


def _event(patient_id: int, reason: str) -> Event:
    known = {"service": "auth", "action": ERASE_RECORD, "kind": Kind.CHANGE.value, "outcome": OK, "object_id": str(patient_id)}
    texts = {"request_id": f"erase-{secrets.token_hex(8)}", "reason": reason}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **texts, "at": now()}, {patient_id})
