"""Statements about second factors. Secrets are sealed, recovery codes hashed."""

import hashlib
import secrets

import pyotp
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth.crypto.vault import Unreadable, Vault
from careplus_auth.rules import fitting_step, normal_code
from careplus_contracts.second_factors import SecondFactorMissing, SecondFactorOn, WrongOtp
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.second_factors import RecoveryCodeRow, SecondFactorRow

RECOVERY_CODES = 10
# no letters or digits that look like others
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
WRONG = "Enter the code that the app shows now; each works once."


async def prepare(db: AsyncSession, vault: Vault, account: AccountRow) -> str:
    """A new secret, in base32, that waits to be confirmed. Raises SecondFactorOn."""
    assert account.id is not None
    _check_off(account)
    secret = pyotp.random_base32()
    row = await db.get(SecondFactorRow, account.id) or SecondFactorRow(
        account_id=account.id, secret_ciphertext="", confirmed_at=None, last_step=None
    )
    row.secret_ciphertext, row.last_step = vault.seal(secret), None
    db.add(row)
    await db.flush()
    return secret


async def confirm(db: AsyncSession, vault: Vault, account: AccountRow, otp: str) -> list[str]:
    """Switch it on; answers the recovery codes. Raises SecondFactorOn, SecondFactorMissing and WrongOtp."""
    assert account.id is not None
    _check_off(account)
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is None:
        raise SecondFactorMissing("Prepare it with your password first.")
    if not _takes(row, vault, otp):
        raise WrongOtp(WRONG)
    row.confirmed_at, account.second_factor = now(), True
    account.version += 1
    codes = ["-".join(_some(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    db.add_all(RecoveryCodeRow(account_id=account.id, code_hash=_hashed(code)) for code in codes)
    await db.flush()
    return codes


async def accepts(db: AsyncSession, vault: Vault, account_id: int, otp: str) -> bool:
    """Whether a code of the app or a recovery code fits; it does not fit again."""
    row = await db.get(SecondFactorRow, account_id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return False
    if _takes(row, vault, otp):
        return True
    recovery = await db.get(RecoveryCodeRow, (account_id, _hashed(otp)))
    if recovery is None:
        return False
    await db.delete(recovery)
    return True


async def remove(db: AsyncSession, account: AccountRow) -> None:
    """Raises SecondFactorMissing."""
    if not account.second_factor:
        raise SecondFactorMissing("There is none to switch off.")
    await db.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.account_id) == account.id))
    await db.execute(delete(SecondFactorRow).where(col(SecondFactorRow.account_id) == account.id))
    account.second_factor = False
    account.version += 1


def _check_off(account: AccountRow) -> None:
    if account.second_factor:
        raise SecondFactorOn("Switch it off first, for another app or device.")


def _takes(row: SecondFactorRow, vault: Vault, otp: str) -> bool:
    try:
        secret = vault.open(row.secret_ciphertext)
    except Unreadable:
        return False
    step = fitting_step(pyotp.TOTP(secret).generate_otp, otp, int(now().timestamp()), row.last_step)
    if step is None:
        return False
    # sealed anew, so that a secret of the house that is not listed any more is not needed for it
    row.last_step, row.secret_ciphertext = step, vault.seal(secret)
    return True


def _some(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _hashed(code: str) -> str:
    # about 80 bits of chance: nothing that could be guessed from its hash
    return hashlib.sha256(normal_code(code).encode()).hexdigest()
