"""Statements about confirmed e-mail addresses."""

import secrets

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind, confirmation_link
from careplus_auth.store import mails, passwords, second_factors, sessions
from careplus_contracts.confirmations import InvalidConfirmationCode
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.confirmations import EmailConfirmationRow
from careplus_tables.engine import AnySession, WriteSession


async def request(db: WriteSession, vault: Vault, settings: Settings, account: AccountRow) -> None:
    """Queue the mail with a new one-time link, and delete older links. A confirmed address gets none."""
    if account.email_confirmed_at is not None:
        return
    assert account.id is not None
    await _delete_codes(db, account.id)
    code = secrets.token_urlsafe(24)
    expires_at = now() + rules.CONFIRMATION_LIFETIME
    db.add(EmailConfirmationRow(account_id=account.id, code_hash=sha256_hex(code), expires_at=expires_at))
    await mails.queue(db, vault, Kind.CONFIRM_EMAIL, account.sign_in_email, confirmation_link(settings, code))


async def account_for_code(db: AnySession, code: str) -> AccountRow:
    """Return the account of a confirmation code, locked. Raise InvalidConfirmationCode."""
    found = (
        select(AccountRow)
        .join(EmailConfirmationRow, col(EmailConfirmationRow.account_id) == col(AccountRow.id))
        .where(col(EmailConfirmationRow.code_hash) == sha256_hex(code), col(EmailConfirmationRow.expires_at) > now())
    )
    account = (await db.execute(found.with_for_update())).scalar_one_or_none()
    if account is None or not account.active:
        raise InvalidConfirmationCode("This link was used, is older than three days, or there is a newer one. Ask for another.")
    return account


async def confirm(db: WriteSession, account: AccountRow) -> None:
    """Note that the owner of the account reads the mails to its address."""
    if account.email_confirmed_at is None:
        assert account.id is not None
        account.email_confirmed_at = now()
        account.version += 1
        await _delete_codes(db, account.id)


async def confirm_by_reset(db: WriteSession, account: AccountRow) -> None:
    """Confirm the address of an account after a password reset by mail.

    A second factor from before belongs to the person that registered with this address without reading its mails.
    """
    if account.email_confirmed_at is None and account.second_factor:
        await second_factors.remove(db, account)
    await confirm(db, account)


async def take_address(db: WriteSession, account: AccountRow) -> None:
    """Close an account with an unconfirmed address and give it another address, so that an invitation can have its own."""
    assert account.id is not None
    # random, so that it cannot be registered first
    account.email = f"{secrets.token_hex(8)}@replaced.invalid"
    account.active = False
    account.version += 1
    await _delete_codes(db, account.id)
    await passwords.delete_reset_codes(db, account.id)
    await sessions.end_all(db, account.id)
    await db.flush()


async def _delete_codes(db: WriteSession, account_id: int) -> None:
    await db.execute(delete(EmailConfirmationRow).where(col(EmailConfirmationRow.account_id) == account_id))
