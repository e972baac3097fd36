"""What auth does beside answering: it sends the mails that wait, and takes out what is over."""

import asyncio
import time
from dataclasses import replace

from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.delivery import deliver
from careplus_auth.mail.templates import Kind, reset_link
from careplus_auth.store import accounts, mails, passwords, purging
from careplus_auth.store.mails import Waiting
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database

LONGEST_S = 90.0
"""A mail server that is slow at every step is left before the mail's lease ends: then somebody else would send it too."""
LOOKS_EVERY_S = 1.0
PURGES_EVERY_S = 60.0


async def work(database: Database, house: Settings, vault: Vault) -> None:
    """Until it is cancelled. A mail that is being sent then is sent again later: once too often rather than never."""
    purge_at = time.monotonic()
    while True:
        try:
            while await send_one(database, house, vault):
                pass
            if time.monotonic() >= purge_at:
                purge_at = time.monotonic() + await _purge(database)
        except Exception as error:  # nobody looks whether this task still runs: it goes on whatever happened
            log.warning("background_failed", reason=str(getattr(error, "orig", None) or type(error).__name__))
        await asyncio.sleep(LOOKS_EVERY_S)


async def send_one(database: Database, house: Settings, vault: Vault) -> bool:
    """Whether there was one to send."""
    async with database.reading() as db:
        if not await mails.is_any_due(db):
            return False
    mail = await _taken(database, house, vault)
    if mail is None:
        return True
    try:
        async with asyncio.timeout(LONGEST_S):
            await deliver(mail, house)
    except Exception as error:  # of the mail server, the disk, the address: none of it may stop the mails after this one
        async with database.writing() as db:
            again = await mails.put_back(db, mail)
        # the type and the server's number say enough; its words hold the address
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        log.warning("mail_not_sent", mail=mail.id, kind=mail.kind.value, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await mails.mark_sent(db, mail)
    return True


async def _taken(database: Database, house: Settings, vault: Vault) -> Waiting | None:
    """A mail with a lease on it. None: there is nobody to send this one to, or nobody can read it any more."""
    async with database.writing() as db:
        mail = await mails.take(db, vault)
        if mail is None or mail.kind is not Kind.PASSWORD_RESET:
            return mail
        # only here, so that asking for a link takes as long whether there is such an account
        account = await accounts.by_email(db, mail.email)
        if account is None or account.id is None or not account.active or account.password_hash is None:
            await mails.drop(db, mail)
            return None
        code = await passwords.new_reset_code(db, account.id)
        return replace(mail, email=account.email, link=reset_link(house, code))


async def _purge(database: Database) -> float:
    """How long to wait before the next time."""
    async with database.writing() as db:
        found = await purging.purge(db)
    return 0.0 if found >= purging.AT_ONCE else PURGES_EVERY_S
