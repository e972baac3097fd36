"""The patient's summary."""

from careplus_contracts import record as contract
from careplus_contracts.record import Summary
from careplus_doctors.store import record as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.summarise)
async def summarise(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Summary:
    return await store.summary(db, who, settings.clinic_zone, now())
