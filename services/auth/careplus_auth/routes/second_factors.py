"""The second factor of the own account."""

import pyotp
import segno
from fastapi import Request

from careplus_auth import rules
from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in.attempts import reauthentication_limits
from careplus_auth.sign_in.reauthentication import check_password, reload_if_password_unchanged
from careplus_auth.store import accounts, mails, second_factors, sessions
from careplus_contracts import second_factors as contract
from careplus_contracts.second_factors import ConfirmSecondFactor, PreparedSecondFactor, PrepareSecondFactor, RecoveryCodes
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.prepare_second_factor)
async def prepare_second_factor(
    body: PrepareSecondFactor, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> PreparedSecondFactor:
    known = await check_password(request, who, body.password)
    account = await reload_if_password_unchanged(db, who, known)
    secret = await second_factors.prepare(db, request.app.state.vault, account)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=settings.hospital)
    rows = segno.make(uri, micro=False).matrix_iter(border=4)
    return PreparedSecondFactor(secret=secret, uri=uri, qr=["".join(map(str, row)) for row in rows])


@routes.serve(contract.confirm_second_factor)
async def confirm_second_factor(body: ConfirmSecondFactor, *, request: Request, who: CurrentUser, db: WriteDb) -> RecoveryCodes:
    await request.app.state.attempts.record(limits := reauthentication_limits(who.id))
    account = await accounts.current_account(db, who)
    codes = await second_factors.confirm(db, request.app.state.vault, account, body.otp)
    await request.app.state.attempts.reset(db, limits)
    await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_ON, account.email)
    return RecoveryCodes(codes=codes)


@routes.serve(contract.remove_second_factor)
async def remove_second_factor(*, request: Request, who: CurrentUser, db: WriteDb) -> None:
    account, session = await accounts.current_account(db, who), await sessions.current_session(db, who)
    if account.second_factor:
        rules.check_fresh(session.with_second_factor, session.created_at, now())
    await second_factors.remove(db, account)
    await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_OFF, account.email)
