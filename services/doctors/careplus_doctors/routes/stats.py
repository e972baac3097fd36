"""Statistics of the hospital."""

from careplus_contracts import stats as contract
from careplus_contracts.stats import FirstDay, LastDay, Stats
from careplus_doctors.rules.stats import period
from careplus_doctors.store import stats as store
from careplus_runtime.http.dependencies import AppSettings, Db
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.show_stats)
async def show_stats(from_: FirstDay = None, to: LastDay = None, *, db: Db, settings: AppSettings) -> Stats:
    zone = settings.clinic_zone
    return await store.stats(db, period(from_, to, now(), zone), zone)
