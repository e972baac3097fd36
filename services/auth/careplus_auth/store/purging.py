"""Deletion of expired rows, in small batches that hold the write lock briefly."""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, delete, select
from sqlmodel import col

from careplus_auth.alerts.kinds import AlertKind
from careplus_runtime import notices
from careplus_runtime.http import idempotency
from careplus_runtime.process.clock import now
from careplus_tables.accounts import RefreshTokenRow, SessionRow
from careplus_tables.alerts import AlertRow
from careplus_tables.attempts import AttemptsRow
from careplus_tables.confirmations import EmailConfirmationRow
from careplus_tables.engine import WriteSession
from careplus_tables.mails import MailRow
from careplus_tables.passkeys import PasskeyChallengeRow
from careplus_tables.passwords import PasswordResetRow
from careplus_tables.sign_on import UsedStateRow

BATCH = 500
MAILS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=30)


async def purge(db: WriteSession) -> int:
    """Delete up to BATCH rows of each kind. Return the largest number deleted of one kind."""
    at = now()
    ended = select(col(SessionRow.id)).where(col(SessionRow.expires_at) <= at - SESSIONS_KEPT)
    of_ended = select(col(RefreshTokenRow.token_hash)).where(col(RefreshTokenRow.session_id).in_(ended))
    challenges = select(col(PasskeyChallengeRow.challenge)).where(col(PasskeyChallengeRow.expires_at) <= at)
    attempts = select(col(AttemptsRow.key)).where(col(AttemptsRow.forgotten_at) <= at)
    resets = select(col(PasswordResetRow.account_id)).where(col(PasswordResetRow.expires_at) <= at)
    confirmations = select(col(EmailConfirmationRow.account_id)).where(col(EmailConfirmationRow.expires_at) <= at)
    mails = select(col(MailRow.id)).where(col(MailRow.created_at) <= at - MAILS_KEPT)
    # an administrator's alert stays, or it would be raised again
    is_old = (col(AlertRow.at) <= at - MAILS_KEPT, col(AlertRow.due_at).is_(None))
    kept = (col(AlertRow.kind) == AlertKind.NEW_ADMINISTRATOR.value, col(AlertRow.record_id).is_not(None))
    alerts = select(col(AlertRow.key)).where(*is_old, ~and_(*kept))
    unused = ended.where(
        ~select(col(RefreshTokenRow.token_hash)).where(col(RefreshTokenRow.session_id) == col(SessionRow.id)).exists()
    )
    states = select(col(UsedStateRow.state_hash)).where(col(UsedStateRow.expires_at) <= at)
    statements = (
        delete(RefreshTokenRow).where(col(RefreshTokenRow.token_hash).in_(of_ended.limit(BATCH))),
        delete(SessionRow).where(col(SessionRow.id).in_(unused.limit(BATCH))),
        delete(AttemptsRow).where(col(AttemptsRow.key).in_(attempts.limit(BATCH))),
        delete(PasskeyChallengeRow).where(col(PasskeyChallengeRow.challenge).in_(challenges.limit(BATCH))),
        delete(PasswordResetRow).where(col(PasswordResetRow.account_id).in_(resets.limit(BATCH))),
        delete(EmailConfirmationRow).where(col(EmailConfirmationRow.account_id).in_(confirmations.limit(BATCH))),
        delete(MailRow).where(col(MailRow.id).in_(mails.limit(BATCH))),
        delete(UsedStateRow).where(col(UsedStateRow.state_hash).in_(states.limit(BATCH))),
        delete(AlertRow).where(col(AlertRow.key).in_(alerts.limit(BATCH))),
    )
    found = [cast(CursorResult[Any], await db.execute(statement)).rowcount for statement in statements]
    return max(*found, await idempotency.purge(db, BATCH), await notices.purge(db, at - MAILS_KEPT, BATCH))
