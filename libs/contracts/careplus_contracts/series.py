"""Series: several visits of one patient to one doctor, booked in one act. Each is a visit of its own."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.appointments import NOT_POSSIBLE, DoctorIsPatient, DoctorNotBookable, Visit
from careplus_contracts.emergency import EmergencyOnly
from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.reception import Arrangement
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Filter, Id, Instant, Reason
from careplus_contracts.visit_types import ChosenType, VisitTypeNotOffered

api = Contract(service="appointments", tag="appointments")

MOST_VISITS = 20


class Every(StrEnum):
    """The time from one visit of a series to the next."""

    WEEK = "week"
    TWO_WEEKS = "two_weeks"


class SeriesRule(Filter):
    """The first time and the rule that gives the others, at the same wall-clock time of the clinic."""

    starts_at: Instant
    every: Every
    count: Annotated[int, Field(ge=2, le=MOST_VISITS, description="Number of visits, the first one included.")]
    visit_type_id: ChosenType = None


class DeskSeriesRule(SeriesRule):
    patient_id: Id
    doctor_id: Id


class SeriesTime(Answer):
    """One time of the rule."""

    starts_at: Instant
    ends_at: Instant
    free: bool = Field(description="Free for the doctor and the patient now.")
    alternatives: list[Instant] = Field(description="Where it is not free: the nearest free times, at most 5, within six days.")


class SeriesTimes(Answer):
    patient_id: Id
    items: list[SeriesTime] = Field(description="In order of time, without times more than two years ahead.")


def _in_order(starts: list[datetime]) -> list[datetime]:
    if len(set(starts)) != len(starts):
        raise ValueError("name each time once")
    return sorted(starts)


class BookSeries(Body):
    starts: Annotated[list[Instant], Field(min_length=1, max_length=MOST_VISITS), AfterValidator(_in_order)] = Field(
        description="Free times, such as those of the rule with alternatives in the place of what is not free."
    )
    visit_type_id: ChosenType = None
    reason: Reason | None = Field(default=None, description="Why the patient comes; of each visit.")


class ArrangeSeries(BookSeries):
    patient_id: Id
    doctor_id: Id


class ArrangedSeries(Answer):
    items: list[Arrangement] = Field(description="In order of time.")


class SeriesOfVisits(Answer):
    items: list[Visit] = Field(description="In order of time.")


class SeriesNotFree(Refusal):
    """Not all times of the series are free; nothing was booked.

    Replace each of `not_free`: the list of times of the series offers others nearby.
    """

    status = 409
    not_free: list[Instant]


_REFUSES = (*NOT_POSSIBLE, SeriesNotFree, VisitTypeNotOffered)
_EXAMPLE = {"starts": ["2030-01-07T09:00:00Z", "2030-01-14T09:00:00Z"], "reason": "Physiotherapy"}


@api.get("/api/reception/series-times", roles=DESK, refuses=(NotFound, DoctorNotBookable, DoctorIsPatient, VisitTypeNotOffered))
async def list_series_times(query: DeskSeriesRule) -> SeriesTimes:
    """Look at the times of a series before it is booked: which are free, and free times near the others."""


@api.post(
    "/api/reception/series", roles=DESK, status=200, refuses=_REFUSES, example={"patient_id": 12, "doctor_id": 7, **_EXAMPLE}
)
async def arrange_series(body: ArrangeSeries) -> ArrangedSeries:
    """Book all these free times for a patient, or none. The limits of online booking do not apply."""


@api.get(
    "/api/doctor/patients/{patient_id}/series-times",
    roles={Role.DOCTOR},
    refuses=(NotFound, DoctorNotBookable, DoctorIsPatient, VisitTypeNotOffered),
)
async def list_own_series_times(patient_id: Id, query: SeriesRule) -> SeriesTimes:
    """Look at your times for a series of visits of a patient in your care, before it is booked."""


@api.post(
    "/api/doctor/patients/{patient_id}/series",
    roles={Role.DOCTOR},
    status=200,
    refuses=(*_REFUSES, EmergencyOnly),
    example=_EXAMPLE,
)
async def book_series(patient_id: Id, body: BookSeries) -> SeriesOfVisits:
    """Book all these of your free times for a patient in your care, or none."""
