"""Changes of the hours of the two demo doctors: extra hours, and time off that was taken after a visit had been booked then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_clinic.clinic_time import WEEKDAYS, weekday
from careplus_contracts.appointments import AppointmentStatus
from careplus_demo.people import People
from careplus_tables.appointments import AppointmentRow

FIRST_DAY = 10
"""Days from today before which no visit has to be moved: today and the next days look usual."""
STANDING = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)


def extra_hours_rows(people: People) -> Iterator[dict[str, Any]]:
    """Yield a Saturday morning for each of the two."""
    soonest = people.plan.today + timedelta(days=FIRST_DAY)
    days = (soonest + timedelta(days=number) for number in range(len(WEEKDAYS)))
    saturday = next(day for day in days if weekday(day).value == "sat")
    for doctor in (people.osei, people.lind):
        yield {"doctor_id": doctor.id, "day": saturday, "starts": "09:00", "ends": "12:00"}


def late_time_off_rows(connection: sa.Connection, people: People) -> Iterator[dict[str, Any]]:
    """Yield time off of each of the two over their first visit after FIRST_DAY, which has to be moved."""
    visit = AppointmentRow
    for doctor in (people.osei, people.lind):
        upcoming = sa.select(col(visit.starts_at), col(visit.ends_at)).where(
            col(visit.doctor_id) == doctor.id,
            col(visit.starts_at) > people.plan.now + timedelta(days=FIRST_DAY),
            col(visit.status).in_(STANDING),
        )
        first = connection.execute(upcoming.order_by(col(visit.starts_at)).limit(1)).first()
        if first is not None:
            yield {"doctor_id": doctor.id, "starts_at": first.starts_at, "ends_at": first.ends_at, "reason": "Training"}
