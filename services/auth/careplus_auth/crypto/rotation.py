"""Encrypt stored second factors and queued mails again, with the newest secret, so that older ones can be taken away."""

import secrets
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import col

from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_contracts.audit import ROTATE_KEYS, Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now
from careplus_tables.audit import OK
from careplus_tables.engine import Database, WriteSession
from careplus_tables.mails import MailRow
from careplus_tables.second_factors import SecondFactorRow

BATCH = 200


class Rotated(NamedTuple):
    """How many values of one kind were encrypted again, and how many no listed secret decrypts."""

    renewed: int
    unreadable: int


async def rotate_second_factors(database: Database, vault: Vault) -> Rotated:
    """Renew the secrets of authenticator apps; each batch is one transaction with its audit event, so that it can go on later."""
    return await _rotate(database, vault, SecondFactorRow, "account_id", "secret_ciphertext", "second factors")


async def rotate_mails(database: Database, vault: Vault) -> Rotated:
    """Renew the mails that wait, in the same way."""
    return await _rotate(database, vault, MailRow, "id", "ciphertext", "mails")


async def _rotate(database: Database, vault: Vault, kind: Any, key: str, member: str, words: str) -> Rotated:
    key_, value = col(getattr(kind, key)), col(getattr(kind, member))
    after, total = 0, Rotated(0, 0)
    while True:
        async with database.writing() as db:
            some = select(kind).where(key_ > after, value.is_not(None)).order_by(key_).limit(BATCH).with_for_update()
            rows = list((await db.execute(some)).scalars())
            done = _renew(vault, rows, member)
            if done.renewed:
                await _record(db, f"{done.renewed} {words}")
        total = Rotated(total.renewed + done.renewed, total.unreadable + done.unreadable)
        if len(rows) < BATCH:
            return total
        after = getattr(rows[-1], key)


def _renew(vault: Vault, rows: list[Any], member: str) -> Rotated:
    renewed = unreadable = 0
    for row in rows:
        try:
            ciphertext = vault.renew(getattr(row, member))
        except CannotDecrypt:
            unreadable += 1
            continue
        if ciphertext is not None:
            setattr(row, member, ciphertext)
            renewed += 1
    return Rotated(renewed, unreadable)


async def _record(db: WriteSession, reason: str) -> None:
    known = {"service": "auth", "action": ROTATE_KEYS, "kind": Kind.CHANGE.value, "outcome": OK, "reason": reason}
    row = {**dict.fromkeys(EVENT_COLUMNS), **known, "at": now(), "request_id": f"rotate-{secrets.token_hex(8)}"}
    await append_events(db, [Event(row)])
