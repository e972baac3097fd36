"""Roles of staff that an administrator gives to an account, at once or after the approval of another administrator."""

from careplus_auth import rules
from careplus_auth.store import approvals, handovers
from careplus_contracts.approvals import ApprovalKind
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import ApprovalWaits
from careplus_contracts.people import UpdateAccount
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession


async def let_wait(
    db: WriteSession, who: Identity, settings: Settings, account: AccountRow, body: UpdateAccount
) -> UpdateAccount:
    """Return the part of a change that has its effect at once; a role that needs an approval waits.

    Raise ApprovalWaits and NotAccepted, and WorkWaits and Malformed for a role that could not be changed at once either.
    """
    waiting = await approvals.waiting_of(db, account)
    changes = body.active or body.role.value != account.role
    # the approval is for this role: a change and a change back would open the account without it
    if waiting is not None and waiting.kind == ApprovalKind.INVITATION.value and changes:
        raise ApprovalWaits("The invitation of this person waits for an approval. Approve or decline it first.")
    if (account.role, body.role) != (Role.PATIENT, Role.PATIENT):
        rules.check_accepted(account.password_hash, active=account.active, wanted=body.active)
    if body.role.value == account.role:
        return body
    await approvals.settle_earlier(db, who, account)
    waits_for = await approvals.approvers(db, who, settings, body.role, subject_id=account.id)
    if not waits_for:
        return body
    await handovers.plan(db, account, body, settings.clinic_zone)
    await approvals.ask(db, who, account, ApprovalKind.ROLE, body.role, waits_for=waits_for, colleague_id=body.colleague_id)
    return body.model_copy(update={"role": Role(account.role), "colleague_id": None if body.active else body.colleague_id})
