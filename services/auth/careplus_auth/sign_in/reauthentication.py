"""Password checks within a session, before an act that a stolen access token alone must not allow."""

from fastapi import Request

from careplus_auth import rules
from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.attempts import reauthentication_limits
from careplus_auth.store import accounts, sessions
from careplus_contracts.passwords import WrongPassword
from careplus_contracts.people import PasswordRequired
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession

WRONG = "Type the password that you sign in with now."


async def check_password(request: Request, who: Identity, password: str) -> AccountRow:
    """Return the caller's account as it was when its password matched.

    Raise WrongPassword, and TooManyAttempts after several wrong ones.
    """
    database, attempts, limits = request.app.state.database, request.app.state.attempts, reauthentication_limits(who.id)
    async with attempts.recorded(limits):
        async with database.reading() as db:
            account = await accounts.current_account(db, who)
        if not await passwords.verify_password(password, account.password_hash):
            raise WrongPassword(WRONG)
    async with database.writing() as db:
        await attempts.reset(db, limits, clear=next(iter(limits)))
    return account


async def check_recent_sign_in(request: Request, who: Identity, password: str | None = None) -> None:
    """Check the password unless the session was opened in the last ten minutes.

    Raise PasswordRequired without one, WrongPassword, and TooManyAttempts.
    """
    async with request.app.state.database.reading() as db:
        session = await sessions.current_session(db, who)
    if now() - session.created_at <= rules.RECENT_SIGN_IN:
        return
    if password is None:
        raise PasswordRequired("You signed in more than ten minutes ago. Send your own password, or sign in again.")
    await check_password(request, who, password)


async def check_fresh_factor(db: AnySession, who: Identity, account: AccountRow) -> None:
    """Raise FreshSignInRequired where the account has a second factor and the session was not opened with it lately."""
    session = await sessions.current_session(db, who)
    if account.second_factor:
        rules.check_fresh(session.with_second_factor, session.created_at, now())


async def reload_if_password_unchanged(db: AnySession, who: Identity, known: AccountRow) -> AccountRow:
    """Return the caller's account, locked until the transaction ends.

    Hashing runs outside the transaction, so the password may have changed since `known` was read. Raise WrongPassword when it
    has, Unauthenticated when the session has ended.
    """
    account = await accounts.current_account(db, who)
    await sessions.current_session(db, who)
    if account.password_hash != known.password_hash:
        raise WrongPassword(WRONG)
    return account
