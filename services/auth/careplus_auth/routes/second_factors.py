"""The authenticator app of the own account."""

import pyotp
import segno
from fastapi import Request

from careplus_auth.mail.templates import kind_of_new, kind_of_removed
from careplus_auth.sign_in.attempts import reauthentication_limits
from careplus_auth.sign_in.reauthentication import check_fresh_factor, check_password, reload_if_password_unchanged
from careplus_auth.store import accounts, mails, second_factors, sessions
from careplus_contracts import second_factors as contract
from careplus_contracts.second_factors import ConfirmSecondFactor, PreparedSecondFactor, PrepareSecondFactor, RecoveryCodes
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.prepare_second_factor)
async def prepare_second_factor(
    body: PrepareSecondFactor, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> PreparedSecondFactor:
    known = await check_password(request, who, body.password)
    account = await reload_if_password_unchanged(db, who, known)
    await second_factors.check_no_app(db, account)
    await check_fresh_factor(db, who, account)
    secret = await second_factors.prepare(db, request.app.state.vault, account)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.sign_in_email, issuer_name=settings.hospital)
    rows = segno.make(uri, micro=False).matrix_iter(border=4)
    return PreparedSecondFactor(secret=secret, uri=uri, qr=["".join(map(str, row)) for row in rows])


@routes.serve(contract.confirm_second_factor)
async def confirm_second_factor(body: ConfirmSecondFactor, *, request: Request, who: CurrentUser, db: WriteDb) -> RecoveryCodes:
    await request.app.state.attempts.record(limits := reauthentication_limits(who.id))
    account = await accounts.current_account(db, who)
    codes = await second_factors.confirm(db, request.app.state.vault, account, body.otp)
    await request.app.state.attempts.reset(db, limits)
    if codes:
        # a session that a thief of the password opened before must not outlive the second factor
        await sessions.end_all(db, who.id, keep=who.sid)
    await mails.queue(db, request.app.state.vault, kind_of_new(codes), account.sign_in_email)
    return RecoveryCodes(codes=codes)


@routes.serve(contract.remove_second_factor)
async def remove_second_factor(*, request: Request, who: CurrentUser, db: WriteDb) -> None:
    account = await accounts.current_account(db, who)
    await check_fresh_factor(db, who, account)
    await second_factors.remove_app(db, account)
    await mails.queue(db, request.app.state.vault, kind_of_removed(account.second_factor), account.sign_in_email)
