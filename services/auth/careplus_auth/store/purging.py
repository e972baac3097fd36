"""Deletion of expired rows, in small batches that hold the write lock briefly."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlmodel import col

from careplus_runtime.http import idempotency
from careplus_runtime.process.clock import now
from careplus_tables.accounts import RefreshTokenRow, SessionRow
from careplus_tables.attempts import AttemptsRow
from careplus_tables.engine import WriteSession
from careplus_tables.mails import MailRow
from careplus_tables.passwords import PasswordResetRow

BATCH = 500
MAILS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=30)


async def purge(db: WriteSession) -> int:
    """Delete up to BATCH rows of each kind. Return the largest number deleted of one kind."""
    at = now()
    ended = select(col(SessionRow.id)).where(col(SessionRow.expires_at) <= at - SESSIONS_KEPT)
    of_ended = select(col(RefreshTokenRow.token_hash)).where(col(RefreshTokenRow.session_id).in_(ended))
    attempts = select(col(AttemptsRow.key)).where(col(AttemptsRow.forgotten_at) <= at)
    resets = select(col(PasswordResetRow.account_id)).where(col(PasswordResetRow.expires_at) <= at)
    mails = select(col(MailRow.id)).where(col(MailRow.created_at) <= at - MAILS_KEPT)
    unused = ended.where(
        ~select(col(RefreshTokenRow.token_hash)).where(col(RefreshTokenRow.session_id) == col(SessionRow.id)).exists()
    )
    statements = (
        delete(RefreshTokenRow).where(col(RefreshTokenRow.token_hash).in_(of_ended.limit(BATCH))),
        delete(SessionRow).where(col(SessionRow.id).in_(unused.limit(BATCH))),
        delete(AttemptsRow).where(col(AttemptsRow.key).in_(attempts.limit(BATCH))),
        delete(PasswordResetRow).where(col(PasswordResetRow.account_id).in_(resets.limit(BATCH))),
        delete(MailRow).where(col(MailRow.id).in_(mails.limit(BATCH))),
    )
    found = [cast(CursorResult[Any], await db.execute(statement)).rowcount for statement in statements]
    return max(*found, await idempotency.purge(db, BATCH))
