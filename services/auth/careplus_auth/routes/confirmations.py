"""Confirmation of e-mail addresses."""

from fastapi import Request

from careplus_auth.sign_in.attempts import confirmation_code_limits, confirmation_limits
from careplus_auth.sign_in.client_info import client_network
from careplus_auth.store import accounts
from careplus_auth.store import confirmations as store
from careplus_contracts import confirmations as contract
from careplus_contracts.confirmations import ConfirmEmail, EmailConfirmation
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.confirm_email)
async def confirm_email(body: ConfirmEmail, *, request: Request, db: WriteDb) -> None:
    attempts, limits = request.app.state.attempts, confirmation_code_limits(client_network(request.scope))
    await attempts.record(limits)
    account = await store.account_for_code(db, body.code)
    await store.confirm(db, account)
    await attempts.reset(db, limits)
    identify_subject(request, accounts.to_contract(account))


@routes.serve(contract.show_confirmation)
async def show_confirmation(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> EmailConfirmation:
    account = await accounts.current_account(db, who)
    return EmailConfirmation(confirmed=account.email_confirmed_at is not None, sends_mail=settings.smtp_url is not None)


@routes.serve(contract.send_confirmation)
async def send_confirmation(*, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings) -> None:
    await request.app.state.attempts.record(confirmation_limits(who.id))
    await store.request(db, request.app.state.vault, settings, await accounts.current_account(db, who))
