"""Background work of auth: send queued mails and notices, remind of visits, escalate critical results, purge expired rows."""

import asyncio
import time
from dataclasses import replace

from careplus_auth.audit.audit_mails import AuditMails
from careplus_auth.crypto.vault import Vault
from careplus_auth.escalation import escalate
from careplus_auth.mail.delivery import deliver
from careplus_auth.mail.templates import BEFORE_CONFIRMATION, Kind, reset_link
from careplus_auth.notices import reminders, sending
from careplus_auth.privacy import tell_privacy_officer
from careplus_auth.store import accounts, mails, passwords, purging
from careplus_auth.store.mails import QueuedMail
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.locking import Work, takes_turn

SEND_TIMEOUT_S = 90.0
"""Shorter than a mail's lease, so that no other process sends the same mail meanwhile."""
POLL_INTERVAL_S = 1.0
PURGE_INTERVAL_S = 60.0
ESCALATION_INTERVAL_S = 5.0
REMINDER_INTERVAL_S = 30.0


async def run(database: Database, settings: Settings, vault: Vault) -> None:
    """Work until cancelled. A mail interrupted by the cancellation is sent again: delivery is at least once."""
    purge_at = escalate_at = remind_at = time.monotonic()
    audit_mails = AuditMails(database, settings, vault)
    while True:
        try:
            await tell_privacy_officer(database, settings, vault)
            while await send_one(database, settings, vault) or await sending.send_one(database, settings):
                pass
            if time.monotonic() >= remind_at:
                remind_at = time.monotonic() + REMINDER_INTERVAL_S
                while await reminders.append_due(database, settings) == reminders.BATCH:
                    pass
            if time.monotonic() >= escalate_at:
                escalate_at = time.monotonic() + ESCALATION_INTERVAL_S
                await escalate(database, settings, vault)
            if time.monotonic() >= purge_at:
                await audit_mails.queue_head()
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
            await deliver(mail.outgoing, settings)
    except Exception as error:  # One undeliverable mail must not block the ones behind it.
        async with database.writing() as db:
            again = await mails.reschedule(db, mail)
        # The type and the SMTP code only: the message of the error holds the address.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        log.warning("mail_not_sent", mail=mail.outgoing.message_id, kind=mail.kind.value, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await mails.mark_sent(db, mail)
    return True


async def _claim(database: Database, settings: Settings, vault: Vault) -> QueuedMail | None:
    """Return a mail under a lease, or None when the oldest one has no recipient or cannot be decrypted."""
    async with database.writing() as db:
        mail = await mails.claim(db, vault)
        if mail is None:
            return None
        # Look the account up here: in the request, the duration would reveal whether it exists.
        account = await accounts.by_email(db, mail.email)
        if account is not None:
            mail = replace(mail, language=PortalLanguage(account.language))
        if mail.kind is not Kind.PASSWORD_RESET:
            return mail if await _may_be_sent(db, mail, account) else None
        if account is None or account.id is None or not account.active or account.password_hash is None:
            await mails.drop(db, mail)
            return None
        code = await passwords.create_reset_code(db, account.id)
        return replace(mail, email=account.sign_in_email, link=reset_link(settings, code))


async def _may_be_sent(db: WriteSession, mail: QueuedMail, account: AccountRow | None) -> bool:
    """Return whether the address may get this mail; drop the mail to an unconfirmed address."""
    if mail.kind in BEFORE_CONFIRMATION:
        return True
    if account is not None and account.email_confirmed_at is None:
        await mails.drop(db, mail)
        return False
    return True


async def _purge(database: Database) -> float:
    """Delete expired rows. Return the seconds until the next purge: 0 while a full batch was found."""
    async with database.writing() as db:
        # two processes that delete the same rows in other orders would wait for each other
        found = await purging.purge(db) if await takes_turn(db, Work.PURGE) else 0
    return 0.0 if found >= purging.BATCH else PURGE_INTERVAL_S
