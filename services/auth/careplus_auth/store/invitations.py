"""Statements about invitations."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import delete, false, select, true
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.store import accounts, approvals
from careplus_contracts.accounts import EmailTaken, InvitationRequired
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import Invitation, Invitations, Invite, NewInvitation
from careplus_contracts.texts import normal_email
from careplus_contracts.values import PageFilter, Person, PortalLanguage
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import lock_accounts

OTHER_ADDRESS = "This is the address of a patient. Staff use another address, and link the own record to the work account."
_NEWEST_FIRST = newest_first(col(InvitationRow.id), lambda row: row[0].id)


async def lock(db: WriteSession, who: Identity, email: str) -> None:
    """Lock the caller and the account with this address at once: an administrator may change that account meanwhile."""
    spellings = {normal_email(email), email.lower()}
    known = (await db.execute(select(col(AccountRow.id)).where(col(AccountRow.email).in_(spellings)))).scalars()
    await lock_accounts(db, who.id, *(id_ for id_ in known if id_ is not None))


async def squatter(db: WriteSession, email: str) -> AccountRow | None:
    """Return a patient's account with this address that never confirmed it, locked. It loses the address to an invitation."""
    account = await accounts.by_email(db, email, lock=True)
    unproved = account is not None and account.password_hash is not None and account.email_confirmed_at is None
    return account if account and unproved and account.role == Role.PATIENT.value else None


async def invite(db: WriteSession, body: Invite, public_url: str) -> NewInvitation:
    """Reserve an account and create its invitation, without an approval. Raise EmailTaken."""
    return await add(db, await reserve(db, body), public_url)


async def reserve(db: WriteSession, body: Invite, language: PortalLanguage = PortalLanguage.EN) -> AccountRow:
    """Return the account that is reserved for this address, locked; a new one has this language. Raise EmailTaken."""
    account = await accounts.by_email(db, body.email, lock=True)
    if account is None:
        account = _reserved(body, language)
        await accounts.insert(db, account)
    # a closed account without a password is an invitation that was declined, waits, or was closed
    elif account.password_hash is not None or (account.active and account.role != body.role.value):
        is_patient = account.role == Role.PATIENT.value
        raise EmailTaken(OTHER_ADDRESS if is_patient else "This person has an account already.")
    elif account.role == Role.PATIENT.value and account.date_of_birth is not None:
        raise EmailTaken(OTHER_ADDRESS)
    account.full_name, account.role = body.full_name, body.role.value
    return account


async def add(db: WriteSession, account: AccountRow, public_url: str) -> NewInvitation:
    """Open a reserved account and create its invitation, replacing an unused one."""
    code = secrets.token_urlsafe(24)
    row = await _replace(db, account, code)
    return _with_code(_to_contract(row, account, None), public_url, code)


async def add_waiting(db: WriteSession, account: AccountRow, waits_for: Sequence[Person]) -> NewInvitation:
    """Close a reserved account and create an invitation without a code, replacing an unused one."""
    row = await _replace(db, account, None)
    return NewInvitation(**dict(_to_contract(row, account, list(waits_for))), code=None, url=None)


async def delete_unused(db: WriteSession, account: AccountRow) -> None:
    """Delete the invitations of an account that were not accepted."""
    of_account = col(InvitationRow.account_id) == account.id
    await db.execute(delete(InvitationRow).where(of_account, col(InvitationRow.accepted_at).is_(None)))


async def find(db: AnySession, who: Identity, invitation_id: int, *, lock: bool = False) -> InvitationRow:
    """Return an invitation that was not accepted. Raise NotFound."""
    is_admin = true() if who.role is Role.ADMIN else false()
    unused = (col(InvitationRow.id) == invitation_id, col(InvitationRow.accepted_at).is_(None), is_admin)
    query = select(InvitationRow).where(*unused)
    return await one_or_404(db, query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def withdraw(db: WriteSession, who: Identity, invitation_id: int) -> AccountRow:
    """Delete an invitation that was not accepted, close the account of staff that it reserved, and return the account.

    Raise NotFound and ApprovalWaits.
    """
    found = await find(db, who, invitation_id)
    await lock_accounts(db, who.id, found.account_id)
    # the person may have accepted it meanwhile
    await find(db, who, invitation_id, lock=True)
    account = await db.get_one(AccountRow, found.account_id)
    await approvals.settle_earlier(db, who, account)
    await delete_unused(db, account)
    if account.role != Role.PATIENT.value:
        account.active = False
        account.version += 1
    return account


async def has_open(db: AnySession, email: str, since: datetime) -> bool:
    """Return whether the account with this address got an invitation since then that is not accepted."""
    unused = col(InvitationRow.accepted_at).is_(None) & (col(InvitationRow.created_at) >= since)
    query = select(col(InvitationRow.id)).join(AccountRow, col(AccountRow.id) == col(InvitationRow.account_id))
    return (await db.execute(query.where(col(AccountRow.email) == email, unused).limit(1))).first() is not None


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
        or normal_email(account.sign_in_email) != normal_email(email)
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
    waiting = await approvals.waits_for(db, {invitation.account_id for invitation, _ in rows if invitation.code_hash is None})
    items = [_to_contract(invitation, account, waiting.get(invitation.account_id)) for invitation, account in rows]
    return Invitations(items=items, next_cursor=next_cursor)


def _reserved(body: Invite, language: PortalLanguage) -> AccountRow:
    return AccountRow(
        email=normal_email(body.email),
        password_hash=None,
        full_name=body.full_name,
        role=body.role.value,
        date_of_birth=None,
        sex="unknown",
        phone=None,
        language=language.value,
        created_at=now(),
    )


async def _replace(db: WriteSession, account: AccountRow, code: str | None) -> InvitationRow:
    """Insert the invitation of an account, which is open if there is a code."""
    assert account.id is not None
    await delete_unused(db, account)
    if account.active is not (code is not None):
        account.active = code is not None
        account.version += 1
    row = InvitationRow(
        account_id=account.id,
        code_hash=None if code is None else sha256_hex(code),
        created_at=now(),
        expires_at=now() + rules.INVITATION_LIFETIME,
        accepted_at=None,
    )
    db.add(row)
    await db.flush()
    return row


def invitation_link(public_url: str, code: str, email: str) -> str:
    """Return the address at which the invited person opens the account."""
    # After the `#`, which browsers do not send: no server or proxy logs the code.
    return f"{public_url}/register#{urlencode({'invitation': code, 'email': email})}"


def _with_code(invitation: Invitation, public_url: str, code: str) -> NewInvitation:
    return NewInvitation(**dict(invitation), code=code, url=invitation_link(public_url, code, invitation.email))


def _to_contract(row: InvitationRow, account: AccountRow, waits_for: list[Person] | None) -> Invitation:
    assert row.id is not None
    return Invitation(
        id=row.id,
        email=account.sign_in_email,
        full_name=account.full_name,
        role=Role(account.role),
        account_id=row.account_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        waits_for=waits_for,
    )
