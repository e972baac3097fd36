"""Statements about the queues, sessions and backups of auth, for the metrics."""

from sqlalchemy import func, select
from sqlmodel import col

from careplus_auth.store import audit_links
from careplus_contracts.notices import NoticeState
from careplus_runtime.monitoring.catalogue import BACKUP, MAIL_AGE, MAILS, SESSIONS, UNLINKED, UNLINKED_AGE, Sample, age_s
from careplus_runtime.process.clock import now
from careplus_tables.accounts import SessionRow
from careplus_tables.alerts import AlertRow
from careplus_tables.backups import BackupRow
from careplus_tables.engine import Database
from careplus_tables.mails import MailRow
from careplus_tables.notices import NoticeRow


async def read_queues(database: Database) -> list[Sample]:
    """Return the length of each queue, and the age of its oldest row. A notice of tomorrow morning does not wait yet."""
    is_notice_due = (col(NoticeRow.state) == NoticeState.WAITING.value) & (
        (col(NoticeRow.due_at) <= now()) | (col(NoticeRow.attempts) > 0)
    )
    samples: list[Sample] = []
    async with database.reading() as db:
        for name, row, at, waits in (
            ("mails", MailRow, col(MailRow.created_at), col(MailRow.ciphertext).is_not(None)),
            ("notices", NoticeRow, col(NoticeRow.created_at), is_notice_due),
            ("alerts", AlertRow, col(AlertRow.at), col(AlertRow.due_at).is_not(None)),
        ):
            query = select(func.count(), func.min(at)).select_from(row).where(waits)
            count, oldest = (await db.execute(query.execution_options(cross_patient="counts rows of all people"))).one()
            samples += [Sample(MAILS, count, (name,)), Sample(MAIL_AGE, age_s(oldest), (name,))]
    return samples


async def read_chain(database: Database) -> list[Sample]:
    """Return the number of audit events without a link, and the age of the oldest one."""
    async with database.reading() as db:
        count, oldest = await audit_links.count_unlinked(db)
    return [Sample(UNLINKED, count), Sample(UNLINKED_AGE, age_s(oldest))]


async def read_sessions(database: Database) -> list[Sample]:
    """Return the number of sessions that can be used or renewed."""
    is_open = (col(SessionRow.ended_at).is_(None), col(SessionRow.expires_at) > now())
    async with database.reading() as db:
        return [Sample(SESSIONS, (await db.execute(select(func.count()).select_from(SessionRow).where(*is_open))).scalar_one())]


async def read_last_backup(database: Database) -> list[Sample]:
    """Return the time of the last backup that was written, or nothing before the first one."""
    async with database.reading() as db:
        at = (await db.execute(select(func.max(col(BackupRow.at))).where(col(BackupRow.failure).is_(None)))).scalar_one()
    return [] if at is None else [Sample(BACKUP, at.timestamp())]


READERS = (read_queues, read_chain, read_sessions, read_last_backup)
