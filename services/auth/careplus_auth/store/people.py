"""Statements about all accounts, for administrators."""

from sqlalchemy import ColumnElement, false, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_auth.store import accounts
from careplus_contracts.endpoints import Role
from careplus_contracts.people import Accounts, UpdateAccount
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow

_name, _id = col(AccountRow.full_name), col(AccountRow.id)


async def find(db: AsyncSession, who: Identity, account_id: int) -> AccountRow:
    """Return any account, locked. Raise NotFound."""
    query = select(AccountRow).where(_id == account_id, _is_admin(who)).with_for_update()
    account = (await db.execute(query)).scalar_one_or_none()
    if account is None:
        raise NotFound(NOTHING_HERE)
    return account


async def list_all(
    db: AsyncSession,
    who: Identity,
    *,
    q: str | None,
    role: Role | None,
    active: bool | None,
    limit: int,
    cursor: str | None,
) -> Accounts:
    """Return a page of accounts by name. The cursor is an id: a name may be longer than a cursor."""
    query = select(AccountRow).where(_is_admin(who))
    if q and q.strip():
        query = query.where(or_(*(text.icontains(q.strip(), autoescape=True) for text in (_name, col(AccountRow.email)))))
    if role is not None:
        query = query.where(col(AccountRow.role) == role.value)
    if active is not None:
        query = query.where(col(AccountRow.active).is_(active))
    if (last := after(cursor, Id)) is not None:
        last_name = select(_name).where(_id == last).correlate(None).scalar_subquery()
        query = query.where(tuple_(_name, _id) > tuple_(last_name, last))
    rows = (await db.execute(query.order_by(_name, _id).limit(limit + 1))).scalars().all()
    found, next_cursor = page(rows, limit, lambda row: row.id)
    return Accounts(items=[accounts.to_contract(row) for row in found], next_cursor=next_cursor)


def change(account: AccountRow, body: UpdateAccount) -> None:
    account.role, account.active = body.role.value, body.active
    account.version += 1


def _is_admin(who: Identity) -> ColumnElement[bool]:
    return true() if who.role is Role.ADMIN else false()
