"""Invitations of staff."""

from fastapi import Request

from careplus_auth.mail.templates import Kind
from careplus_auth.store import accounts, approvals, confirmations, invitations, mails
from careplus_contracts import invitations as contract
from careplus_contracts.approvals import ApprovalKind
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import Invitations, Invite, NewInvitation
from careplus_contracts.values import Id, PageFilter, PortalLanguage
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.invite)
async def invite(body: Invite, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NewInvitation:
    await invitations.lock(db, who, body.email)
    if (squatter := await invitations.squatter(db, body.email)) is not None:
        await confirmations.take_address(db, squatter)
        identify_patients(request, [accounts.to_contract(squatter).id], "address given to an invitation")
    # until the invited person chooses one, the language of the administrator is the best guess
    language = PortalLanguage((await accounts.current_account(db, who)).language)
    account = await invitations.reserve(db, body, language)
    await approvals.settle_earlier(db, who, account)
    waits_for = await approvals.approvers(db, who, settings, body.role)
    if waits_for and not await approvals.is_approved(db, account):
        invitation = await invitations.add_waiting(db, account, waits_for)
        await approvals.ask(db, who, account, ApprovalKind.INVITATION, body.role, waits_for=waits_for)
        return invitation
    invitation = await invitations.add(db, account, settings.public_url)
    await mails.queue(db, request.app.state.vault, Kind.INVITATION, invitation.email, invitation.url)
    return invitation


@routes.serve(contract.withdraw_invitation, path_record=invitations.find)
async def withdraw_invitation(invitation_id: Id, *, request: Request, who: CurrentUser, db: WriteDb) -> None:
    account = await invitations.withdraw(db, who, invitation_id)
    is_patient = account.role == Role.PATIENT.value
    identify_patients(request, [accounts.to_listed(account).id] if is_patient else [])


@routes.serve(contract.list_invitations)
async def list_invitations(query: PageFilter, *, db: ReadDb) -> Invitations:
    return await invitations.list_all(db, query)
