"""Statements about mails that wait: queued in the act's own transaction, taken with a lease, sent at least once."""

import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.vault import Unreadable, Vault
from careplus_auth.mail.templates import Kind
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_tables.mails import MailRow

LEASE = timedelta(minutes=2)
"""Longer than sending takes; then somebody else tries."""


@dataclass(frozen=True)
class Waiting:
    """A mail that is ours to send until its lease ends."""

    id: int
    kind: Kind
    attempts: int
    email: str
    link: str | None


async def queue(db: AsyncSession, vault: Vault, kind: Kind, email: str, link: str | None = None) -> None:
    sealed, at = vault.seal(json.dumps({"email": email, "link": link})), now()
    db.add(MailRow(kind=kind.value, ciphertext=sealed, created_at=at, due_at=at, attempts=0))
    await db.flush()


async def is_any_due(db: AsyncSession) -> bool:
    due = select(col(MailRow.id)).where(col(MailRow.ciphertext).is_not(None), col(MailRow.due_at) <= now())
    return (await db.execute(due.limit(1))).first() is not None


async def take(db: AsyncSession, vault: Vault) -> Waiting | None:
    """The mail that has waited longest, with a lease on it. One that nobody can read is given up, or it would stop all others."""
    due = select(MailRow).where(col(MailRow.ciphertext).is_not(None), col(MailRow.due_at) <= now()).order_by(col(MailRow.due_at))
    row = (await db.execute(due.limit(1).with_for_update(skip_locked=True))).scalar_one_or_none()
    if row is None or row.ciphertext is None:
        return None
    assert row.id is not None
    row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    try:
        return Waiting(row.id, Kind(row.kind), row.attempts, **json.loads(vault.open(row.ciphertext)))
    except (Unreadable, ValueError, TypeError):
        row.ciphertext = None
        log.warning("mail_unreadable", mail=row.id)
        return None


async def mark_sent(db: AsyncSession, mail: Waiting) -> None:
    """What it said is forgotten."""
    if row := await db.get(MailRow, mail.id):
        row.ciphertext = None


async def put_back(db: AsyncSession, mail: Waiting) -> bool:
    """Whether it will be tried again; else it is given up and what it said forgotten."""
    row = await db.get(MailRow, mail.id)
    pause = rules.mail_pause(mail.attempts)
    if row is None:
        return False
    if pause is None:
        row.ciphertext = None
        return False
    row.due_at = now() + pause
    return True


async def drop(db: AsyncSession, mail: Waiting) -> None:
    if row := await db.get(MailRow, mail.id):
        await db.delete(row)
