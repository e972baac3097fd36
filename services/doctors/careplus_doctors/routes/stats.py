"""Statistics of the hospital."""

from careplus_contracts import stats as contract
from careplus_contracts.stats import Stats
from careplus_doctors.rules.stats import period
from careplus_doctors.store import stats as store
from careplus_runtime.http.dependencies import AppSettings, ReadDb
from careplus_runtime.http.serving import Routes
from careplus_runtime.process.clock import now

routes = Routes()


@routes.serve(contract.show_stats)
async def show_stats(query: contract.StatsFilter, *, db: ReadDb, settings: AppSettings) -> Stats:
    zone = settings.clinic_zone
    return await store.stats(db, period(query.from_, query.to, now(), zone), zone)
