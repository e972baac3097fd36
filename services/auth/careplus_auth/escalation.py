"""Background work of auth: queue mails about critical results that wait too long for an answer."""

import secrets
from collections.abc import Collection

from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import critical_notices, mails
from careplus_auth.store.critical_notices import Notice
from careplus_contracts.audit import ESCALATE_CRITICAL
from careplus_contracts.audit import Kind as EventKind
from careplus_contracts.critical import Escalation
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.audit import OK
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

KINDS = {
    Escalation.DOCTORS: (Kind.CRITICAL_WAITS, "/doctor"),
    Escalation.ADMINISTRATORS: (Kind.CRITICAL_UNANSWERED, "/admin/people"),
}
"""The mail of each step, and the page that it links to."""


async def escalate(database: Database, settings: Settings, vault: Vault) -> int:
    """Queue the mails of the steps that are due, one for each person, with an audit event for each result and step.

    Return the number of notices.
    """
    delay = settings.critical_escalation
    async with database.reading() as db:
        if not await critical_notices.list_due(db, delay):
            return 0
    async with database.writing() as db:
        if not await takes_turn(db, Work.QUEUE_MAILS):
            return 0
        told = await critical_notices.insert_missing(db, await critical_notices.list_due(db, delay), delay)
        addresses = await critical_notices.emails(db, {notice.account_id for notice in told})
        for step, account_id in dict.fromkeys((notice.step, notice.account_id) for notice in told):
            kind, page = KINDS[step]
            await mails.queue(db, vault, kind, addresses[account_id], f"{settings.public_url}{page}")
        await append_events(db, _events(told))
    return len(told)


def _events(told: Collection[Notice]) -> list[Event]:
    request_id = secrets.token_hex(8)
    known = {
        "at": now(),
        "request_id": request_id,
        "service": "auth",
        "action": ESCALATE_CRITICAL,
        "kind": EventKind.CHANGE.value,
        "outcome": OK,
    }
    cases = dict.fromkeys((notice.step, notice.case) for notice in told)
    empty = dict.fromkeys(EVENT_COLUMNS)
    return [Event({**empty, **known, "object_id": str(case.result_id)}, [case.patient_id]) for _, case in cases]
