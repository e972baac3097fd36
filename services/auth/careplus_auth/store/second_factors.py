"""Statements about second factors. Secrets are stored encrypted, recovery codes hashed."""

import secrets

import pyotp
from sqlalchemy import delete
from sqlmodel import col

from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_auth.rules import matching_step, normalize_code
from careplus_contracts.second_factors import SecondFactorMissing, SecondFactorOn, WrongOtp
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession
from careplus_tables.second_factors import RecoveryCodeRow, SecondFactorRow

RECOVERY_CODES = 10
# Without letters and digits that look alike.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
WRONG = "Enter the code that the app shows now; each works once."


async def prepare(db: WriteSession, vault: Vault, account: AccountRow) -> str:
    """Return a new base32 secret that waits for confirmation. Raise SecondFactorOn."""
    assert account.id is not None
    _check_off(account)
    secret = pyotp.random_base32()
    row = await db.get(SecondFactorRow, account.id) or SecondFactorRow(
        account_id=account.id, secret_ciphertext="", confirmed_at=None, last_step=None
    )
    row.secret_ciphertext, row.last_step = vault.encrypt(secret), None
    db.add(row)
    await db.flush()
    return secret


async def confirm(db: WriteSession, vault: Vault, account: AccountRow, otp: str) -> list[str]:
    """Switch the second factor on and return the recovery codes. Raise SecondFactorOn, SecondFactorMissing or WrongOtp."""
    assert account.id is not None
    _check_off(account)
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is None:
        raise SecondFactorMissing("Prepare it with your password first.")
    if not _use_totp(row, vault, otp):
        raise WrongOtp(WRONG)
    row.confirmed_at, account.second_factor = now(), True
    account.version += 1
    codes = ["-".join(_random_text(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    db.add_all(RecoveryCodeRow(account_id=account.id, code_hash=_hashed(code)) for code in codes)
    await db.flush()
    return codes


async def accepts(db: WriteSession, vault: Vault, account_id: int, otp: str) -> bool:
    """Return whether the code is a fresh TOTP code or an unused recovery code, and use it up."""
    row = await db.get(SecondFactorRow, account_id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return False
    if _use_totp(row, vault, otp):
        return True
    recovery = await db.get(RecoveryCodeRow, (account_id, _hashed(otp)))
    if recovery is None:
        return False
    await db.delete(recovery)
    return True


async def remove(db: WriteSession, account: AccountRow) -> None:
    """Switch the second factor off. Raise SecondFactorMissing."""
    if not account.second_factor:
        raise SecondFactorMissing("There is none to switch off.")
    await db.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.account_id) == account.id))
    await db.execute(delete(SecondFactorRow).where(col(SecondFactorRow.account_id) == account.id))
    account.second_factor = False
    account.version += 1


def _check_off(account: AccountRow) -> None:
    if account.second_factor:
        raise SecondFactorOn("Switch it off first, for another app or device.")


def _use_totp(row: SecondFactorRow, vault: Vault, otp: str) -> bool:
    try:
        secret = vault.decrypt(row.secret_ciphertext)
    except CannotDecrypt:
        return False
    step = matching_step(pyotp.TOTP(secret).generate_otp, otp, int(now().timestamp()), row.last_step)
    if step is None:
        return False
    # Encrypt with the newest secret, so that a retired SECRET_KEY is no longer needed for this row.
    row.last_step, row.secret_ciphertext = step, vault.encrypt(secret)
    return True


def _random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _hashed(code: str) -> str:
    # A plain hash suffices: the code has about 80 random bits.
    return sha256_hex(normalize_code(code))
