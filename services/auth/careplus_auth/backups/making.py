"""Make one backup: copy, encrypt, read again, record, and remove the ones that are superseded. One process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from careplus_auth.backups import backup_file
from careplus_auth.backups.copying import copied
from careplus_auth.backups.encryption import encryption_of
from careplus_auth.backups.manifest import Manifest, signer
from careplus_auth.backups.refusing import BackupDamaged, BackupFailed
from careplus_auth.backups.retention import backups_in, superseded
from careplus_auth.crypto.vault import Vault
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.backups import BackupRow
from careplus_tables.columns import core
from careplus_tables.engine import is_sqlite, sync_engine
from careplus_tables.locking import Work, alone_or_not

TABLE = core(BackupRow)
LISTED = timedelta(days=400)


class Backup(NamedTuple):
    """A file that was written and read again, its manifest, and the older files that were removed."""

    file: Path
    manifest: Manifest
    removed: list[Path]


def make_backup(settings: Settings, since: datetime | None = None) -> Backup | None:
    """Make a backup into CAREPLUS_BACKUP_FOLDER and record it, or its failure.

    Return None when another process makes one now, or one was made since `since`. Raises BackupFailed and SettingsError.
    """
    keys = signer(settings)
    with _one_line_errors(), _turn(settings) as is_ours:
        if not is_ours or (since is not None and _is_made(settings.database, since)):
            return None
        try:
            with _one_line_errors():
                made = _make(settings, keys)
        except BackupFailed as reason:
            # the database may be what failed
            with suppress(SQLAlchemyError):
                _record(settings.database, at=now(), file=None, size=None, failure=str(reason))
            raise
        _record(settings.database, at=made.manifest.at, file=made.file.name, size=made.file.stat().st_size, failure=None)
        return made


def folder_of(settings: Settings) -> Path:
    """Return the folder of backups. Raise BackupFailed."""
    if settings.backup_folder is None:
        raise BackupFailed("CAREPLUS_BACKUP_FOLDER: is missing; name a folder, on another disk or machine if possible")
    return settings.backup_folder


def _make(settings: Settings, keys: Vault) -> Backup:
    folder, encryption = folder_of(settings), encryption_of(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("careplus-*.part"):
        # of an attempt that was killed
        left.unlink()
    with copied(settings) as (facts, copy):
        file = folder / f"careplus-{facts.at:%Y-%m-%dT%H%M%S}.{facts.at.microsecond // 1000:03}Z.zip"
        part = file.with_suffix(".part")
        try:
            kind = "sqlite" if is_sqlite(settings.database) else "postgresql"
            manifest = backup_file.write(part, copy, kind, facts, encryption, keys)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    try:
        backup_file.check(part, keys)
    except BackupDamaged as reason:
        part.unlink()
        raise BackupFailed(f"{part} was read again: {reason}. Check the disk.") from None
    part.rename(file)
    _sync(folder)
    removed = superseded(backups_in(folder, keys), settings.backup_keep_days, settings.backup_keep_weeks)
    for old in removed:
        old.unlink()
    return Backup(file, manifest, removed)


@contextmanager
def _turn(settings: Settings) -> Iterator[bool]:
    """Yield whether no other process makes a backup of this database; none can begin one until the block ends."""
    if not is_sqlite(settings.database):
        with alone_or_not(settings.database, Work.BACK_UP) as is_ours:
            yield is_ours
        return
    lock = Path(sa.make_url(settings.database).database or "").with_name("backup.lock")
    opened = os.open(lock, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(opened)


def _is_made(url: str, since: datetime) -> bool:
    engine = sync_engine(url, reader=True)
    with engine.connect() as connection:
        made = sa.select(TABLE.c.id).where(TABLE.c.at >= since, TABLE.c.failure.is_(None)).limit(1)
        found = connection.execute(made).first()
    engine.dispose()
    return found is not None


def _record(url: str, **columns: object) -> None:
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.delete(TABLE).where(TABLE.c.at < now() - LISTED))
        connection.execute(sa.insert(TABLE).values(**columns))
    engine.dispose()


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise BackupFailed(reason[0] if reason else type(error).__name__) from None
