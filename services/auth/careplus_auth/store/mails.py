"""The mail queue: mails are added in the request's transaction, claimed under a lease and sent at least once."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_auth.mail.delivery import Mail
from careplus_auth.mail.templates import Kind
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.mails import MailRow

LEASE = timedelta(minutes=2)
"""Longer than SEND_TIMEOUT_S. After it another process may claim the mail."""


@dataclass(frozen=True)
class QueuedMail:
    """A mail claimed by this process until its lease ends."""

    id: int
    kind: Kind
    attempts: int
    email: str
    link: str | None
    language: PortalLanguage = PortalLanguage.EN

    @property
    def outgoing(self) -> Mail:
        """Return the mail to deliver."""
        message_id, file_name = f"{self.kind.value.replace('_', '-')}-{self.id}", f"{self.id:06}-{self.kind.value}"
        return Mail(message_id, file_name, self.kind, self.language, self.email, self.link)


async def queue(db: WriteSession, vault: Vault, kind: Kind, email: str, link: str | None = None) -> None:
    sealed, at = vault.encrypt(json.dumps({"email": email, "link": link})), now()
    db.add(MailRow(kind=kind.value, ciphertext=sealed, created_at=at, due_at=at, attempts=0))
    await db.flush()


async def is_any_due(db: ReadSession) -> bool:
    due = select(col(MailRow.id)).where(col(MailRow.ciphertext).is_not(None), col(MailRow.due_at) <= now())
    return (await db.execute(due.limit(1))).first() is not None


async def is_queued_since(db: AnySession, kind: Kind, since: datetime) -> bool:
    """Return whether a mail of this kind was queued since then, sent or not."""
    found = select(col(MailRow.id)).where(col(MailRow.created_at) > since, col(MailRow.kind) == kind.value)
    return (await db.execute(found.limit(1))).first() is not None


async def claim(db: AnySession, vault: Vault) -> QueuedMail | None:
    """Return the oldest due mail under a lease. Drop the text of one that cannot be decrypted, or it would block the queue."""
    due = select(MailRow).where(col(MailRow.ciphertext).is_not(None), col(MailRow.due_at) <= now()).order_by(col(MailRow.due_at))
    row = (await db.execute(due.limit(1).with_for_update(skip_locked=True))).scalar_one_or_none()
    if row is None or row.ciphertext is None:
        return None
    assert row.id is not None
    row.attempts, row.due_at = row.attempts + 1, now() + LEASE
    try:
        return QueuedMail(row.id, Kind(row.kind), row.attempts, **json.loads(vault.decrypt(row.ciphertext)))
    except (CannotDecrypt, ValueError, TypeError):
        row.ciphertext = None
        log.warning("mail_not_decrypted", mail=row.id)
        return None


async def mark_sent(db: AnySession, mail: QueuedMail) -> None:
    """Delete the text of a sent mail."""
    if row := await db.get(MailRow, mail.id):
        row.ciphertext = None


async def reschedule(db: AnySession, mail: QueuedMail) -> bool:
    """Return True when the mail will be tried again; otherwise delete its text and return False."""
    row = await db.get(MailRow, mail.id)
    pause = rules.mail_retry_delay(mail.attempts)
    if row is None:
        return False
    if pause is None:
        row.ciphertext = None
        return False
    row.due_at = now() + pause
    return True


async def drop(db: WriteSession, mail: QueuedMail) -> None:
    if row := await db.get(MailRow, mail.id):
        await db.delete(row)
