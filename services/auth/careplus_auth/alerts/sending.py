"""Raises alerts and posts them to CAREPLUS_ALERT_URL at least once each, signed, and mails them to CAREPLUS_ALERT_MAIL."""

import asyncio
import json
import time
from collections.abc import Collection, Sequence

import httpx

from careplus_auth.alerts.kinds import AlertKind, text_of
from careplus_auth.backups.schedule import BackupSchedule
from careplus_auth.crypto.signing import secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import alerts, mails
from careplus_contracts.refusals import InsufficientStorage
from careplus_runtime.process.clock import now
from careplus_runtime.process.disk_space import DiskSpace
from careplus_runtime.process.logs import error_type, log
from careplus_runtime.process.settings import Settings
from careplus_tables.alerts import AlertRow
from careplus_tables.engine import Database

SIGNATURE = "X-CarePlus-Signature"
PURPOSE = "alerts"
POLL_INTERVAL_S = 1.0
SLOW_INTERVAL_S = 60.0
"""Between two looks at what many rows or the file system tell."""
TIMEOUT_S = 10.0


def signing_key(settings: Settings) -> str:
    """Return the key of signatures in hexadecimal digits. Raise SettingsError without SECRET_KEY."""
    return Vault(secrets_of(settings), PURPOSE).key.hex()


class Alerts:
    """The alerts of one process of auth; does nothing without an address."""

    def __init__(
        self, database: Database, settings: Settings, vault: Vault, secrets: Sequence[str], schedule: BackupSchedule
    ) -> None:
        self._database = database
        self._schedule = schedule
        self._settings = settings
        self._vault = vault
        self._signing = Vault(secrets, PURPOSE)
        self._disk = DiskSpace.of(settings)
        self._slow_at = time.monotonic()

    @property
    def are_wanted(self) -> bool:
        return self._settings.alert_url is not None or self._settings.alert_mail is not None

    async def run(self) -> None:
        """Work until cancelled, apart from mails: an address that hangs delays no mail."""
        if not self.are_wanted:
            return
        async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as http:
            while True:
                try:
                    await self.raise_due()
                    while await self.send_one(http):
                        pass
                except Exception as error:  # The task must survive every failure: no supervisor restarts it.
                    log.warning("alerts_failed", reason=error_type(error))
                await asyncio.sleep(POLL_INTERVAL_S)

    async def raise_due(self) -> None:
        """Raise what has happened since the last look."""
        async with self._database.reading() as db:
            accesses, administrators = await alerts.emergency_accesses(db), await alerts.new_administrators(db)
            known, former = await alerts.knows_administrators(db), await alerts.has_former_administrators(db)
        if not known:
            await self._keep_administrators(administrators)
        elif administrators:
            await self._raise(AlertKind.NEW_ADMINISTRATOR, administrators)
        if former:
            async with self._database.writing() as db:
                await alerts.forget_former_administrators(db)
        await self._raise(AlertKind.EMERGENCY_ACCESS, accesses)
        if time.monotonic() >= self._slow_at:
            self._slow_at = time.monotonic() + SLOW_INTERVAL_S
            await self._raise_slow()

    async def raise_chain_refused(self) -> None:
        """Raise the alert that auth refuses the audit chain, once a day."""
        await self._raise_today(AlertKind.AUDIT_CHAIN_REFUSED)

    async def send_one(self, http: httpx.AsyncClient) -> bool:
        """Post the oldest due alert. Return False when none was due."""
        async with self._database.reading() as db:
            if self._settings.alert_url is None or not await alerts.is_any_due(db):
                return False
        async with self._database.writing() as db:
            row = await alerts.claim(db)
        if row is None:
            return True
        failure = await self._post(http, self._settings.alert_url, row)
        async with self._database.writing() as db:
            if failure is None:
                await alerts.finish(db, row.key)
            else:
                log.warning("alert_not_sent", alert=row.key, reason=failure, again=await alerts.reschedule(db, row.key))
        return True

    async def _post(self, http: httpx.AsyncClient, url: str, row: AlertRow) -> str | None:
        """Return why the receiver did not take the alert, or None."""
        text = text_of(AlertKind(row.kind), self._settings.public_url)
        body = json.dumps({"kind": row.kind, "at": row.at.isoformat(), "text": text, "key": row.key})
        headers = {"Content-Type": "application/json", SIGNATURE: f"sha256={self._signing.keyed_hash(body)}"}
        try:
            answer = await http.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if answer.is_success else str(answer.status_code)

    async def _keep_administrators(self, administrators: Collection[int]) -> None:
        """Record the administrators from before the setting, without alerts."""
        async with self._database.writing() as db:
            await alerts.insert(db, AlertKind.NEW_ADMINISTRATOR, administrators, None)
            if len(administrators) < alerts.BATCH:
                await alerts.insert(db, AlertKind.NEW_ADMINISTRATOR, [alerts.BASELINE], None)

    async def _raise_slow(self) -> None:
        async with self._database.reading() as db:
            refusals, is_backup_missed = await alerts.refusal_counts(db), await self._schedule.is_missed(db)
        await self._raise(AlertKind.MANY_REFUSALS, refusals)
        try:
            self._disk.check()
        except InsufficientStorage:
            await self._raise_today(AlertKind.DISK_LOW)
        if is_backup_missed:
            await self._raise_today(AlertKind.BACKUP_MISSED)

    async def _raise_today(self, kind: AlertKind) -> None:
        if not self.are_wanted:
            return
        today = now().date().toordinal()
        async with self._database.reading() as db:
            if await alerts.is_raised(db, kind, today):
                return
        await self._raise(kind, [today])

    async def _raise(self, kind: AlertKind, record_ids: Collection[int]) -> None:
        """Insert the alerts and queue their mails in one transaction."""
        if not record_ids:
            return
        due_at = now() if self._settings.alert_url is not None else None
        async with self._database.writing() as db:
            raised = await alerts.insert(db, kind, record_ids, due_at)
            for _ in range(raised if self._settings.alert_mail is not None else 0):
                text = text_of(kind, self._settings.public_url)
                await mails.queue(db, self._vault, Kind.ALERT, str(self._settings.alert_mail), text)
