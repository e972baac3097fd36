"""Signing in."""

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_auth import rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.sign_in import cookies, passwords
from careplus_auth.sign_in.attempts import Counts, of_account
from careplus_auth.sign_in.client_info import device, peer
from careplus_auth.store import accounts, second_factors, sessions
from careplus_auth.store.sessions import Opened
from careplus_contracts import accounts as contract
from careplus_contracts.accounts import InvalidCredentials, Login, OtpRequired, Tokens
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow

routes = Routes()
WRONG = "Check the e-mail and the password."
NEEDS_CODE = "Enter the code that your authenticator app shows, or a recovery code."
WRONG_CODE = "This code is wrong, too old or was used already. Enter the next one."


@routes.serve(contract.login)
async def login(body: Login, *, request: Request, response: Response) -> Tokens:
    counts = of_account(body.email, peer(request.scope), device=cookies.known_device(request, body.email))
    async with request.app.state.attempts.counted(counts):
        opened = await _opened(request, body, counts, await _right_password(request, body))
    if opened is None:
        raise OtpRequired(NEEDS_CODE)
    identify_subject(request, accounts.shown(opened.account), opened.sid)
    cookies.hand_out(response, request.app.state.settings, opened)
    cookies.remember(request, response, body.email)
    return tokens(request.app.state.signing_keys, opened)


async def _right_password(request: Request, body: Login) -> AccountRow:
    """The account as it was when its password was right. Raises InvalidCredentials, for an unknown e-mail as late."""
    async with request.app.state.database.reading() as db:
        account = await accounts.by_email(db, body.email)
    if account is not None:
        identify_subject(request, accounts.shown(account))
    # outside of any transaction: hashing takes longer than others should wait
    if not await passwords.verify_password(body.password, account.password_hash if account else None) or account is None:
        raise InvalidCredentials(WRONG)
    return account


async def _opened(request: Request, body: Login, counts: Counts, known: AccountRow) -> Opened | None:
    """The new session. None: a code is needed and was not sent, which is no guess. Raises what it refuses."""
    attempts, renewed = request.app.state.attempts, await passwords.hash_again(body.password, known.password_hash or "")
    async with request.app.state.database.writing() as db:
        # held, so that no password is changed between this look and the session
        account = await accounts.by_email(db, body.email, held=True)
        if account is None or account.password_hash != known.password_hash:
            raise InvalidCredentials(WRONG)
        rules.check_open(account.active)
        if account.second_factor and not body.otp:
            await attempts.forgive(db, counts)
            return None
        await _check_code(request, db, account, body.otp)
        await attempts.forgive(db, counts, all_of=next(iter(counts)))
        account.password_hash = renewed or account.password_hash
        return await sessions.open_session(db, account, device(request.scope))


async def _check_code(request: Request, db: AsyncSession, account: AccountRow, otp: str | None) -> None:
    """Raise OtpRequired where the account has a second factor and this is no code of it."""
    assert account.id is not None
    if account.second_factor and not await second_factors.accepts(db, request.app.state.vault, account.id, otp or ""):
        raise OtpRequired(WRONG_CODE)
