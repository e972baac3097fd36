"""Administrators approve or decline staff accounts and roles that another administrator asked for."""

from fastapi import Request

from careplus_auth import account_changes
from careplus_auth.mail.templates import Kind
from careplus_auth.store import approvals, handovers, invitations, mails
from careplus_contracts import approvals as contract
from careplus_contracts.approvals import Approval, ApprovalKind, Approvals, ApprovalState, DecidedApproval, DeclineApproval
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import NewInvitation
from careplus_contracts.people import UpdateAccount
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.approvals import AccountApprovalRow
from careplus_tables.engine import WriteSession

routes = Routes()


@routes.serve(contract.list_approvals)
async def list_approvals(query: contract.ApprovalFilter, *, who: CurrentUser, db: ReadDb) -> Approvals:
    return await approvals.list_all(db, who, query)


@routes.serve(contract.approve_account, path_record=approvals.find)
async def approve_account(
    approval_id: Id, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> DecidedApproval:
    row, account = await approvals.claim(db, who, approval_id)
    _name_patient(request, account)
    approvals.decide(row, who, ApprovalState.APPROVED)
    invitation = None
    if row.kind == ApprovalKind.INVITATION.value:
        invitation = await _send(request, db, settings, account)
    else:
        await _give_role(request, db, settings, row, account)
    return DecidedApproval(**dict(await approvals.answer(db, who, row)), invitation=invitation)


@routes.serve(contract.decline_approval, path_record=approvals.find)
async def decline_approval(
    approval_id: Id, body: DeclineApproval, *, request: Request, who: CurrentUser, db: WriteDb
) -> Approval:
    row, account = await approvals.claim(db, who, approval_id)
    _name_patient(request, account, body.reason)
    approvals.decide(row, who, ApprovalState.DECLINED, body.reason)
    if row.kind == ApprovalKind.INVITATION.value:
        await invitations.delete_unused(db, account)
    return await approvals.answer(db, who, row)


async def _send(request: Request, db: WriteSession, settings: Settings, account: AccountRow) -> NewInvitation:
    """Replace the waiting invitation by one with a code, and queue its mail."""
    invitation = await invitations.add(db, account, settings.public_url)
    await mails.queue(db, request.app.state.vault, Kind.INVITATION, invitation.email, invitation.url)
    return invitation


async def _give_role(
    request: Request, db: WriteSession, settings: Settings, row: AccountApprovalRow, account: AccountRow
) -> None:
    """Change the role as it was asked for. Raise WorkWaits where the colleague that was named can no longer act."""
    # the work of an account that was closed meanwhile was handed over then
    takes_over = account.active and await handovers.can_take_over(db, row.colleague_id)
    colleague_id = row.colleague_id if takes_over else None
    body = UpdateAccount(role=Role(row.role), active=account.active, colleague_id=colleague_id)
    await account_changes.change(request, db, settings, account, body)


def _name_patient(request: Request, account: AccountRow, reason: str | None = None) -> None:
    is_patient = account.role == Role.PATIENT.value and account.id is not None
    identify_patients(request, [account.id] if is_patient and account.id is not None else [], reason)
