"""Registration, refresh, sign-out and the own account."""

from fastapi import Request, Response

from careplus_auth import patient_rules, rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.sign_in import cookies, passwords
from careplus_auth.sign_in.attempts import invitation_limits, registration_limits
from careplus_auth.sign_in.client_info import client_device, client_language, client_network
from careplus_auth.store import accounts, approvals, confirmations, consents, invitations, rotation, sessions
from careplus_contracts import accounts as contract
from careplus_contracts.accounts import Account, ChooseLanguage, InvitationRequired, Register, Tokens, UpdateMe
from careplus_contracts.endpoints import Role
from careplus_contracts.sessions import RefreshReused
from careplus_contracts.values import PortalLanguage
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, OptionalUser, ReadDb, WriteDb, check_version
from careplus_runtime.http.problems import header
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

routes = Routes()


@routes.serve(contract.register)
async def register(body: Register, *, request: Request, visitor: OptionalUser, db: WriteDb, settings: AppSettings) -> Account:
    is_admin = visitor is not None and visitor.role is Role.ADMIN
    if not is_admin:
        await request.app.state.attempts.record(registration_limits(client_network(request.scope)))
    if body.invitation is None:
        rules.check_patient_details(body.role, body)
    else:
        await request.app.state.attempts.record(invitation_limits(body.invitation))
    password_hash = await passwords.hash_new(body.password, body.email, body.full_name, settings.hospital)
    if visitor is not None and is_admin:
        # Hashing takes long: check again that the caller is still an administrator.
        await accounts.current_account(db, visitor)
        if body.invitation is None and await approvals.approvers(db, visitor, settings, body.role):
            raise InvitationRequired("Another administrator has to approve new staff: invite the person.")
    account = await _opened(db, body, password_hash, client_language(request.scope), is_admin=is_admin)
    await confirmations.request(db, request.app.state.vault, settings, account)
    return accounts.to_contract(account)


async def _opened(
    db: WriteSession, body: Register, password_hash: str, language: PortalLanguage, *, is_admin: bool
) -> AccountRow:
    """Return the new account, or the one that the invitation reserved, and keep a patient's consent.

    An administrator who registers staff knows their addresses; patients prove theirs. Raise InvitationRequired, EmailTaken,
    Malformed or ConsentRequired.
    """
    if body.invitation is not None:
        reserved = await invitations.accept(db, body.invitation, body.email, body.role)
        rules.check_patient_details(Role(reserved.role), body)
        if reserved.role == Role.PATIENT.value:
            patient_rules.check_same_birth_date(reserved.date_of_birth, body.date_of_birth)
        account = accounts.accept(reserved, body, password_hash, language)
    elif body.role is Role.PATIENT or is_admin:
        account = await accounts.add(db, body, password_hash, language, confirmed=body.role is not Role.PATIENT)
    else:
        raise InvitationRequired("Ask an administrator for an invitation and send its code.")
    if account.role == Role.PATIENT.value and body.consent is not None:
        assert account.id is not None
        await consents.add(db, account.id, body.consent)
    return account


@routes.serve(contract.refresh)
async def refresh(*, request: Request, response: Response, settings: AppSettings) -> Tokens:
    rules.check_same_site(header(request.scope, b"origin"), header(request.scope, b"x-careplus"), settings.allowed_origins)
    # A transaction of its own: the session that a reused token ended must stay ended although the request is refused.
    async with request.app.state.database.writing() as db:
        token = cookies.require_refresh_token(request, settings)
        if (owner := await rotation.owner(db, token)) is not None:
            identify_subject(request, accounts.to_contract(owner.account), owner.session.id)
        opened = await rotation.rotate(db, token, request.app.state.successor_secret, client_device(request.scope), settings)
    if opened is None:
        raise RefreshReused(sessions.EXPIRED)
    cookies.set_refresh_cookie(response, settings, opened)
    return tokens(request.app.state.signing_keys, opened, settings)


@routes.serve(contract.logout)
async def logout(*, request: Request, response: Response, db: WriteDb, settings: AppSettings) -> None:
    rules.check_same_site(header(request.scope, b"origin"), header(request.scope, b"x-careplus"), settings.allowed_origins)
    token = cookies.refresh_token(request, settings)
    if token is not None and (owner := await rotation.owner(db, token)) is not None:
        identify_subject(request, accounts.to_contract(owner.account), owner.session.id)
        await sessions.end(db, owner.session)
    cookies.delete_refresh_cookie(response, settings)


@routes.serve(contract.me)
async def me(*, who: CurrentUser, db: ReadDb) -> Account:
    return accounts.to_contract(await accounts.current_account(db, who))


@routes.serve(contract.update_me)
async def update_me(body: UpdateMe, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Account:
    account = await accounts.current_account(db, who)
    check_version(account.version, expected)
    if "contact" in body.model_fields_set:
        accounts.change_contact(account, body.contact)
    return accounts.to_contract(accounts.change_phone(account, body.phone))


@routes.serve(contract.choose_language)
async def choose_language(body: ChooseLanguage, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Account:
    account = await accounts.current_account(db, who)
    check_version(account.version, expected)
    return accounts.to_contract(accounts.choose_language(account, body.language))
