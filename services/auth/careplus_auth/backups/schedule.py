"""Backups at CAREPLUS_BACKUP_AT each day, in a process of their own: compression would delay requests."""

import asyncio
import sys
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_auth.backups.encryption import encryption_of
from careplus_auth.backups.making import folder_of
from careplus_auth.backups.refusing import BackupFailed
from careplus_auth.store import backups
from careplus_clinic.clinic_time import DAY, first_instant, local_date
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_tables.engine import AnySession, Database

POLL_INTERVAL_S = 20.0
RETRY = timedelta(hours=1)
"""After a failed attempt."""
PATIENCE = timedelta(hours=2)
"""From the time of a backup, or from the start of auth, until a backup that is not there counts as missed."""


def due_since(at: str, zone: ZoneInfo, instant: datetime) -> datetime:
    """Return the last time of a daily backup up to an instant. `at`: the clinic's time of the day, such as 02:30."""
    minute, day = int(at[:2]) * 60 + int(at[3:]), local_date(instant, zone)
    today = first_instant(day, minute, zone)
    return today if today <= instant else first_instant(day - DAY, minute, zone)


class BackupSchedule:
    """Starts the backups of one hospital; several processes of auth take turns by the lock of `make_backup`."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Raise SettingsError when a backup could not be written as the settings say."""
        self._database = database
        self._settings = settings
        self.started_at = now()
        self._failed_at: datetime | None = None
        if settings.backup_at is not None:
            try:
                folder_of(settings)
                encryption_of(settings)
            except BackupFailed as reason:
                raise SettingsError(str(reason)) from None

    async def run(self) -> None:
        """Work until cancelled; without CAREPLUS_BACKUP_AT, return."""
        while self._settings.backup_at is not None:
            try:
                async with self._database.reading() as db:
                    due = await self.due(db)
                if due is not None:
                    await self._back_up(due)
            except Exception as error:  # The task must survive every failure: no supervisor restarts it.
                log.error("backup_failed", reason=error_type(error))
            await asyncio.sleep(POLL_INTERVAL_S)

    async def due(self, db: AnySession) -> datetime | None:
        """Return since when a backup is due, None where it was made, or failed within the last hour."""
        since, made, failed = await self._state(db)
        if since is None or (made is not None and made >= since):
            return None
        # a process that was killed records no failure
        failed = max((at for at in (failed, self._failed_at) if at is not None), default=None)
        return None if failed is not None and failed >= now() - RETRY else since

    async def is_missed(self, db: AnySession) -> bool:
        """Return whether the last backup that was due failed, or was not made in time."""
        since, made, failed = await self._state(db)
        if since is None or (made is not None and made >= since):
            return False
        return (failed is not None and failed >= since) or now() >= max(since, self.started_at) + PATIENCE

    async def _state(self, db: AnySession) -> tuple[datetime | None, datetime | None, datetime | None]:
        if self._settings.backup_at is None:
            return None, None, None
        since = due_since(self._settings.backup_at, self._settings.clinic_zone, now())
        return since, await backups.last_success(db), await backups.last_failure(db)

    async def _back_up(self, due: datetime) -> None:
        """Run `python -m careplus_auth.backups`, and log its output."""
        begun = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "careplus_auth.backups", due.isoformat()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            raise
        lines = output.decode(errors="replace").strip().splitlines()
        if process.returncode:
            self._failed_at = now()
            log.error("backup_failed", reason=lines[-1] if lines else f"ended with {process.returncode}")
        elif lines:
            log.info("backup_made", file=lines[-1], seconds=round(time.monotonic() - begun, 1))
