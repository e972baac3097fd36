"""The link between a work account and the own record, and the switch from one to the other."""

from fastapi import Request, Response

from careplus_auth import rules
from careplus_auth.crypto.signing import tokens
from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in import cookies, credentials
from careplus_auth.sign_in.attempts import sign_in_limits
from careplus_auth.sign_in.client_info import client_device, client_network
from careplus_auth.store import accounts, linked_records, mails, rotation, sessions
from careplus_contracts import linked_records as contract
from careplus_contracts.accounts import InvalidCredentials, OtpRequired, Side, Tokens
from careplus_contracts.endpoints import Role
from careplus_contracts.linked_records import (
    LinkedRecord,
    LinkRecord,
    RecordCredentials,
    RecordFactorRequired,
    ShownLink,
    SwitchSide,
)
from careplus_contracts.sessions import RefreshReused
from careplus_runtime.audit.recorder import identify_patients, identify_subject
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.problems import header
from careplus_runtime.http.serving import Routes
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession

routes = Routes()
NO_RECORD = "Check the e-mail and the password of your record. Without them ask reception for an invitation to it."


@routes.serve(contract.show_link)
async def show_link(*, who: CurrentUser, db: ReadDb) -> ShownLink:
    row = await linked_records.find(db, who)
    return ShownLink(linked=None if row is None else await linked_records.show(db, row))


@routes.serve(contract.link_record)
async def link_record(body: LinkRecord, *, request: Request, who: CurrentUser) -> LinkedRecord:
    async def link(db: WriteSession, record: AccountRow) -> LinkedRecord:
        if record.role != Role.PATIENT.value or record.id is None:
            raise RecordCredentials(NO_RECORD)
        identify_patients(request, [record.id])
        # the work account may have been closed while the password was checked
        await sessions.current_session(db, who)
        linked = await linked_records.link(db, who, record)
        await mails.queue(db, request.app.state.vault, Kind.RECORD_LINKED, record.sign_in_email)
        return await linked_records.show(db, linked)

    limits = sign_in_limits(body.email, client_network(request.scope), device=cookies.known_device(request, body.email))
    try:
        return await credentials.with_owner(request, body, limits, link)
    except InvalidCredentials:
        raise RecordCredentials(NO_RECORD) from None
    except OtpRequired as needed:
        raise RecordFactorRequired(needed.detail, **needed.extras) from None


@routes.serve(contract.unlink_record)
async def unlink_record(*, request: Request, who: CurrentUser, db: WriteDb) -> None:
    row = await linked_records.unlink(db, who)
    identify_patients(request, [row.record_account_id])
    await sessions.end_of_record(db, row.record_account_id)


@routes.serve(contract.switch_side)
async def switch_side(body: SwitchSide, *, request: Request, response: Response, settings: AppSettings) -> Tokens:
    rules.check_same_site(header(request.scope, b"origin"), header(request.scope, b"x-careplus"), settings.allowed_origins)
    device, secret = client_device(request.scope), request.app.state.successor_secret
    # A transaction of its own: the session that a reused token ended must stay ended although the request is refused.
    async with request.app.state.database.writing() as db:
        token = cookies.require_refresh_token(request, settings)
        if (owner := await rotation.owner(db, token)) is not None:
            identify_subject(request, accounts.to_contract(owner.account), owner.session.id)
        opened = await rotation.switch(db, token, body.to, secret, device, settings)
    if opened is None:
        raise RefreshReused(sessions.EXPIRED)
    if opened.side is Side.RECORD and opened.account.id is not None:
        identify_patients(request, [opened.account.id])
    cookies.set_refresh_cookie(response, settings, opened)
    return tokens(request.app.state.signing_keys, opened, settings)
