"""Statements about approvals: what an administrator asked for, and the decision of another one."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.store import accounts
from careplus_contracts.approvals import AlreadyDecided, Approval, ApprovalFilter, ApprovalKind, Approvals, ApprovalState
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import ApprovalWaits
from careplus_contracts.notices import NoticeKind
from careplus_contracts.people import OwnAccount
from careplus_contracts.values import Person
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.notices import Notice, append
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.approvals import AccountApprovalRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts
from careplus_tables.people import people_by_id

MOST_ADMINISTRATORS = 100
_row = AccountApprovalRow
_NEWEST_FIRST = newest_first(col(_row.id), lambda row: row[0].id)


async def approvers(
    db: AnySession, who: Identity, settings: Settings, role: Role, *, subject_id: int | None = None
) -> list[Person]:
    """Return the administrators who may approve a role that the caller asks for; an empty list means that it needs no approval.

    The caller and the subject, whose account gets the role, are left out.
    """
    if not (settings.second_administrator and rules.needs_approval(role)):
        return []
    return [one for one in await _administrators(db) if one.id not in (who.id, subject_id)]


async def settle_earlier(db: WriteSession, who: Identity, account: AccountRow) -> None:
    """Withdraw what the caller asked for this locked account before. Raise ApprovalWaits where another administrator asked."""
    waiting = await waiting_of(db, account)
    if waiting is None:
        return
    if waiting.asked_by_id != who.id:
        raise ApprovalWaits("Another administrator has asked for an account or role of this person. Approve or decline it first.")
    decide(waiting, who, ApprovalState.WITHDRAWN)
    await db.flush()


async def ask(
    db: WriteSession,
    who: Identity,
    account: AccountRow,
    kind: ApprovalKind,
    role: Role,
    *,
    waits_for: Sequence[Person],
    colleague_id: int | None = None,
) -> None:
    """Let the role of an account wait for one of these administrators, and tell them by mail."""
    assert account.id is not None
    row = AccountApprovalRow(
        account_id=account.id,
        kind=kind.value,
        role=role.value,
        colleague_id=colleague_id,
        asked_by_id=who.id,
        asked_at=this_second(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    await append(db, [Notice(NoticeKind.APPROVAL_WAITS, one.id, row.id, str(row.id)) for one in waits_for])


async def waiting_of(db: AnySession, account: AccountRow) -> AccountApprovalRow | None:
    """Return what waits for an approval of this account."""
    query = select(_row).where(col(_row.account_id) == account.id, col(_row.state) == ApprovalState.WAITING.value)
    return (await db.execute(query)).scalar_one_or_none()


async def is_approved(db: AnySession, account: AccountRow) -> bool:
    """Return whether an open account without a password has the role that its newest invitation was approved for."""
    of_account = col(_row.account_id) == account.id, col(_row.kind) == ApprovalKind.INVITATION.value
    query = select(col(_row.role), col(_row.state)).where(*of_account).order_by(col(_row.id).desc()).limit(1)
    newest = (await db.execute(query)).first()
    return account.active and newest is not None and tuple(newest) == (account.role, ApprovalState.APPROVED.value)


async def find(db: AnySession, who: Identity, approval_id: int) -> AccountApprovalRow:
    """Return an approval. Raise NotFound."""
    return await one_or_404(db, select(_row).where(col(_row.id) == approval_id, _is_admin(who)))


async def claim(db: WriteSession, who: Identity, approval_id: int) -> tuple[AccountApprovalRow, AccountRow]:
    """Return a waiting approval that the caller may decide, with its account, both locked.

    Raise Unauthenticated where the caller was closed meanwhile, NotFound, OwnRequest, OwnAccount, and AlreadyDecided, also where
    another administrator decides at the same time.
    """
    found = await find(db, who, approval_id)
    # all at once and before the approval, in the order of a change of an account: two administrators may decide about each other
    await lock_accounts(db, who.id, found.account_id, *([] if found.colleague_id is None else [found.colleague_id]))
    await accounts.current_account(db, who)
    account = await db.get_one(AccountRow, found.account_id, with_for_update={"key_share": True}, populate_existing=True)
    row = await db.get_one(AccountApprovalRow, approval_id, with_for_update=True, populate_existing=True)
    if row.state != ApprovalState.WAITING.value:
        raise AlreadyDecided("Another administrator has decided, or asked again.", state=ApprovalState(row.state))
    rules.check_is_another(who.id, row.asked_by_id)
    # an administrator who approves a change of their own role could leave the hospital without one
    if who.id == row.account_id:
        raise OwnAccount("This is about your own account. Another administrator approves or declines it.")
    return row, account


def decide(row: AccountApprovalRow, who: Identity, state: ApprovalState, reason: str | None = None) -> None:
    row.state, row.reason = state.value, reason
    row.decided_by_id, row.decided_at = who.id, this_second()


async def list_all(db: ReadSession, who: Identity, wanted: ApprovalFilter) -> Approvals:
    """Return approvals, newest first."""
    query = _select(who)
    if wanted.waiting is not None:
        is_waiting = col(_row.state) == ApprovalState.WAITING.value
        query = query.where(is_waiting if wanted.waiting else ~is_waiting)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Approvals(items=await _to_contracts(db, rows), next_cursor=next_cursor)


async def answer(db: WriteSession, who: Identity, row: AccountApprovalRow) -> Approval:
    """Write the decision, and return the approval."""
    await db.flush()
    found = (await db.execute(_select(who).where(col(_row.id) == row.id))).one()
    return (await _to_contracts(db, [found]))[0]


async def waits_for(db: AnySession, account_ids: Collection[int]) -> dict[int, list[Person]]:
    """Return, by account, the administrators that can approve what waits; accounts for which nothing waits are left out."""
    query = select(col(_row.account_id), col(_row.asked_by_id)).where(
        col(_row.account_id).in_(account_ids), col(_row.state) == ApprovalState.WAITING.value
    )
    rows = (await db.execute(query)).all()
    everyone = await _administrators(db) if rows else []
    return {account_id: [one for one in everyone if one.id not in (asked_by, account_id)] for account_id, asked_by in rows}


def _select(who: Identity) -> Select[*tuple[Any, ...]]:
    return select(_row, col(AccountRow.email)).join(AccountRow, col(AccountRow.id) == col(_row.account_id)).where(_is_admin(who))


async def _to_contracts(db: AnySession, rows: Sequence[Any]) -> list[Approval]:
    people = await people_by_id(db, {id_ for row, _ in rows for id_ in (row.account_id, row.asked_by_id, row.decided_by_id)})
    waiting = await waits_for(db, {row.account_id for row, _ in rows})
    return [
        Approval(
            id=row.id or 0,
            kind=ApprovalKind(row.kind),
            account=people[row.account_id].person(),
            email=email,
            role=Role(row.role),
            asked_by=people[row.asked_by_id].person(),
            asked_at=row.asked_at,
            waits_for=waiting[row.account_id] if row.state == ApprovalState.WAITING.value else None,
            state=ApprovalState(row.state),
            decided_by=None if row.decided_by_id is None else people[row.decided_by_id].person(),
            decided_at=row.decided_at,
            reason=row.reason,
        )
        for row, email in rows
    ]


async def _administrators(db: AnySession) -> list[Person]:
    """Return the active administrators with a password."""
    query = (
        select(col(AccountRow.id), col(AccountRow.full_name))
        .where(col(AccountRow.role) == Role.ADMIN.value, col(AccountRow.active), col(AccountRow.password_hash).is_not(None))
        .order_by(col(AccountRow.id))
        .limit(MOST_ADMINISTRATORS)
    )
    return [Person(id=id_, full_name=name) for id_, name in (await db.execute(query)).all() if id_ is not None]


def _is_admin(who: Identity) -> ColumnElement[bool]:
    return true() if who.role is Role.ADMIN else false()
