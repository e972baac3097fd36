"""Inviting staff."""

from careplus_auth.store import invitations
from careplus_contracts import invitations as contract
from careplus_contracts.invitations import Invitations, Invite, NewInvitation
from careplus_contracts.values import Cursor, Limit
from careplus_runtime.provided import Db, House
from careplus_runtime.serving import Routes

routes = Routes()


@routes.serve(contract.invite)
async def invite(body: Invite, *, db: Db, house: House) -> NewInvitation:
    return await invitations.invite(db, body, house.public_url)


@routes.serve(contract.list_invitations)
async def list_invitations(limit: Limit = 20, cursor: Cursor | None = None, *, db: Db) -> Invitations:
    return await invitations.list_all(db, limit, cursor)
