"""Proof that whoever holds a token is its owner still."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.attempts import of_owner
from careplus_auth.store import accounts, sessions
from careplus_contracts.passwords import WrongPassword
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow

WRONG = "Type the password that you sign in with now."


async def check_password(request: Request, who: Identity, password: str) -> AccountRow:
    """The caller's account, read before. Raises WrongPassword, and TooManyAttempts after several wrong ones."""
    database, attempts, counts = request.app.state.database, request.app.state.attempts, of_owner(who.id)
    async with attempts.counted(counts):
        async with database.reading() as db:
            account = await accounts.own(db, who)
        if not await passwords.verify_password(password, account.password_hash):
            raise WrongPassword(WRONG)
    async with database.writing() as db:
        await attempts.forgive(db, counts, all_of=next(iter(counts)))
    return account


async def still_own(db: AsyncSession, who: Identity, known: AccountRow) -> AccountRow:
    """The caller's account, held until the transaction ends. Hashing takes long: a password that was chosen anew meanwhile stays.

    Raises WrongPassword where it has another password than the one that was right, Unauthenticated where the session has ended.
    """
    account = await accounts.own(db, who)
    await sessions.own(db, who)
    if account.password_hash != known.password_hash:
        raise WrongPassword(WRONG)
    return account
