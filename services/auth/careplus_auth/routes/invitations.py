"""Invitations of staff."""

from fastapi import Request

from careplus_auth.mail.templates import Kind
from careplus_auth.store import invitations, mails
from careplus_contracts import invitations as contract
from careplus_contracts.invitations import Invitations, Invite, NewInvitation
from careplus_contracts.values import PageFilter
from careplus_runtime.http.dependencies import AppSettings, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.invite)
async def invite(body: Invite, *, request: Request, db: WriteDb, settings: AppSettings) -> NewInvitation:
    invitation = await invitations.invite(db, body, settings.public_url)
    await mails.queue(db, request.app.state.vault, Kind.INVITATION, invitation.email, invitation.url)
    return invitation


@routes.serve(contract.list_invitations)
async def list_invitations(query: PageFilter, *, db: ReadDb) -> Invitations:
    return await invitations.list_all(db, query)
