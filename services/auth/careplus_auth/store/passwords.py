"""Statements about passwords and reset codes."""

import secrets

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.store import sessions
from careplus_contracts.passwords import InvalidResetCode
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.passwords import PasswordResetRow


async def create_reset_code(db: WriteSession, account_id: int) -> str:
    """Return a new one-time code and delete older ones."""
    await delete_reset_codes(db, account_id)
    code = secrets.token_urlsafe(24)
    row = PasswordResetRow(account_id=account_id, code_hash=sha256_hex(code), expires_at=now() + rules.RESET_LIFETIME)
    db.add(row)
    await db.flush()
    return code


async def account_for_reset_code(db: AnySession, code: str) -> AccountRow:
    """Return the account of a reset code, locked. Raise InvalidResetCode."""
    found = (
        select(AccountRow)
        .join(PasswordResetRow, col(PasswordResetRow.account_id) == col(AccountRow.id))
        .where(col(PasswordResetRow.code_hash) == sha256_hex(code), col(PasswordResetRow.expires_at) > now())
    )
    account = (await db.execute(found.with_for_update())).scalar_one_or_none()
    if account is None or not account.active:
        raise InvalidResetCode("This link was used, is older than an hour, or there is a newer one. Ask for another.")
    return account


async def change(db: WriteSession, account: AccountRow, password_hash: str, *, keep_session: str | None) -> None:
    """Set the password, delete reset codes and end all sessions except `keep_session`."""
    assert account.id is not None
    account.password_hash = password_hash
    account.version += 1
    await delete_reset_codes(db, account.id)
    await sessions.end_all(db, account.id, keep=keep_session)


async def delete_reset_codes(db: WriteSession, account_id: int) -> None:
    await db.execute(delete(PasswordResetRow).where(col(PasswordResetRow.account_id) == account_id))
