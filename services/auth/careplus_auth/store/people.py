"""Statements about all accounts, for administrators."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlmodel import col

from careplus_auth.store import accounts
from careplus_contracts.endpoints import Role
from careplus_contracts.people import AccountFilter, Accounts, OwnsRecord, UpdateAccount
from careplus_contracts.texts import normal_email
from careplus_runtime.http.records import by_name, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables import merging
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.people import has_words

PATIENT_TABLES = [*(name for name, column in merging.MOVED.items() if column == "patient_id"), "charts"]
_key, _id = col(AccountRow.sort_key), col(AccountRow.id)
_BY_NAME = by_name(_key, _id, lambda row: (row.sort_key, row.id))


async def find(db: AnySession, who: Identity, account_id: int) -> AccountRow:
    """Return an account that the caller may see, locked. Raise NotFound."""
    return await one_or_404(db, select(AccountRow).where(_id == account_id, _is_visible(who)).with_for_update(key_share=True))


async def list_all(db: ReadSession, who: Identity, wanted: AccountFilter) -> Accounts:
    """Return a page of accounts by name. A search finds every word in the name, or all of it in the e-mail address."""
    query = select(AccountRow).where(_is_visible(who))
    if wanted.q and (text := wanted.q.strip()):
        in_email = col(AccountRow.email).contains(normal_email(text), autoescape=True)
        query = query.where(or_(has_words(col(AccountRow.search_key), text), in_email))
    if wanted.role is not None:
        query = query.where(col(AccountRow.role) == wanted.role.value)
    if wanted.active is not None:
        query = query.where(col(AccountRow.active).is_(wanted.active))
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    return Accounts(items=[accounts.to_listed(row) for row in rows], next_cursor=next_cursor)


async def check_owns_no_record(db: AnySession, account: AccountRow, role: Role) -> None:
    """Raise OwnsRecord where a patient with entries would become staff: the record would lose its owner."""
    if account.role != Role.PATIENT.value or role is Role.PATIENT or account.id is None:
        return
    if any((await merging.count(db, account.id, PATIENT_TABLES)).values()):
        raise OwnsRecord("Invite the person to a second account with another address.")


def change(account: AccountRow, body: UpdateAccount) -> None:
    account.role, account.active = body.role.value, body.active
    account.version += 1


def _is_visible(who: Identity) -> ColumnElement[bool]:
    """Return the condition that the caller may see an account: administrators all, reception those of patients."""
    if who.role is Role.RECEPTION:
        return col(AccountRow.role) == Role.PATIENT.value
    return true() if who.role is Role.ADMIN else false()
