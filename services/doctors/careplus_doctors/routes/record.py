"""The patient's summary."""

from careplus_contracts import record as contract
from careplus_contracts.record import Summary
from careplus_doctors.store import record as store
from careplus_runtime.clock import now
from careplus_runtime.provided import Db, House, Who
from careplus_runtime.serving import Routes

routes = Routes()


@routes.serve(contract.summarise)
async def summarise(*, who: Who, db: Db, house: House) -> Summary:
    return await store.summary(db, who, house.clinic_zone, now())
