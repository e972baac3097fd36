"""Statements about invitations."""

import secrets
from urllib.parse import urlencode

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.store import accounts
from careplus_contracts.accounts import EmailTaken, InvitationRequired
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import Invitation, Invitations, Invite, NewInvitation
from careplus_contracts.texts import normal_email
from careplus_contracts.values import PageFilter
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession

_NEWEST_FIRST = newest_first(col(InvitationRow.id), lambda row: row[0].id)


async def invite(db: WriteSession, body: Invite, public_url: str) -> NewInvitation:
    """Reserve an account and create its invitation, replacing an unused one. Raise EmailTaken."""
    account = await accounts.by_email(db, body.email)
    if account is None:
        account = _reserved(body)
        await accounts.insert(db, account)
    elif account.password_hash is not None or account.role != body.role.value:
        raise EmailTaken("This person has an account already.")
    account.full_name = body.full_name
    await db.execute(
        delete(InvitationRow).where(col(InvitationRow.account_id) == account.id, col(InvitationRow.accepted_at).is_(None))
    )
    code = secrets.token_urlsafe(24)
    row = _row(account, code)
    db.add(row)
    await db.flush()
    # After the `#`, which browsers do not send: no server or proxy logs the code.
    link = urlencode({"invitation": code, "email": account.email})
    return NewInvitation(**dict(_to_contract(row, account)), code=code, url=f"{public_url}/register#{link}")


async def accept(db: AnySession, code: str, email: str, role: Role) -> AccountRow:
    """Return the account that the code reserves for this e-mail. Raise InvitationRequired for a code that does not match."""
    found = select(InvitationRow).where(col(InvitationRow.code_hash) == sha256_hex(code)).with_for_update()
    invitation = (await db.execute(found)).scalar_one_or_none()
    account = await db.get(AccountRow, invitation.account_id) if invitation else None
    if (
        invitation is None
        or account is None
        or not account.active
        or not rules.is_acceptable(invitation.accepted_at, invitation.expires_at, now())
        or normal_email(account.email) != normal_email(email)
        # PATIENT is the default of a role left out; any other role must be the invitation's.
        or role not in (Role.PATIENT, Role(account.role))
    ):
        raise InvitationRequired("This invitation is used, has expired or is for somebody else. Ask for a new one.")
    invitation.accepted_at = now()
    return account


async def list_all(db: ReadSession, wanted: PageFilter) -> Invitations:
    """Return invitations, newest first."""
    query = select(InvitationRow, AccountRow).join(AccountRow, col(AccountRow.id) == col(InvitationRow.account_id))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Invitations(items=[_to_contract(invitation, account) for invitation, account in rows], next_cursor=next_cursor)


def _reserved(body: Invite) -> AccountRow:
    return AccountRow(
        email=normal_email(body.email),
        password_hash=None,
        full_name=body.full_name,
        role=body.role.value,
        date_of_birth=None,
        sex="unknown",
        phone=None,
        created_at=now(),
    )


def _row(account: AccountRow, code: str) -> InvitationRow:
    assert account.id is not None
    return InvitationRow(
        account_id=account.id,
        code_hash=sha256_hex(code),
        created_at=now(),
        expires_at=now() + rules.INVITATION_LIFETIME,
        accepted_at=None,
    )


def _to_contract(row: InvitationRow, account: AccountRow) -> Invitation:
    assert row.id is not None
    return Invitation(
        id=row.id,
        email=account.email,
        full_name=account.full_name,
        role=Role(account.role),
        account_id=row.account_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
    )
