"""Open work of doctors that can no longer act."""

from careplus_auth.store import handovers, people
from careplus_contracts import handovers as contract
from careplus_contracts.handovers import AccountWork, HandoverFilter, Handovers
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_open_work)
async def show_open_work(account_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> AccountWork:
    return await handovers.work_of(db, await people.find(db, who, account_id), settings.clinic_zone)


@routes.serve(contract.list_handovers)
async def list_handovers(query: HandoverFilter, *, db: ReadDb, settings: AppSettings) -> Handovers:
    return await handovers.list_all(db, query, settings.clinic_zone)


@routes.serve(contract.list_taken_over)
async def list_taken_over(query: PageFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Handovers:
    return await handovers.list_done_by(db, who, query, settings.clinic_zone)
