"""Sign-in with password and second factor: a code or a passkey."""

from fastapi import Request, Response

from careplus_auth.crypto.signing import tokens
from careplus_auth.sign_in import cookies, credentials
from careplus_auth.sign_in.attempts import sign_in_limits
from careplus_auth.sign_in.client_info import client_device, client_network
from careplus_auth.store import accounts, sessions
from careplus_auth.store.sessions import OpenedSession
from careplus_contracts import accounts as contract
from careplus_contracts.accounts import Login, Tokens
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

routes = Routes()


@routes.serve(contract.login)
async def login(body: Login, *, request: Request, response: Response) -> Tokens:
    settings, device = request.app.state.settings, client_device(request.scope)

    async def open_session(db: WriteSession, account: AccountRow) -> OpenedSession:
        return await sessions.open_session(db, account, device, settings)

    limits = sign_in_limits(body.email, client_network(request.scope), device=cookies.known_device(request, body.email))
    opened = await credentials.with_owner(request, body, limits, open_session)
    identify_subject(request, accounts.to_contract(opened.account), opened.sid)
    cookies.set_refresh_cookie(response, settings, opened)
    cookies.remember_device(request, response, body.email)
    return tokens(request.app.state.signing_keys, opened, settings)
