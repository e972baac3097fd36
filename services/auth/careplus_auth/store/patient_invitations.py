"""Statements about invitations of patients to their records."""

from sqlalchemy import select
from sqlmodel import col

from careplus_auth import patient_rules
from careplus_auth.store import accounts, confirmations
from careplus_auth.store.invitations import delete_unused
from careplus_contracts.patients import InvitePatient, PatientInvitation
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.engine import AnySession, WriteSession


async def open_of(db: AnySession, account: AccountRow) -> PatientInvitation | None:
    """Return the invitation of a patient that can be accepted, or None."""
    unused = (col(InvitationRow.account_id) == account.id, col(InvitationRow.accepted_at).is_(None))
    query = select(InvitationRow).where(*unused, col(InvitationRow.expires_at) > now())
    row = (await db.execute(query.order_by(col(InvitationRow.id).desc()).limit(1))).scalar_one_or_none()
    if row is None or account.email is None:
        return None
    return PatientInvitation(patient_id=row.account_id, email=account.email, expires_at=row.expires_at)


async def take_address(db: WriteSession, who: Identity, account: AccountRow, body: InvitePatient) -> int | None:
    """Take the wanted address from another patient's account that never proved it, and return its id; None: it was free.

    Raise EmailTaken, and AddressInUse unless an administrator wants that.
    """
    owner = await accounts.by_email(db, body.email, lock=True)
    if owner is None or owner.id is None or owner.id == account.id:
        return None
    proved = owner.email_confirmed_at is not None
    patient_rules.check_may_take(who.role, owner.id, owner.role, proved=proved, wanted=body.take_address)
    if owner.password_hash is None:
        # a record of the desk stays open without the address
        await delete_unused(db, owner)
        owner.email = None
        owner.version += 1
        await db.flush()
    else:
        await confirmations.take_address(db, owner)
    return owner.id
