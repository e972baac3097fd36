"""The check of e-mail, password and second factor, before an act of the account's owner in the same transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request

from careplus_auth import rules
from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.attempts import Limits
from careplus_auth.store import accounts, passkeys, second_factors
from careplus_contracts.accounts import InvalidCredentials, Login, OtpRequired
from careplus_runtime.audit.recorder import identify_patients, identify_subject
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

T = TypeVar("T")
WRONG = "Check the e-mail and the password."
NEEDS_FACTOR = "Enter the code that your authenticator app shows, or a recovery code, or use a passkey."
WRONG_CODE_REASON, WRONG_PASSKEY_REASON = "right password, wrong code", "right password, wrong passkey"
WRONG_CODE = "This code is wrong, too old or was used already. Enter the next one."
WRONG_PASSKEY = "This answer of the passkey is not valid any more. Use the passkey again, or a code."


async def with_owner(request: Request, body: Login, limits: Limits, act: Callable[[WriteSession, AccountRow], Awaitable[T]]) -> T:
    """Return the result of `act` for the account, locked, once its owner is proved.

    Raise InvalidCredentials, OtpRequired and AccountInactive, TooManyAttempts while the counters `limits` demand a delay.
    """
    async with request.app.state.attempts.recorded(limits):
        known = await _check_password(request, body)
        done = await _act(request, body, limits, known, act)
    if isinstance(done, OtpRequired):
        raise done
    return done


async def _check_password(request: Request, body: Login) -> AccountRow:
    """Return the account as it was when its password matched.

    Raise InvalidCredentials, after the same time for an unknown e-mail.
    """
    async with request.app.state.database.reading() as db:
        account = await accounts.by_email(db, body.email)
    if account is not None:
        identify_subject(request, accounts.to_contract(account))
    # Outside of a transaction: hashing takes too long to hold a connection.
    if not await passwords.verify_password(body.password, account.password_hash if account else None) or account is None:
        raise InvalidCredentials(WRONG)
    return account


async def _act(
    request: Request, body: Login, limits: Limits, known: AccountRow, act: Callable[[WriteSession, AccountRow], Awaitable[T]]
) -> T | OtpRequired:
    """Return the result of `act`, or OtpRequired; the transaction is committed in both cases.

    A request without a code or passkey is no attempt; of a wrong one the owner is told. Raise InvalidCredentials or
    AccountInactive.
    """
    attempts, renewed = request.app.state.attempts, await passwords.rehash_if_needed(body.password, known.password_hash or "")
    async with request.app.state.database.writing() as db:
        # Lock the row, so that no password change commits between this check and the session.
        account = await accounts.by_email(db, body.email, lock=True)
        if account is None or account.password_hash != known.password_hash:
            raise InvalidCredentials(WRONG)
        rules.check_open(account.active)
        if account.second_factor and not (body.otp or body.passkey):
            await attempts.reset(db, limits)
            return await _factor_required(request, db, account, NEEDS_FACTOR)
        if account.second_factor and not await _is_factor_right(request, db, account, body):
            await second_factors.warn_owner(db, request.app.state.vault, account)
            identify_patients(request, (), WRONG_PASSKEY_REASON if body.passkey else WRONG_CODE_REASON)
            return await _factor_required(request, db, account, WRONG_PASSKEY if body.passkey else WRONG_CODE)
        await attempts.reset(db, limits, clear=next(iter(limits)))
        account.password_hash = renewed or account.password_hash
        return await act(db, account)


async def _is_factor_right(request: Request, db: WriteSession, account: AccountRow, body: Login) -> bool:
    """Return whether `passkey` answers for the account; without one, whether `otp` is a code of it."""
    assert account.id is not None
    if body.passkey is not None:
        return await passkeys.accepts(db, request.app.state.settings, account, body.passkey)
    return await second_factors.accepts(db, request.app.state.vault, account.id, body.otp or "")


async def _factor_required(request: Request, db: WriteSession, account: AccountRow, detail: str) -> OtpRequired:
    """Return the refusal with the factors that the account has, and a new request to its passkeys."""
    asked = await passkeys.request(db, request.app.state.settings, account)
    return OtpRequired(detail, app=await second_factors.has_app(db, account), passkey=asked)
