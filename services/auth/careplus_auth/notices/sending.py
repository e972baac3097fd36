"""Sends notices: looks up at the moment of sending whether a notice is still true, its address and its language."""

import asyncio

from careplus_auth.mail.delivery import Mail, deliver
from careplus_auth.notices import outbox
from careplus_auth.notices.validity import RULES
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.notices import NoticeKind, NoticeRow, NoticeState

SEND_TIMEOUT_S = 90.0
"""Shorter than the lease, so that no other process sends the same notice meanwhile."""


async def send_one(database: Database, settings: Settings) -> bool:
    """Send the oldest due notice, or give it its final state. Return False when none was due."""
    async with database.reading() as db:
        if not await outbox.is_any_due(db):
            return False
    async with database.writing() as db:
        row = await outbox.claim(db)
        mail = None if row is None else await _mail_for(db, row, settings)
    if row is None or mail is None:
        return True
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await deliver(mail, settings)
    except Exception as error:  # One undeliverable notice must not block the ones behind it.
        async with database.writing() as db:
            again = await outbox.reschedule(db, row)
        # The type and the SMTP code only: the message of the error holds the address.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        log.warning("mail_not_sent", mail=mail.message_id, kind=mail.kind.value, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await outbox.finish(db, row, NoticeState.SENT)
    return True


def address_of(account: AccountRow) -> str | None:
    """Return the address for notices to this person, or None without one that mails may be sent to."""
    return account.email if account.email_confirmed_at is not None else None


async def _mail_for(db: WriteSession, row: NoticeRow, settings: Settings) -> Mail | None:
    """Return the mail of a claimed notice, or None after giving it its final state."""
    kind = NoticeKind(row.kind)
    rule, account = RULES[kind], await db.get_one(AccountRow, row.account_id)
    is_recipient = account.active and account.role == rule.role.value
    found = is_recipient and (await db.execute(rule.true_while_found(row, settings.clinic_zone).limit(1))).first()
    email = address_of(account)
    if not found or email is None:
        row.state = (NoticeState.NO_ADDRESS if found else NoticeState.WITHDRAWN).value
        return None
    # with the time of the change, because ids start anew in a restored database
    message_id = f"notice-{row.id}-{int(row.created_at.timestamp())}"
    file_name = f"notice-{row.id:06}-{kind.value}"
    return Mail(message_id, file_name, kind, PortalLanguage(account.language), email, f"{settings.public_url}{rule.page}")
