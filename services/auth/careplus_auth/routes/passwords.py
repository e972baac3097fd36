"""Changing a password, and choosing a new one with a link."""

from fastapi import Request

from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.attempts import of_account, of_code, of_forgetful
from careplus_auth.sign_in.client_info import peer
from careplus_auth.sign_in.reauthentication import check_password, still_own
from careplus_auth.store import mails
from careplus_auth.store import passwords as store
from careplus_contracts import passwords as contract
from careplus_contracts.passwords import ChangePassword, ForgotPassword, ResetPassword
from careplus_runtime.http.dependencies import CurrentUser, Db
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.change_password)
async def change_password(body: ChangePassword, *, request: Request, who: CurrentUser, db: Db) -> None:
    known = await check_password(request, who, body.current_password)
    password_hash = await passwords.hash_new(body.new_password, known.email, known.full_name)
    account = await still_own(db, who, known)
    await store.change(db, account, password_hash, stays=who.sid)
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_CHANGED, account.email)


@routes.serve(contract.forgot_password)
async def forgot_password(body: ForgotPassword, *, request: Request, db: Db) -> None:
    await request.app.state.attempts.begin(of_forgetful(body.email, peer(request.scope)))
    # whether there is such an account is asked when the mail is sent: nobody can tell from this answer
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_RESET, body.email)


@routes.serve(contract.reset_password)
async def reset_password(body: ResetPassword, *, request: Request, db: Db) -> None:
    attempts, counts = request.app.state.attempts, of_code(peer(request.scope))
    await attempts.begin(counts)
    async with request.app.state.database.reading() as reading:
        known = await store.account_of(reading, body.code)
    password_hash = await passwords.hash_new(body.new_password, known.email, known.full_name)
    account = await store.account_of(db, body.code)
    await store.change(db, account, password_hash, stays=None)
    await mails.queue(db, request.app.state.vault, Kind.PASSWORD_CHANGED, account.email)
    # whoever was kept out by others' tries gets in now
    for one in (counts, of_account(account.email, peer(request.scope), device=None)):
        await attempts.forgive(db, one, all_of=f"account {account.email}")
