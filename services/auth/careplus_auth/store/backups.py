"""Statements about the attempts to back up."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from careplus_tables.backups import BackupRow
from careplus_tables.engine import AnySession


async def last_success(db: AnySession) -> datetime | None:
    """Return when the newest backup was taken."""
    return await _last(db, failed=False)


async def last_failure(db: AnySession) -> datetime | None:
    """Return when the last attempt failed."""
    return await _last(db, failed=True)


async def _last(db: AnySession, *, failed: bool) -> datetime | None:
    is_failure = col(BackupRow.failure).is_not(None) if failed else col(BackupRow.failure).is_(None)
    newest = select(col(BackupRow.at)).where(is_failure).order_by(col(BackupRow.at).desc()).limit(1)
    return (await db.execute(newest)).scalar_one_or_none()
