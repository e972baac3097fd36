"""Checks of the database, the mail server and the backups."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from careplus_auth.backups.backup_file import check
from careplus_auth.backups.encryption import encryption_of
from careplus_auth.backups.making import folder_of
from careplus_auth.backups.manifest import signer
from careplus_auth.backups.refusing import BackupDamaged, BackupFailed
from careplus_auth.mail.delivery import server
from careplus_cli.checks.finding import Finding, failed, ok, warning
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_tables.backups import BackupRow
from careplus_tables.columns import core
from careplus_tables.engine import is_sqlite, sync_engine
from careplus_tables.migrate import HEAD, is_compatible

OLDEST_POSTGRESQL = 150000
SMTP_TIMEOUT_S = 10
MOST_CLOCK_DIFFERENCE = timedelta(seconds=5)
BACKUP = core(BackupRow)
OLDEST_BACKUP = timedelta(hours=26)


def database(settings: Settings) -> Iterator[Finding]:
    """Check the schema's revision, that rows can be written, and that the content is intact."""
    url = settings.database
    if is_sqlite(url) and not Path(sa.make_url(url).database or "").exists():
        yield warning("database", "there is none yet", "start the hospital, or run `careplus migrate`")
        return
    try:
        engine = sync_engine(url)
        with engine.connect() as connection:
            yield _revision(url, connection)
            # rolled back
            connection.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()
            yield ok("database", "a row can be written")
            yield from _sqlite(connection) if is_sqlite(url) else _postgresql(connection)
        engine.dispose()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        yield failed("database", reason[0], "correct DATABASE_URL, start the server, or restore a backup (`careplus restore`)")


def mail(settings: Settings) -> Iterator[Finding]:
    """Connect to the mail server, greet it and sign in; no mail is sent."""
    if settings.smtp_url is None:
        yield warning("mail", "no mail server is set, so mails become files", "set CAREPLUS_SMTP_URL")
        return
    arguments = server(settings.smtp_url)
    try:
        asyncio.run(_greet(arguments, urlsplit(settings.public_url).hostname))
    except (aiosmtplib.SMTPException, OSError) as error:
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        text = f"{arguments['hostname']}:{arguments['port']} cannot be used: {reason}"
        yield failed("mail", text, "correct CAREPLUS_SMTP_URL, or ask the operator of the mail server")
    else:
        yield ok("mail", f"{arguments['hostname']}:{arguments['port']} answers")


def backups(settings: Settings) -> Iterator[Finding]:
    """Check the settings of backups, the age of the newest one, and its file."""
    if settings.backup_folder is None:
        yield warning("backup", "none are made here", "set CAREPLUS_BACKUP_FOLDER, _AT and _ENCRYPTION (docs/operations.md)")
        return
    try:
        encryption_of(settings)
        engine = sync_engine(settings.database, reader=True)
        with engine.connect() as connection:
            rows = sa.select(BACKUP.c.at, BACKUP.c.file, BACKUP.c.failure).order_by(BACKUP.c.at.desc(), BACKUP.c.id.desc())
            last = connection.execute(rows.limit(1)).first()
            made = connection.execute(rows.where(BACKUP.c.failure.is_(None)).limit(1)).first()
        engine.dispose()
    except BackupFailed as reason:
        yield failed("backup", str(reason), "see .env.example")
        return
    except SQLAlchemyError:
        yield warning("backup", "the list of backups cannot be read", "see the lines of the database")
        return
    if last is not None and last.failure is not None:
        yield failed("backup", f"the last one failed: {last.failure}", "remove the cause, then run `careplus backup`")
    if made is None:
        yield failed("backup", "there is none", "run `careplus backup`")
    elif made.at < now() - OLDEST_BACKUP:
        yield failed("backup", f"the newest is of {made.at:%Y-%m-%d %H:%M} UTC", "set CAREPLUS_BACKUP_AT; see the log of auth")
    else:
        yield _file(settings, folder_of(settings) / made.file)


def _revision(url: str, connection: sa.Connection) -> Finding:
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    if found == HEAD:
        return ok("revision", f"the database is at {found}, as this version needs it")
    if found > HEAD and is_compatible(url):
        return ok("revision", f"the database is at {found}, which admits this version")
    newer = "install the newer version of CarePlus" if found > HEAD else "run `careplus migrate`"
    return failed("revision", f"the database is at {found}, this version needs {HEAD}", newer)


def _sqlite(connection: sa.Connection) -> Iterator[Finding]:
    found = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar_one()
    broken = connection.execute(sa.text("PRAGMA foreign_key_check")).first()
    remedy = "restore a backup (`careplus restore`)"
    if found != "ok":
        yield failed("database", f"the check found: {found}", remedy)
    elif broken is not None:
        yield failed("database", f"a row of {broken[0]} references a missing row of {broken[2]}", remedy)
    else:
        yield ok("database", "the file is intact, and each reference has its row")


def _postgresql(connection: sa.Connection) -> Iterator[Finding]:
    number, version = (
        connection.execute(sa.text(f"SHOW {name}")).scalar_one() for name in ("server_version_num", "server_version")
    )
    if int(number) < OLDEST_POSTGRESQL:
        yield failed("versions", f"PostgreSQL {version}", "install PostgreSQL 15 or newer")
    else:
        yield ok("versions", f"PostgreSQL {version}")
    difference = abs(connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one() - now())
    if difference > MOST_CLOCK_DIFFERENCE:
        text = f"the server of the database differs by {difference.total_seconds():.0f} s"
        yield failed("clock", text, "run a time service on both machines")
    else:
        yield ok("clock", "the server of the database has the same time")


def _file(settings: Settings, file: Path) -> Finding:
    try:
        made = check(file, signer(settings)).at
    except (BackupDamaged, OSError, SettingsError) as reason:
        return failed("backup", f"{file} cannot be used: {reason}", "run `careplus backup`, and check the disk of the folder")
    return ok("backup", f"{file.name} of {made:%Y-%m-%d %H:%M} UTC is complete")


async def _greet(arguments: dict[str, object], ours: str | None) -> None:
    client = aiosmtplib.SMTP(local_hostname=ours, timeout=SMTP_TIMEOUT_S, **arguments)  # type: ignore[arg-type] # mypy checks `**arguments` against every parameter
    async with client:
        await client.ehlo()
