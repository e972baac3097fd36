"""Background work of auth: send queued mails, escalate critical results, purge expired rows."""

import asyncio
import time
from dataclasses import replace

from careplus_auth.crypto.vault import Vault
from careplus_auth.escalation import escalate
from careplus_auth.mail.delivery import deliver
from careplus_auth.mail.templates import Kind, reset_link
from careplus_auth.store import accounts, mails, passwords, purging
from careplus_auth.store.mails import QueuedMail
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database

SEND_TIMEOUT_S = 90.0
"""Shorter than a mail's lease, so that no other process sends the same mail meanwhile."""
POLL_INTERVAL_S = 1.0
PURGE_INTERVAL_S = 60.0
ESCALATION_INTERVAL_S = 5.0


async def run(database: Database, settings: Settings, vault: Vault) -> None:
    """Work until cancelled. A mail interrupted by the cancellation is sent again: delivery is at least once."""
    purge_at = escalate_at = time.monotonic()
    while True:
        try:
            while await send_one(database, settings, vault):
                pass
            if time.monotonic() >= escalate_at:
                escalate_at = time.monotonic() + ESCALATION_INTERVAL_S
                await escalate(database, settings, vault)
            if time.monotonic() >= purge_at:
                purge_at = time.monotonic() + await _purge(database)
        except Exception as error:  # The task must survive every failure: no supervisor restarts it.
            log.warning("background_task_failed", reason=str(getattr(error, "orig", None) or type(error).__name__))
        await asyncio.sleep(POLL_INTERVAL_S)


async def send_one(database: Database, settings: Settings, vault: Vault) -> bool:
    """Send the oldest due mail. Return False when none was due."""
    async with database.reading() as db:
        if not await mails.is_any_due(db):
            return False
    mail = await _claim(database, settings, vault)
    if mail is None:
        return True
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await deliver(mail, settings)
    except Exception as error:  # One undeliverable mail must not block the ones behind it.
        async with database.writing() as db:
            again = await mails.reschedule(db, mail)
        # The type and the SMTP code only: the message of the error holds the address.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        log.warning("mail_not_sent", mail=mail.id, kind=mail.kind.value, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await mails.mark_sent(db, mail)
    return True


async def _claim(database: Database, settings: Settings, vault: Vault) -> QueuedMail | None:
    """Return a mail under a lease, or None when the oldest one has no recipient or cannot be decrypted."""
    async with database.writing() as db:
        mail = await mails.claim(db, vault)
        if mail is None or mail.kind is not Kind.PASSWORD_RESET:
            return mail
        # Look the account up here: in the request, the duration would reveal whether it exists.
        account = await accounts.by_email(db, mail.email)
        if account is None or account.id is None or not account.active or account.password_hash is None:
            await mails.drop(db, mail)
            return None
        code = await passwords.create_reset_code(db, account.id)
        return replace(mail, email=account.email, link=reset_link(settings, code))


async def _purge(database: Database) -> float:
    """Delete expired rows. Return the seconds until the next purge: 0 while a full batch was found."""
    async with database.writing() as db:
        found = await purging.purge(db)
    return 0.0 if found >= purging.BATCH else PURGE_INTERVAL_S
