"""All accounts, for administrators."""

from fastapi import Request

from careplus_auth import rules
from careplus_auth.mail.templates import Kind
from careplus_auth.store import accounts, handovers, mails, people, second_factors, sessions
from careplus_contracts import people as contract
from careplus_contracts.accounts import Account
from careplus_contracts.people import AccountFilter, Accounts, UpdateAccount
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_accounts)
async def list_accounts(query: AccountFilter, *, who: CurrentUser, db: ReadDb) -> Accounts:
    return await people.list_all(db, who, query)


@routes.serve(contract.show_account)
async def show_account(account_id: Id, *, who: CurrentUser, db: ReadDb) -> Account:
    return accounts.to_contract(await people.find(db, who, account_id))


@routes.serve(contract.update_account, path_record=people.find)
async def update_account(
    account_id: Id,
    body: UpdateAccount,
    *,
    request: Request,
    who: CurrentUser,
    db: WriteDb,
    expected: IfMatch,
    settings: AppSettings,
) -> Account:
    # Lock the caller's own account first, to serialise mutual deactivation.
    await accounts.current_account(db, who)
    account = await people.find(db, who, account_id)
    check_version(account.version, expected)
    rules.check_stays_administrator(who.id, account_id, body)
    plan = await handovers.plan(db, account, body, settings.clinic_zone)
    loses_factor = body.second_factor is False and account.second_factor
    if loses_factor:
        await second_factors.remove(db, account)
        await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_OFF, account.email)
    if plan.doctor_ids or (account.role, account.active) != (body.role, body.active):
        people.change(account, body)
    elif not loses_factor:
        return accounts.to_contract(account)
    if plan.doctor_ids:
        patients = await handovers.hand_over(db, plan, settings.clinic_zone)
        identify_patients(request, patients, await handovers.words(db, plan))
    await sessions.end_all(db, account_id)
    return accounts.to_contract(account)
