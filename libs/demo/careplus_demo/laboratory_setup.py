"""The demo laboratory's own hours and a second version of one analyte's ranges, which an administrator stored."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_clinic.clinic_time import WEEKDAYS, clock_of, day_start, minute_of, weekday
from careplus_contracts.availability import Weekday
from careplus_demo.people import ADMIN_ID
from careplus_demo.plan import Plan
from careplus_tables.columns import core
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, ReferenceRangeRow

Row = dict[str, Any]
SHORT_DAYS = (Weekday.SAT, Weekday.SUN)
SHORT = 6 * 60
"""Minutes from opening on Saturdays and Sundays."""
CLOSED_IN = 25
"""Days from today until the laboratory is closed for a day."""
CHANGED, CHANGED_FOR = "tsh", timedelta(days=60)
"""The analyte with a second version, and how long it has been valid."""
ADULT_DAYS = 6574
ADULT_RANGE = {"low": 0.4, "high": 4.0}
SOURCE = "Verified in this laboratory on the new analyser: 128 healthy adults, 2.5th to 97.5th percentile"


def hours_on(plan: Plan, day: date) -> tuple[int, int]:
    """Return the opening hours of a clinic day in minutes: the ones of the settings, shorter on weekends."""
    opens, closes = map(minute_of, plan.lab_hours.split("-"))
    return (opens, min(closes, opens + SHORT)) if weekday(day) in SHORT_DAYS else (opens, closes)


def closed_day(plan: Plan) -> date:
    return plan.today + timedelta(days=CLOSED_IN)


def hours_rows(plan: Plan) -> Iterator[Row]:
    monday = plan.today - timedelta(days=plan.today.weekday())
    for number, name in enumerate(WEEKDAYS):
        opens, closes = hours_on(plan, monday + timedelta(days=number))
        yield {"weekday": name.value, "opens": clock_of(opens), "closes": clock_of(closes)}


def closure_rows(plan: Plan) -> Iterator[Row]:
    yield {"day": closed_day(plan), "reason": "Maintenance of the analysers"}


def add_range_version(connection: sa.Connection, plan: Plan) -> None:
    """Insert the second version of the analyte, with a copy of the children's ranges and another range of adults."""
    analyte = connection.execute(sa.select(core(AnalyteRow)).where(col(AnalyteRow.code) == CHANGED)).one()
    ranges = connection.execute(
        sa.select(core(ReferenceRangeRow))
        .where(col(ReferenceRangeRow.analyte_code) == CHANGED)
        .order_by(col(ReferenceRangeRow.id))
    )
    first = plan.today - CHANGED_FOR
    version = {"analyte_code": CHANGED, "number": 2, "valid_from": first, "unit": analyte.unit, "source": SOURCE}
    edited = {"edited_by_id": ADMIN_ID, "edited_at": day_start(first - timedelta(days=7), plan.zone) + timedelta(hours=14)}
    connection.execute(sa.insert(core(AnalyteVersionRow)), [version | edited])
    copies = [{**row._mapping, "number": 2} | (ADULT_RANGE if row.age_from_days >= ADULT_DAYS else {}) for row in ranges]
    connection.execute(sa.insert(core(ReferenceRangeRow)), [{k: v for k, v in row.items() if k != "id"} for row in copies])
