"""Statements about second factors and recovery codes. Secrets are stored encrypted, recovery codes as salted hashes."""

import hmac
import secrets

import pyotp
from sqlalchemy import delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import CannotDecrypt, Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.rules import matching_step, normalize_code
from careplus_auth.store import mails
from careplus_contracts.second_factors import SecondFactorMissing, SecondFactorOn, WrongOtp
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.passkeys import PasskeyChallengeRow, PasskeyRow
from careplus_tables.second_factors import RecoveryCodeRow, SecondFactorRow

RECOVERY_CODES = 10
# Without letters and digits that look alike.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
WRONG = "Enter the code that the app shows now; each works once."


async def has_app(db: AnySession, account: AccountRow) -> bool:
    """Return whether codes of an authenticator app are accepted."""
    row = await db.get(SecondFactorRow, account.id)
    return row is not None and row.confirmed_at is not None


async def check_no_app(db: WriteSession, account: AccountRow) -> None:
    """Raise SecondFactorOn."""
    if await has_app(db, account):
        raise SecondFactorOn("Switch it off first, for another app or device.")


async def prepare(db: WriteSession, vault: Vault, account: AccountRow) -> str:
    """Return a new base32 secret of an app that waits for confirmation."""
    secret, row = pyotp.random_base32(), await _row(db, account)
    row.secret_ciphertext, row.last_step = vault.encrypt(secret), None
    return secret


async def confirm(db: WriteSession, vault: Vault, account: AccountRow, otp: str) -> list[str]:
    """Switch the app on and return recovery codes as `switch_on` does. Raise SecondFactorOn, SecondFactorMissing or WrongOtp."""
    await check_no_app(db, account)
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is None or row.secret_ciphertext is None:
        raise SecondFactorMissing("Prepare it with your password first.")
    if not _use_totp(row, vault, otp):
        raise WrongOtp(WRONG)
    row.confirmed_at = now()
    return await switch_on(db, account)


async def switch_on(db: WriteSession, account: AccountRow) -> list[str]:
    """Require a second factor at sign-in. Return the recovery codes, none where it was required before."""
    if account.second_factor:
        return []
    row = await _row(db, account)
    if row.confirmed_at is None:
        # what was prepared with the password alone must not become a second factor now
        row.secret_ciphertext = None
    await db.execute(delete(PasskeyChallengeRow).where(col(PasskeyChallengeRow.account_id) == account.id))
    account.second_factor = True
    account.version += 1
    codes = ["-".join(_random_text(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    db.add_all(RecoveryCodeRow(account_id=row.account_id, code_hash=_hashed(code, secrets.token_hex(16))) for code in codes)
    await db.flush()
    return codes


async def accepts(db: WriteSession, vault: Vault, account_id: int, otp: str) -> bool:
    """Return whether the code is a fresh TOTP code or an unused recovery code, and use it up."""
    row = await db.get(SecondFactorRow, account_id, with_for_update=True)
    if row is None:
        return False
    if row.confirmed_at is not None and _use_totp(row, vault, otp):
        return True
    unused = (await db.execute(select(RecoveryCodeRow).where(col(RecoveryCodeRow.account_id) == account_id))).scalars()
    recovery = next((row for row in unused.all() if _matches(row.code_hash, otp)), None)
    if recovery is None:
        return False
    await db.delete(recovery)
    return True


async def warn_owner(db: WriteSession, vault: Vault, account: AccountRow) -> None:
    """Queue a mail about a wrong code or passkey after the right password, at most one in WARNING_INTERVAL."""
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is not None and rules.is_warning_due(row.warned_at, now()):
        row.warned_at = now()
        await mails.queue(db, vault, Kind.WRONG_CODE, account.sign_in_email)


async def remove_app(db: WriteSession, account: AccountRow) -> None:
    """Remove the authenticator app. Raise SecondFactorMissing."""
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        raise SecondFactorMissing("There is none to switch off.")
    row.secret_ciphertext, row.confirmed_at, row.last_step = None, None, None
    await switch_off_if_none(db, account)


async def remove_passkey(db: WriteSession, account: AccountRow, passkey: PasskeyRow) -> None:
    """Remove one of the account's passkeys."""
    await db.delete(passkey)
    await db.flush()
    await switch_off_if_none(db, account)


async def switch_off_if_none(db: WriteSession, account: AccountRow) -> None:
    """Switch the second factor off where the account has neither app nor passkey left."""
    passkey = await db.execute(select(col(PasskeyRow.id)).where(col(PasskeyRow.account_id) == account.id).limit(1))
    if passkey.first() is None and not await has_app(db, account):
        await remove(db, account)


async def remove(db: WriteSession, account: AccountRow) -> None:
    """Remove app, passkeys and recovery codes: sign-in needs the password alone."""
    await db.execute(delete(PasskeyRow).where(col(PasskeyRow.account_id) == account.id))
    await db.execute(delete(PasskeyChallengeRow).where(col(PasskeyChallengeRow.account_id) == account.id))
    await db.execute(delete(RecoveryCodeRow).where(col(RecoveryCodeRow.account_id) == account.id))
    await db.execute(delete(SecondFactorRow).where(col(SecondFactorRow.account_id) == account.id))
    account.second_factor = False
    account.version += 1


async def _row(db: WriteSession, account: AccountRow) -> SecondFactorRow:
    """Return the account's row, locked; a new one where it has none."""
    assert account.id is not None
    row = await db.get(SecondFactorRow, account.id, with_for_update=True)
    if row is None:
        row = SecondFactorRow(account_id=account.id, secret_ciphertext=None, confirmed_at=None, last_step=None)
        db.add(row)
        await db.flush()
    return row


def _use_totp(row: SecondFactorRow, vault: Vault, otp: str) -> bool:
    try:
        secret = vault.decrypt(row.secret_ciphertext or "")
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


def _hashed(code: str, salt: str) -> str:
    # One round suffices: the code has about 80 random bits.
    return f"{salt}${sha256_hex(salt + normalize_code(code))}"


def _matches(code_hash: str, code: str) -> bool:
    salt, mark, _ = code_hash.partition("$")
    # codes of an earlier version have no salt
    expected = _hashed(code, salt) if mark else sha256_hex(normalize_code(code))
    return hmac.compare_digest(code_hash, expected)
