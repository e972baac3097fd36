"""Legal details of accounts, corrected by the desk."""

from fastapi import Request

from careplus_auth.store import accounts, legal_details, people
from careplus_contracts import legal_details as contract
from careplus_contracts.accounts import ListedAccount
from careplus_contracts.endpoints import Role
from careplus_contracts.legal_details import CorrectLegalDetails, LegalChanges
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.correct_legal_details, path_record=people.find)
async def correct_legal_details(
    account_id: Id, body: CorrectLegalDetails, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> ListedAccount:
    account = await people.find(db, who, account_id)
    check_version(account.version, expected)
    await legal_details.correct(db, who, account, body)
    return accounts.to_listed(account)


@routes.serve(contract.list_legal_changes)
async def list_legal_changes(
    account_id: Id, query: PageFilter, *, request: Request, who: CurrentUser, db: ReadDb
) -> LegalChanges:
    account = await people.find(db, who, account_id)
    if account.role == Role.PATIENT.value:
        identify_patients(request, [account_id])
    return await legal_details.list_changes(db, account_id, query)


@routes.serve(contract.list_own_legal_changes)
async def list_own_legal_changes(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> LegalChanges:
    return await legal_details.list_changes(db, who.id, query)
