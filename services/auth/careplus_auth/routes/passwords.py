"""Change of a password, and reset with a link from a mail."""

from fastapi import Request

from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.attempts import forgot_password_limits, reset_code_limits, sign_in_limits
from careplus_auth.sign_in.client_info import client_network
from careplus_auth.sign_in.reauthentication import check_password, reload_if_password_unchanged
from careplus_auth.store import confirmations, mails
from careplus_auth.store import passwords as store
from careplus_contracts import passwords as contract
from careplus_contracts.passwords import ChangePassword, ForgotPassword, ResetPassword
from careplus_contracts.texts import normal_email
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.change_password)
async def change_password(
    body: ChangePassword, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> None:
    known = await check_password(request, who, body.current_password)
    password_hash = await passwords.hash_new(body.new_password, known.sign_in_email, known.full_name, settings.hospital)
    account = await reload_if_password_unchanged(db, who, known)
    await store.change(db, account, password_hash, keep_session=who.sid)
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_CHANGED, account.sign_in_email)


@routes.serve(contract.forgot_password)
async def forgot_password(body: ForgotPassword, *, request: Request, db: WriteDb) -> None:
    await request.app.state.attempts.record(forgot_password_limits(body.email, client_network(request.scope)))
    # The account is looked up when the mail is sent, so the answer does not reveal whether it exists.
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_RESET, body.email)


@routes.serve(contract.reset_password)
async def reset_password(body: ResetPassword, *, request: Request, db: WriteDb, settings: AppSettings) -> None:
    attempts, limits = request.app.state.attempts, reset_code_limits(client_network(request.scope))
    await attempts.record(limits)
    async with request.app.state.database.reading() as reading:
        known = await store.account_for_reset_code(reading, body.code)
    password_hash = await passwords.hash_new(body.new_password, known.sign_in_email, known.full_name, settings.hospital)
    account = await store.account_for_reset_code(db, body.code)
    await confirmations.confirm_by_reset(db, account)
    await store.change(db, account, password_hash, keep_session=None)
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_CHANGED, account.sign_in_email)
    # Clear the account's counters: the owner may have been slowed down by attempts of others.
    for one in (limits, sign_in_limits(account.sign_in_email, client_network(request.scope), device=None)):
        await attempts.reset(db, one, clear=f"account {normal_email(account.sign_in_email)}")
