"""Sends notices: looks up at the moment of sending whether a notice is still true, its address and its language."""

import asyncio
from datetime import datetime

from careplus_auth.mail.delivery import Mail, deliver
from careplus_auth.notices import outbox
from careplus_auth.notices.texting import TextMessage, number_of, post, text_message
from careplus_auth.notices.timing import quiet_until, send_from
from careplus_auth.notices.validity import RULES
from careplus_auth.notices.visits import VISITS, with_visit
from careplus_auth.store.notice_choices import chosen_channel, is_wanted
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeChannel, NoticeKind, NoticeState
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database, WriteSession
from careplus_tables.notices import NoticeRow

SEND_TIMEOUT_S = 90.0
"""Shorter than the lease, so that no other process sends the same notice meanwhile."""
WAIT_FOR_MORNING = frozenset({NoticeKind.REFERRAL_MADE, NoticeKind.RESULT_RELEASED, NoticeKind.RESULT_CORRECTED})
"""The kinds of notices that wait in quiet hours; an answer to a person's own request does not."""


async def send_one(database: Database, settings: Settings) -> bool:
    """Send the oldest due notice, or give it its final state. Return False when none was due."""
    async with database.reading() as db:
        if not await outbox.is_any_due(db):
            return False
    async with database.writing() as db:
        row = await outbox.claim(db)
        message = None if row is None else await _message_for(db, row, settings)
    if row is None or message is None:
        return True
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await (post(message, settings) if isinstance(message, TextMessage) else deliver(message, settings))
    except Exception as error:  # One undeliverable notice must not block the ones behind it.
        # The type and the code only: the message of the error holds the address.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        async with database.writing() as db:
            again = await outbox.reschedule(db, row, reason)
        log.warning("notice_not_sent", notice=row.id, kind=row.kind, channel=row.channel, reason=reason, again=again)
    else:
        async with database.writing() as db:
            await outbox.finish(db, row, NoticeState.SENT)
    return True


def address_of(account: AccountRow) -> str | None:
    """Return the address for notices to this person, or None without one that mails may be sent to."""
    return account.email if account.email_confirmed_at is not None else None


async def _message_for(db: WriteSession, row: NoticeRow, settings: Settings) -> Mail | TextMessage | None:
    """Return the message of a claimed notice, or None after giving it its final state or a later time."""
    kind = NoticeKind(row.kind)
    rule, account = RULES[kind], await db.get_one(AccountRow, row.account_id)
    is_recipient = account.active and account.role == rule.role.value
    found = is_recipient and (await db.execute(rule.true_while_found(row, settings.clinic_zone).limit(1))).first()
    if not found or not await is_wanted(db, row):
        row.state = NoticeState.WITHDRAWN.value
        return None
    email, phone = address_of(account), await _phone_of(db, account, settings)
    if email is None and phone is None:
        row.state = NoticeState.NO_ADDRESS.value
        return None
    if (later := _later(row, settings)) is not None:
        row.due_at, row.attempts = later, row.attempts - 1
        return None
    row.channel = (NoticeChannel.EMAIL if phone is None else NoticeChannel.TEXT).value
    # with the time of the change, because ids start anew in a restored database
    message_id = f"notice-{row.id}-{int(row.created_at.timestamp())}"
    file_name = f"notice-{row.id:06}-{kind.value}"
    link = f"{settings.public_url}{rule.page}"
    to = email if phone is None and email is not None else ""
    mail = Mail(message_id, file_name, kind, PortalLanguage(account.language), to, link)
    mail = await with_visit(db, mail, row, settings) if kind in VISITS else mail
    return mail if phone is None else text_message(mail, phone, settings)


async def _phone_of(db: WriteSession, account: AccountRow, settings: Settings) -> str | None:
    """Return the phone number of a patient that chose text messages or has no confirmed e-mail address."""
    if settings.text_url is None or account.role != Role.PATIENT.value or account.id is None:
        return None
    is_texted = address_of(account) is None or await chosen_channel(db, account.id) is NoticeChannel.TEXT
    return number_of(account) if is_texted else None


def _later(row: NoticeRow, settings: Settings) -> datetime | None:
    """Return the end of quiet hours for a notice that waits for it, or None."""
    at, kind = now(), NoticeKind(row.kind)
    if kind in WAIT_FOR_MORNING:
        return quiet_until(at, settings.clinic_zone)
    starts = [one for one in (row.visit_at, row.before_at) if one is not None]
    if kind not in VISITS or not starts:
        return None
    is_reminder = kind is NoticeKind.VISIT_REMINDER
    later = send_from(at, settings.clinic_zone, starts, is_reminder=is_reminder, is_own=row.own)
    return later if later > at else None
