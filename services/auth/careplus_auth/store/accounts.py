"""Statements about accounts."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_contracts.accounts import Account, EmailTaken, Register, Sex, UpdateMe
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_contracts.texts import normal_email
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, WriteSession


async def by_email(db: AnySession, email: str, *, lock: bool = False) -> AccountRow | None:
    """Return the account of a mailbox, or None. `lock` holds the row until the transaction ends (PostgreSQL).

    An address that a migration could not bring into its normal form, because another account had it, is found as it was typed.
    """
    spellings = {normal_email(email), email.lower()}
    query = select(AccountRow).where(col(AccountRow.email).in_(spellings))
    found = {row.email: row for row in (await db.execute(query.with_for_update() if lock else query)).scalars()}
    return found.get(email.lower()) or found.get(normal_email(email))


async def current_account(db: AnySession, who: Identity) -> AccountRow:
    """Return the caller's account, locked. Raise Unauthenticated when it is gone, closed or has another role now."""
    account = await db.get(AccountRow, who.id, with_for_update=True)
    if account is None or not account.active or account.role != who.role.value:
        raise Unauthenticated("This account is closed or has another role now. Sign in again.")
    return account


async def add(db: WriteSession, body: Register, password_hash: str) -> AccountRow:
    """Insert an account. Raise EmailTaken."""
    account = AccountRow(
        email=normal_email(body.email),
        password_hash=password_hash,
        full_name=body.full_name,
        role=body.role.value,
        date_of_birth=body.date_of_birth,
        sex=(body.sex or Sex.UNKNOWN).value,
        phone=body.phone,
        created_at=this_second(),
    )
    await insert(db, account)
    return account


async def insert(db: WriteSession, account: AccountRow) -> None:
    """Insert an account row. Raise EmailTaken."""
    db.add(account)
    try:
        await db.flush()
    except IntegrityError:
        raise EmailTaken("Sign in with this e-mail, or use another one.") from None


def accept(account: AccountRow, body: Register, password_hash: str) -> AccountRow:
    """Complete a reserved account with the registration of its owner."""
    account.password_hash = password_hash
    return change(account, body)


def change(account: AccountRow, body: Register | UpdateMe) -> AccountRow:
    """Set the members of the body; date of birth and sex stay where it has none."""
    account.full_name = body.full_name
    account.date_of_birth = body.date_of_birth or account.date_of_birth
    account.sex = account.sex if body.sex is None else body.sex.value
    account.phone = body.phone
    account.version += 1
    return account


def to_contract(row: AccountRow) -> Account:
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
