"""Statements about all accounts, for administrators."""

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlmodel import col

from careplus_auth.store import accounts
from careplus_contracts.endpoints import Role
from careplus_contracts.people import AccountFilter, Accounts, UpdateAccount
from careplus_runtime.http.records import by_name, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession

_name, _id = col(AccountRow.full_name), col(AccountRow.id)
_BY_NAME = by_name(_name, _id, lambda row: (row.full_name, row.id))


async def find(db: AnySession, who: Identity, account_id: int) -> AccountRow:
    """Return any account, locked. Raise NotFound."""
    return await one_or_404(db, select(AccountRow).where(_id == account_id, _is_admin(who)).with_for_update())


async def list_all(db: ReadSession, who: Identity, wanted: AccountFilter) -> Accounts:
    """Return a page of accounts by name."""
    query = select(AccountRow).where(_is_admin(who))
    if wanted.q and (text := wanted.q.strip()):
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in (_name, col(AccountRow.email)))))
    if wanted.role is not None:
        query = query.where(col(AccountRow.role) == wanted.role.value)
    if wanted.active is not None:
        query = query.where(col(AccountRow.active).is_(wanted.active))
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    return Accounts(items=[accounts.to_contract(row) for row in rows], next_cursor=next_cursor)


def change(account: AccountRow, body: UpdateAccount) -> None:
    account.role, account.active = body.role.value, body.active
    account.version += 1


def _is_admin(who: Identity) -> ColumnElement[bool]:
    return true() if who.role is Role.ADMIN else false()
