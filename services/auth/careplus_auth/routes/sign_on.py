"""Sign-on at the hospital's identity provider."""

from typing import TYPE_CHECKING

from fastapi import Request, Response

from careplus_auth import rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in import cookies
from careplus_auth.sign_in.attempts import Limits, sign_on_limits
from careplus_auth.sign_in.client_info import client_device, client_network
from careplus_auth.sign_in.reauthentication import check_recent_sign_in
from careplus_auth.sign_on import rules as sign_on_rules
from careplus_auth.sign_on.pending import LIFETIME, Pending
from careplus_auth.store import accounts, identities, mails, people, sessions
from careplus_auth.store.sessions import OpenedSession
from careplus_contracts import sign_on as contract
from careplus_contracts.accounts import Tokens
from careplus_contracts.endpoints import Role
from careplus_contracts.sign_on import SignOn, SignOnCause, SignOnRefused, SignOnStart, SignOnUnavailable
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_patients, identify_subject
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, WriteDb
from careplus_runtime.http.problems import header
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

if TYPE_CHECKING:
    # their libraries are loaded only where a provider is set
    from careplus_auth.sign_on.id_token import IdTokenClaims
    from careplus_auth.sign_on.provider import IdentityProvider

routes = Routes()
RETURN_PAGE = "/sign-in"
"""The page of the portals to which the provider sends the browser back."""


@routes.serve(contract.start_sign_on)
async def start_sign_on(*, request: Request, response: Response, settings: AppSettings) -> SignOnStart:
    origin = _own_origin(request)
    pending = Pending.create(f"{origin}{RETURN_PAGE}")
    address = await _provider(request).address_of(pending)
    cookies.set_sign_on_cookie(response, settings, request.app.state.pending_sign_ons.write(pending), LIFETIME)
    return SignOnStart(url=address)


@routes.serve(contract.sign_on)
async def sign_on(body: SignOn, *, request: Request, response: Response, settings: AppSettings) -> Tokens:
    _own_origin(request)
    limits = sign_on_limits(client_network(request.scope))
    async with request.app.state.attempts.recorded(limits):
        opened = await _open_session(request, await _claims(request, body), limits)
    identify_subject(request, accounts.to_contract(opened.account), opened.sid)
    cookies.delete_sign_on_cookie(response, settings)
    cookies.set_refresh_cookie(response, settings, opened)
    cookies.remember_device(request, response, opened.account.sign_in_email)
    return tokens(request.app.state.signing_keys, opened, settings)


@routes.serve(contract.remove_identity)
async def remove_identity(account_id: Id, *, request: Request, who: CurrentUser, db: WriteDb) -> None:
    await check_recent_sign_in(request, who)
    await people.find(db, who, account_id)
    await identities.remove(db, account_id)


def _own_origin(request: Request) -> str:
    """Return the origin of the portals' page that sends the request. Raise Unauthenticated for any other sender."""
    origin, allowed = header(request.scope, b"origin"), request.app.state.settings.allowed_origins
    rules.check_same_site(origin, header(request.scope, b"x-careplus"), allowed)
    return str(origin)


def _provider(request: Request) -> "IdentityProvider":
    provider: IdentityProvider | None = request.app.state.identity_provider
    if provider is None:
        raise SignOnUnavailable("This hospital has no sign-on. Sign in with e-mail and password.")
    return provider


async def _claims(request: Request, body: SignOn) -> "IdTokenClaims":
    """Return the verified claims of the sign-on that this browser started. Raise SignOnFailed and SignOnUnavailable."""
    provider, state = _provider(request), request.app.state
    pending = state.pending_sign_ons.read(cookies.sign_on_cookie(request, state.settings), body.state)
    # committed before the provider is asked, so that concurrent requests use the state once
    async with state.database.writing() as db:
        await identities.use_state(db, body.state)
    return await provider.claims_for(pending, body.code, body.iss)


async def _open_session(request: Request, claims: "IdTokenClaims", limits: Limits) -> OpenedSession:
    """Return the new session of the account of an identity. Raise SignOnRefused and AccountInactive."""
    state, settings = request.app.state, request.app.state.settings
    granted = sign_on_rules.granted_roles(claims.values_of(settings.oidc_roles_claim), settings.oidc_role_map)
    factor = sign_on_rules.has_factor(claims.amr, claims.acr, settings.second_factor_acr)
    try:
        async with state.database.writing() as db:
            account = await _account_of(request, db, claims, granted)
            is_needed = account.second_factor or account.role in settings.roles_with_second_factor
            sign_on_rules.check_factor(needed=is_needed, given=factor)
            await state.attempts.reset(db, limits)
            return await sessions.open_session(db, account, client_device(request.scope), settings, provider_factor=factor)
    except SignOnRefused as refusal:
        identify_patients(request, (), refusal.cause.value)
        raise


async def _account_of(request: Request, db: WriteSession, claims: "IdTokenClaims", granted: frozenset[Role]) -> AccountRow:
    """Return the account of an identity; link it at its first sign-on."""
    linked = await identities.account_of(db, claims.iss, claims.sub)
    account = linked or await _account_with_address(db, claims)
    if linked is None:
        # another sign-on of this person may have linked the identity while this one waited for the account
        linked = await identities.account_of(db, claims.iss, claims.sub)
    identify_subject(request, accounts.to_contract(account))
    rules.check_open(account.active)
    sign_on_rules.check_role(Role(account.role), granted)
    if linked is None:
        await _link(request, db, claims, account)
    return account


async def _account_with_address(db: WriteSession, claims: "IdTokenClaims") -> AccountRow:
    """Return the staff account with the verified address of an identity, locked. Raise SignOnRefused."""
    if claims.email is None or not claims.email_verified:
        raise sign_on_rules.refused(SignOnCause.EMAIL_UNVERIFIED)
    account = await accounts.by_email(db, claims.email, lock=True)
    if account is None or account.role == Role.PATIENT or not sign_on_rules.is_same_address(claims.email, account.sign_in_email):
        raise sign_on_rules.refused(SignOnCause.NO_ACCOUNT)
    return account


async def _link(request: Request, db: WriteSession, claims: "IdTokenClaims", account: AccountRow) -> None:
    """Link an identity to its account once, and tell the owner. Raise SignOnRefused."""
    if await identities.has_identity(db, claims.iss, account):
        raise sign_on_rules.refused(SignOnCause.OTHER_IDENTITY)
    is_open = account.email_confirmed_at is not None
    if account.password_hash is None:
        is_open = await identities.accept_invitation(db, account)
    if not is_open:
        raise sign_on_rules.refused(SignOnCause.NO_ACCOUNT)
    await identities.link(db, claims.iss, claims.sub, account)
    await mails.queue(db, request.app.state.vault, Kind.SIGN_ON_LINKED, account.sign_in_email)
    identify_patients(request, (), "linked by the e-mail address")
