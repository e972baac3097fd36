"""One's own second factor."""

import pyotp
import segno
from fastapi import Request

from careplus_auth import rules
from careplus_auth.mail.templates import Kind
from careplus_auth.sign_in.attempts import of_owner
from careplus_auth.sign_in.reauthentication import check_password, still_own
from careplus_auth.store import accounts, mails, second_factors, sessions
from careplus_contracts import second_factors as contract
from careplus_contracts.second_factors import ConfirmSecondFactor, PreparedSecondFactor, PrepareSecondFactor, RecoveryCodes
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, Db
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.prepare_second_factor)
async def prepare_second_factor(
    body: PrepareSecondFactor, *, request: Request, who: CurrentUser, db: Db, house: AppSettings
) -> PreparedSecondFactor:
    known = await check_password(request, who, body.password)
    account = await still_own(db, who, known)
    secret = await second_factors.prepare(db, request.app.state.vault, account)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=house.hospital)
    rows = segno.make(uri, micro=False).matrix_iter(border=4)
    return PreparedSecondFactor(secret=secret, uri=uri, qr=["".join(map(str, row)) for row in rows])


@routes.serve(contract.confirm_second_factor)
async def confirm_second_factor(body: ConfirmSecondFactor, *, request: Request, who: CurrentUser, db: Db) -> RecoveryCodes:
    await request.app.state.attempts.begin(counts := of_owner(who.id))
    account = await accounts.own(db, who)
    codes = await second_factors.confirm(db, request.app.state.vault, account, body.otp)
    await request.app.state.attempts.forgive(db, counts)
    await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_ON, account.email)
    return RecoveryCodes(codes=codes)


@routes.serve(contract.remove_second_factor)
async def remove_second_factor(*, request: Request, who: CurrentUser, db: Db) -> None:
    account, session = await accounts.own(db, who), await sessions.own(db, who)
    if account.second_factor:
        rules.check_fresh(session.with_second_factor, session.created_at, now())
    await second_factors.remove(db, account)
    await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_OFF, account.email)
