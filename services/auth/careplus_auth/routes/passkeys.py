"""Passkeys of the own account."""

from fastapi import Request

from careplus_auth.mail.templates import kind_of_new, kind_of_removed
from careplus_auth.sign_in.attempts import reauthentication_limits
from careplus_auth.sign_in.passkeys import check_registration
from careplus_auth.sign_in.reauthentication import check_fresh_factor, check_password, reload_if_password_unchanged
from careplus_auth.store import accounts, mails, passkey_challenges, passkeys, second_factors, sessions
from careplus_contracts import passkeys as contract
from careplus_contracts.passkeys import PasskeyOptions, PreparePasskey, RegisteredPasskey, RegisterPasskey, SecondFactor
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes
from careplus_tables.passkeys import Purpose

routes = Routes()


@routes.serve(contract.show_second_factor)
async def show_second_factor(*, who: CurrentUser, db: ReadDb) -> SecondFactor:
    account = await accounts.current_account(db, who)
    own = [passkeys.to_contract(row) for row in await passkeys.of_account(db, account)]
    return SecondFactor(app=await second_factors.has_app(db, account), passkeys=own)


@routes.serve(contract.prepare_passkey)
async def prepare_passkey(
    body: PreparePasskey, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> PasskeyOptions:
    known = await check_password(request, who, body.password)
    account = await reload_if_password_unchanged(db, who, known)
    await check_fresh_factor(db, who, account)
    return await passkeys.prepare(db, request.app.state.vault, settings, account)


@routes.serve(contract.register_passkey)
async def register_passkey(
    body: RegisterPasskey, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> RegisteredPasskey:
    await request.app.state.attempts.record(limits := reauthentication_limits(who.id))
    # a transaction of its own: the challenge stays used up although the answer is refused
    async with request.app.state.database.writing() as own:
        account = await accounts.current_account(own, who)
        challenge = await passkey_challenges.use(own, account, Purpose.REGISTER, body.client_data)
    account = await accounts.current_account(db, who)
    passkey = await passkeys.add(db, account, body, check_registration(settings, body, challenge))
    await request.app.state.attempts.reset(db, limits)
    codes = await second_factors.switch_on(db, account)
    if codes:
        # as for the first app
        await sessions.end_all(db, who.id, keep=who.sid)
    await mails.queue(db, request.app.state.vault, kind_of_new(codes), account.sign_in_email)
    return RegisteredPasskey(passkey=passkey, codes=codes)


@routes.serve(contract.remove_passkey)
async def remove_passkey(passkey_id: Id, *, request: Request, who: CurrentUser, db: WriteDb) -> None:
    account = await accounts.current_account(db, who)
    passkey = await passkeys.find(db, who, passkey_id)
    await check_fresh_factor(db, who, account)
    await second_factors.remove_passkey(db, account, passkey)
    await mails.queue(db, request.app.state.vault, kind_of_removed(account.second_factor), account.sign_in_email)
