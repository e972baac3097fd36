"""All accounts, for administrators."""

from fastapi import Request

from careplus_auth import account_changes, role_requests, rules
from careplus_auth.sign_in.reauthentication import check_recent_sign_in
from careplus_auth.store import accounts, approvals, people
from careplus_contracts import people as contract
from careplus_contracts.people import AccountFilter, Accounts, ManagedAccount, UpdateAccount
from careplus_contracts.values import Id
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession
from careplus_tables.locking import lock_accounts

routes = Routes()


@routes.serve(contract.list_accounts)
async def list_accounts(query: AccountFilter, *, who: CurrentUser, db: ReadDb) -> Accounts:
    return await people.list_all(db, who, query)


@routes.serve(contract.show_account)
async def show_account(account_id: Id, *, who: CurrentUser, db: ReadDb) -> ManagedAccount:
    return await _managed(db, await people.find(db, who, account_id))


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
) -> ManagedAccount:
    if await _is_sensitive(request, who, account_id, body):
        await check_recent_sign_in(request, who, body.password)
    # All at once: two administrators may close each other's account, and a doctor's account closes while patients book.
    await lock_accounts(db, who.id, account_id, *([] if body.colleague_id is None else [body.colleague_id]))
    await accounts.current_account(db, who)
    account = await people.find(db, who, account_id)
    check_version(account.version, expected)
    rules.check_not_merged(account.merged_into_id)
    rules.check_stays_administrator(who.id, account_id, body)
    if body.role.value != account.role:
        await people.check_owns_no_record(db, account, body.role)
        rules.check_may_have_role(
            body.role,
            confirmed=account.email_confirmed_at is not None or (account.email is not None and not settings.has_mail_server),
        )
    at_once = await role_requests.let_wait(db, who, settings, account, body)
    await account_changes.change(request, db, settings, account, at_once)
    return await _managed(db, account)


async def _managed(db: AnySession, account: AccountRow) -> ManagedAccount:
    shown = accounts.to_listed(account)
    return ManagedAccount(**dict(shown), waits_for=(await approvals.waits_for(db, [shown.id])).get(shown.id))


async def _is_sensitive(request: Request, who: Identity, account_id: int, body: UpdateAccount) -> bool:
    """Return whether the change needs a recent sign-in, read in a transaction of its own: a password check is slow."""
    async with request.app.state.database.reading() as db:
        account = await people.find(db, who, account_id)
    return rules.needs_recent_sign_in(account.role, body, active=account.active, second_factor=account.second_factor)
