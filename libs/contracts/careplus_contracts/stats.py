"""Stats: the hospital in numbers, for administrators."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Count, Day, Filter, Person

api = Contract(service="doctors", tag="stats")

FirstDay = Annotated[Day | None, Field(description="First clinic day; 29 days ago by default.")]
LastDay = Annotated[Day | None, Field(description="Last clinic day, at most 366 days after the first; in 30 days by default.")]
Share = Annotated[float, Field(ge=0, le=1)]


class DayCount(Answer):
    day: Day
    total: Count
    by_status: dict[AppointmentStatus, Count]


class DoctorCount(Answer):
    doctor: Person
    appointments: Count
    completed: Count
    no_shows: Count


class Stats(Answer):
    from_day: Day
    to_day: Day
    doctors: Count = Field(description="Active doctors.")
    patients: Count = Field(description="Active patients.")
    new_patients: Count = Field(description="Active patients that registered in the period.")
    appointments: Count = Field(description="Visits that start in the period, of any status.")
    by_status: dict[AppointmentStatus, Count]
    by_day: list[DayCount] = Field(description="One for each clinic day of the period.")
    by_doctor: list[DoctorCount] = Field(description="Most visits in the period first, at most 100 doctors.")
    no_show_rate: Share | None = Field(description="No-shows among visits that were completed or missed; null: none were.")
    utilisation: Share | None = Field(
        description="Booked among offered minutes of the period; null: none were offered. Passed days count as they were offered."
    )
    utilisation_estimated: bool = Field(
        description="Whether the period has days before the first kept one, for which the hours of that day stand in."
    )
    waiting_minutes: float | None = Field(
        description="Median from a patient's arrival to the start of the visit, of the newest 5,000 visits in the period that "
        "have both; null: none has."
    )
    lab_bookings: Count
    waiting_results: Count = Field(description="Laboratory results that are entered and not released, of any period.")
    lab_turnaround_hours: float | None = Field(
        description="Median from collection to verification, of the newest 1,000 bookings; null: none verified."
    )


class StatsFilter(Filter):
    from_: FirstDay = None
    to: LastDay = None


@api.get("/api/admin/stats", roles={Role.ADMIN})
async def show_stats(query: StatsFilter) -> Stats:
    """Read totals, and the visits of a period by day and status."""
