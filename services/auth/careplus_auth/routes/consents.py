"""Consents of patients."""

from careplus_auth import rules
from careplus_auth.store import consents
from careplus_contracts import consents as contract
from careplus_contracts.consents import Consent, Consents, GiveConsent
from careplus_contracts.values import PageFilter
from careplus_runtime.http.dependencies import CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.list_consents)
async def list_consents(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Consents:
    return await consents.list_own(db, who, query)


@routes.serve(contract.give_consent)
async def give_consent(body: GiveConsent, *, who: CurrentUser, db: WriteDb) -> Consent:
    rules.check_consent(body)
    return await consents.add(db, who.id, body)
