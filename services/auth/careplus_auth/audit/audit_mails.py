"""Mails about the audit chain to CAREPLUS_AUDIT_MAIL: its head each day, and an alarm when auth refuses it."""

from datetime import timedelta

from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import audit_anchors, mails
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

INTERVAL = timedelta(days=1)


class AuditMails:
    """Queues at most one mail of each kind a day; none without an address."""

    def __init__(self, database: Database, settings: Settings, vault: Vault) -> None:
        self._database = database
        self._address = settings.audit_mail
        self._public_url = settings.public_url
        self._vault = vault

    async def queue_head(self) -> None:
        """Queue the daily mail with the newest anchored head, once there is one. The mailbox keeps a copy elsewhere."""
        if self._address is None:
            return
        async with self._database.reading() as db:
            anchor = await audit_anchors.newest(db)
        if anchor is not None:
            await self._queue(Kind.AUDIT_HEAD, f"{anchor.link_number}:{anchor.link_mac.hex()}")

    async def queue_alarm(self) -> None:
        """Queue the mail that auth refuses the chain."""
        await self._queue(Kind.AUDIT_REFUSED, self._public_url)

    async def _queue(self, kind: Kind, link: str) -> None:
        if self._address is None:
            return
        since = now() - INTERVAL
        async with self._database.reading() as db:
            if await mails.is_queued_since(db, kind, since):
                return
        async with self._database.writing() as db:
            if await takes_turn(db, Work.QUEUE_MAILS) and not await mails.is_queued_since(db, kind, since):
                await mails.queue(db, self._vault, kind, self._address, link)
