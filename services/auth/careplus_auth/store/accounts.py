"""Statements about accounts."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth.rules import normal_email
from careplus_contracts.accounts import Account, EmailTaken, Register, Sex, UpdateMe
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow


async def by_email(db: AsyncSession, email: str, *, held: bool = False) -> AccountRow | None:
    """`held`: until the transaction ends nobody else changes it (PostgreSQL)."""
    query = select(AccountRow).where(col(AccountRow.email) == normal_email(email))
    return (await db.execute(query.with_for_update() if held else query)).scalar_one_or_none()


async def own(db: AsyncSession, who: Identity) -> AccountRow:
    """The caller's account. Raises Unauthenticated where it is gone, deactivated or has another role now."""
    account = await db.get(AccountRow, who.id, with_for_update=True)
    if account is None or not account.active or account.role != who.role.value:
        raise Unauthenticated("This account is closed or has another role now. Sign in again.")
    return account


async def add(db: AsyncSession, body: Register, password_hash: str) -> AccountRow:
    """A new account. Raises EmailTaken."""
    account = AccountRow(
        email=normal_email(body.email),
        password_hash=password_hash,
        full_name=body.full_name,
        role=body.role.value,
        date_of_birth=body.date_of_birth,
        sex=body.sex.value,
        phone=body.phone,
        created_at=this_second(),
    )
    await insert(db, account)
    return account


async def insert(db: AsyncSession, account: AccountRow) -> None:
    """Raises EmailTaken."""
    db.add(account)
    try:
        await db.flush()
    except IntegrityError:
        raise EmailTaken("Sign in with this e-mail, or use another one.") from None


def accept(account: AccountRow, body: Register, password_hash: str) -> AccountRow:
    """Fill a reserved account with what its owner sent."""
    account.password_hash = password_hash
    return change(account, body)


def change(account: AccountRow, body: Register | UpdateMe) -> AccountRow:
    account.full_name = body.full_name
    account.date_of_birth = body.date_of_birth
    account.sex = body.sex.value
    account.phone = body.phone
    account.version += 1
    return account


def shown(row: AccountRow) -> Account:
    assert row.id is not None
    return Account(
        id=row.id,
        email=row.email,
        full_name=row.full_name,
        role=Role(row.role),
        date_of_birth=row.date_of_birth,
        sex=Sex(row.sex),
        phone=row.phone,
        active=row.active,
        second_factor=row.second_factor,
        created_at=row.created_at,
        version=row.version,
    )
