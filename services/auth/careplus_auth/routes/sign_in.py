"""Sign-in with password and second factor."""

from fastapi import Request, Response

from careplus_auth import rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.sign_in import cookies, passwords
from careplus_auth.sign_in.attempts import Limits, sign_in_limits
from careplus_auth.sign_in.client_info import client_device, client_network
from careplus_auth.store import accounts, second_factors, sessions
from careplus_auth.store.sessions import OpenedSession
from careplus_contracts import accounts as contract
from careplus_contracts.accounts import InvalidCredentials, Login, OtpRequired, Tokens
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

routes = Routes()
WRONG = "Check the e-mail and the password."
NEEDS_CODE = "Enter the code that your authenticator app shows, or a recovery code."
WRONG_CODE = "This code is wrong, too old or was used already. Enter the next one."


@routes.serve(contract.login)
async def login(body: Login, *, request: Request, response: Response) -> Tokens:
    limits = sign_in_limits(body.email, client_network(request.scope), device=cookies.known_device(request, body.email))
    async with request.app.state.attempts.recorded(limits):
        opened = await _open_session(request, body, limits, await _check_credentials(request, body))
    if opened is None:
        raise OtpRequired(NEEDS_CODE)
    identify_subject(request, accounts.to_contract(opened.account), opened.sid)
    cookies.set_refresh_cookie(response, request.app.state.settings, opened)
    cookies.remember_device(request, response, body.email)
    return tokens(request.app.state.signing_keys, opened)


async def _check_credentials(request: Request, body: Login) -> AccountRow:
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


async def _open_session(request: Request, body: Login, limits: Limits, known: AccountRow) -> OpenedSession | None:
    """Return the new session, or None when a second factor is required and no code was sent, which is not an attempt.

    Raise InvalidCredentials, AccountInactive or OtpRequired.
    """
    attempts, renewed = request.app.state.attempts, await passwords.rehash_if_needed(body.password, known.password_hash or "")
    async with request.app.state.database.writing() as db:
        # Lock the row, so that no password change commits between this check and the session.
        account = await accounts.by_email(db, body.email, lock=True)
        if account is None or account.password_hash != known.password_hash:
            raise InvalidCredentials(WRONG)
        rules.check_open(account.active)
        if account.second_factor and not body.otp:
            await attempts.reset(db, limits)
            return None
        await _check_code(request, db, account, body.otp)
        await attempts.reset(db, limits, clear=next(iter(limits)))
        account.password_hash = renewed or account.password_hash
        return await sessions.open_session(db, account, client_device(request.scope))


async def _check_code(request: Request, db: WriteSession, account: AccountRow, otp: str | None) -> None:
    """Raise OtpRequired when the account has a second factor and `otp` is not a code of it."""
    assert account.id is not None
    if account.second_factor and not await second_factors.accepts(db, request.app.state.vault, account.id, otp or ""):
        raise OtpRequired(WRONG_CODE)
