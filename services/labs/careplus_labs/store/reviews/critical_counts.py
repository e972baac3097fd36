"""Statement about the open critical results, for the metrics."""

from sqlalchemy import func, select
from sqlmodel import col

from careplus_runtime.monitoring.catalogue import CRITICAL, CRITICAL_AGE, Sample, age_s
from careplus_tables.critical import IS_OPEN
from careplus_tables.engine import Database
from careplus_tables.labs import LabResultRow


async def read_open(database: Database) -> list[Sample]:
    """Return the number of open critical results of all patients, and the age of the one that is open longest."""
    query = select(func.count(), func.min(col(LabResultRow.critical_since))).where(IS_OPEN)
    async with database.reading() as db:
        count, since = (await db.execute(query.execution_options(cross_patient="counts results of all patients"))).one()
    return [Sample(CRITICAL, count), Sample(CRITICAL_AGE, age_s(since))]
