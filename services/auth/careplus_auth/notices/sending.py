"""Sends notices: looks up at the moment of sending whether a notice is still true, its address and its language."""

import asyncio
from datetime import datetime

from careplus_auth.mail.delivery import Mail, deliver
from careplus_auth.notices import outbox
from careplus_auth.notices.timing import send_from
from careplus_auth.notices.validity import RULES
from careplus_auth.notices.visits import VISITS, with_visit
from careplus_auth.store.notice_choices import is_wanted
from careplus_contracts.notices import NoticeKind, NoticeState
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.notices import NoticeRow

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
        # The type and the SMTP code only: the message of the error holds the address.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        async with database.writing() as db:
            again = await outbox.reschedule(db, row, reason)
        log.warning("mail_not_sent", mail=mail.message_id, kind=mail.kind.value, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await outbox.finish(db, row, NoticeState.SENT)
    return True


def address_of(account: AccountRow) -> str | None:
    """Return the address for notices to this person, or None without one that mails may be sent to."""
    return account.email if account.email_confirmed_at is not None else None


async def _mail_for(db: WriteSession, row: NoticeRow, settings: Settings) -> Mail | None:
    """Return the mail of a claimed notice, or None after giving it its final state or a later time."""
    kind = NoticeKind(row.kind)
    rule, account = RULES[kind], await db.get_one(AccountRow, row.account_id)
    is_recipient = account.active and account.role == rule.role.value
    found = is_recipient and (await db.execute(rule.true_while_found(row, settings.clinic_zone).limit(1))).first()
    if not found or not await is_wanted(db, row):
        row.state = NoticeState.WITHDRAWN.value
        return None
    email = address_of(account)
    if email is None:
        row.state = NoticeState.NO_ADDRESS.value
        return None
    if (later := _later(row, settings)) is not None:
        row.due_at, row.attempts = later, row.attempts - 1
        return None
    # with the time of the change, because ids start anew in a restored database
    message_id = f"notice-{row.id}-{int(row.created_at.timestamp())}"
    file_name = f"notice-{row.id:06}-{kind.value}"
    mail = Mail(message_id, file_name, kind, PortalLanguage(account.language), email, f"{settings.public_url}{rule.page}")
    return await with_visit(db, mail, row, settings) if kind in VISITS else mail


def _later(row: NoticeRow, settings: Settings) -> datetime | None:
    """Return the end of quiet hours for a notice that waits for it, or None."""
    starts = [one for one in (row.visit_at, row.before_at) if one is not None]
    if NoticeKind(row.kind) not in VISITS or not starts:
        return None
    at, is_reminder = now(), row.kind == NoticeKind.VISIT_REMINDER.value
    later = send_from(at, settings.clinic_zone, starts, is_reminder=is_reminder, is_own=row.own)
    return later if later > at else None
