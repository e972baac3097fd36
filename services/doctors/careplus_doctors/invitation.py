"""Invitation of a doctor by the auth service, which creates the account and its one-time code."""

import httpx
from fastapi import Request

from careplus_contracts import invitations
from careplus_contracts.client import Client
from careplus_contracts.doctors import AddDoctor
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import Invite, NewInvitation
from careplus_contracts.refusals import Unavailable
from careplus_runtime.http.addresses import onward_headers
from careplus_runtime.http.idempotency import derived_key_headers
from careplus_runtime.http.problems import header
from careplus_runtime.process.settings import Settings


async def invite(request: Request, settings: Settings, body: AddDoctor) -> NewInvitation:
    """Call auth with the caller's own token. Raise EmailTaken, ApprovalWaits, and Unavailable where auth does not answer."""
    auth = Client(
        request.app.state.http,
        token=(header(request.scope, b"authorization") or "").partition(" ")[2],
        address=settings.service_url("auth"),
        headers={**onward_headers(request.scope), **derived_key_headers(request, "invite")},
    )
    try:
        return await auth.call(invitations.invite, Invite(email=body.email, full_name=body.full_name, role=Role.DOCTOR))
    except httpx.HTTPError:
        raise Unavailable("The sign-in service cannot be reached. Nothing was changed; try again.") from None
