"""Statements about accounts."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_contracts.accounts import Account, ContactPerson, EmailTaken, ListedAccount, Register, SetContactPerson, Sex
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_contracts.texts import normal_email
from careplus_contracts.values import PortalLanguage
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
    account = await db.get(AccountRow, who.id, with_for_update={"key_share": True})
    if account is None or not account.active or account.role != who.role.value:
        raise Unauthenticated("This account is closed or has another role now. Sign in again.")
    return account


async def add(
    db: WriteSession, body: Register, password_hash: str, language: PortalLanguage = PortalLanguage.EN, *, confirmed: bool
) -> AccountRow:
    """Insert an account; `language` is the one of a body without, `confirmed`: its e-mail address needs no proof.

    Raise EmailTaken.
    """
    account = AccountRow(
        email=normal_email(body.email),
        email_confirmed_at=this_second() if confirmed else None,
        password_hash=password_hash,
        full_name=body.full_name,
        role=body.role.value,
        date_of_birth=body.date_of_birth,
        sex=(body.sex or Sex.UNKNOWN).value,
        phone=body.phone,
        language=(body.language or language).value,
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


async def give_address(db: WriteSession, account: AccountRow, email: str) -> None:
    """Set the address that an invitation goes to; its acceptance confirms it. Raise EmailTaken."""
    if (owner := await by_email(db, email)) is not None and owner.id != account.id:
        raise EmailTaken("Another account has this address. Find the patient by it, or use another address.")
    if account.email != normal_email(email):
        account.email = normal_email(email)
        account.version += 1
    await insert(db, account)


def accept(account: AccountRow, body: Register, password_hash: str, language: PortalLanguage) -> AccountRow:
    """Fill the account that an invitation reserved with the owner's registration, and confirm its address.

    `language` applies where the body has none.
    """
    account.password_hash, account.email_confirmed_at = password_hash, this_second()
    account.language = (body.language or language).value
    if account.role == Role.PATIENT.value and account.date_of_birth is not None:
        # the desk registered the record with these details, and alone corrects them
        return change_phone(account, body.phone or account.phone)
    account.full_name = body.full_name
    account.date_of_birth = body.date_of_birth or account.date_of_birth
    account.sex = account.sex if body.sex is None else body.sex.value
    return change_phone(account, body.phone)


def change_phone(account: AccountRow, phone: str | None) -> AccountRow:
    account.phone = phone
    account.version += 1
    return account


def change_contact(account: AccountRow, contact: SetContactPerson | None) -> None:
    """Set the person to call, as a part of a change that makes the next version."""
    found = (contact.name, contact.phone, contact.relation) if contact else (None, None, None)
    account.contact_name, account.contact_phone, account.contact_relation = found


def contact_of(row: AccountRow) -> ContactPerson | None:
    if row.contact_name is None or row.contact_phone is None:
        return None
    return ContactPerson(name=row.contact_name, phone=row.contact_phone, relation=row.contact_relation)


def choose_language(account: AccountRow, language: PortalLanguage) -> AccountRow:
    """Set the language as the account's next version; the same one has no effect."""
    if account.language != language.value:
        account.language = language.value
        account.version += 1
    return account


def to_contract(row: AccountRow) -> Account:
    """Return an account that has an address to sign in with."""
    return Account.model_validate(to_listed(row), from_attributes=True)


def to_listed(row: AccountRow) -> ListedAccount:
    assert row.id is not None
    return ListedAccount(
        id=row.id,
        email=row.email,
        email_confirmed=row.email_confirmed_at is not None,
        full_name=row.full_name,
        role=Role(row.role),
        date_of_birth=row.date_of_birth,
        sex=Sex(row.sex),
        phone=row.phone,
        reference=row.reference if row.role == Role.PATIENT.value else None,
        contact=contact_of(row),
        language=PortalLanguage(row.language),
        active=row.active,
        second_factor=row.second_factor,
        created_at=row.created_at,
        version=row.version,
    )
