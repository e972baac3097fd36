"""Register, stay signed in, sign out, who am I."""

from fastapi import Request, Response

from careplus_auth import rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.sign_in import cookies, passwords
from careplus_auth.sign_in.attempts import of_newcomer
from careplus_auth.sign_in.client_info import device, peer
from careplus_auth.store import accounts, invitations, sessions
from careplus_contracts import accounts as contract
from careplus_contracts.accounts import Account, InvitationRequired, Register, Tokens, UpdateMe
from careplus_contracts.endpoints import Role
from careplus_contracts.sessions import RefreshReused
from careplus_runtime.audit.recorder import about
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, Db, IfMatch, OptionalUser, check_version
from careplus_runtime.http.problems import header
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.register)
async def register(body: Register, *, request: Request, visitor: OptionalUser, db: Db) -> Account:
    is_admin = visitor is not None and visitor.role is Role.ADMIN
    if not is_admin:
        await request.app.state.attempts.begin(of_newcomer(peer(request.scope)))
    password_hash = await passwords.hash_new(body.password, body.email, body.full_name)
    if visitor is not None and is_admin:
        # hashing may have waited for its turn, and who asks may be none any more
        await accounts.own(db, visitor)
    if body.invitation is not None:
        reserved = await invitations.accept(db, body.invitation, body.email, body.role)
        return accounts.shown(accounts.accept(reserved, body, password_hash))
    if body.role is not Role.PATIENT and not is_admin:
        raise InvitationRequired("Ask an administrator for an invitation and send its code.")
    return accounts.shown(await accounts.add(db, body, password_hash))


@routes.serve(contract.refresh)
async def refresh(*, request: Request, response: Response, house: AppSettings) -> Tokens:
    rules.check_same_site(header(request.scope, b"origin"), header(request.scope, b"x-careplus"), house.allowed_origins)
    # a transaction of its own: a session that was ended because of a stolen token stays so although this is refused
    async with request.app.state.database.writing() as db:
        token = cookies.presented(request, house)
        if (owner := await sessions.owner(db, token)) is not None:
            about(request, accounts.shown(owner.account), owner.sid)
        opened = await sessions.rotate(db, token, request.app.state.successor_secret, device(request.scope))
    if opened is None:
        raise RefreshReused(sessions.EXPIRED)
    cookies.hand_out(response, house, opened)
    return tokens(request.app.state.signing_keys, opened)


@routes.serve(contract.logout)
async def logout(*, request: Request, response: Response, db: Db, house: AppSettings) -> None:
    rules.check_same_site(header(request.scope, b"origin"), header(request.scope, b"x-careplus"), house.allowed_origins)
    if token := cookies.found(request, house):
        if (owner := await sessions.owner(db, token)) is not None:
            about(request, accounts.shown(owner.account), owner.sid)
        await sessions.end(db, token)
    cookies.take_back(response, house)


@routes.serve(contract.me)
async def me(*, who: CurrentUser, db: Db) -> Account:
    return accounts.shown(await accounts.own(db, who))


@routes.serve(contract.update_me)
async def update_me(body: UpdateMe, *, who: CurrentUser, db: Db, expected: IfMatch) -> Account:
    account = await accounts.own(db, who)
    check_version(account.version, expected)
    return accounts.shown(accounts.change(account, body))
