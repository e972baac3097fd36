"""What nobody needs any more: taken out a little at a time, so that nobody waits for it."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_runtime.http import idempotency
from careplus_runtime.process.clock import now
from careplus_tables.accounts import RefreshTokenRow, SessionRow
from careplus_tables.attempts import AttemptsRow
from careplus_tables.mails import MailRow
from careplus_tables.passwords import PasswordResetRow

AT_ONCE = 500
MAILS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=30)


async def purge(db: AsyncSession) -> int:
    """Delete up to AT_ONCE rows of each kind; answers how many there were of the most."""
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
        delete(RefreshTokenRow).where(col(RefreshTokenRow.token_hash).in_(of_ended.limit(AT_ONCE))),
        delete(SessionRow).where(col(SessionRow.id).in_(unused.limit(AT_ONCE))),
        delete(AttemptsRow).where(col(AttemptsRow.key).in_(attempts.limit(AT_ONCE))),
        delete(PasswordResetRow).where(col(PasswordResetRow.account_id).in_(resets.limit(AT_ONCE))),
        delete(MailRow).where(col(MailRow.id).in_(mails.limit(AT_ONCE))),
    )
    found = [cast(CursorResult[Any], await db.execute(statement)).rowcount for statement in statements]
    return max(*found, await idempotency.purge(db, AT_ONCE))
