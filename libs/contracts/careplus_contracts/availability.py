"""Availability: weekly hours of doctors, one-off extra hours, and time off."""

from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from careplus_contracts.appointments import Visit
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Body, Day, Id, Instant, Line, Page, PageFilter, Reason, Version, WallClock

api = Contract(service="appointments", tag="availability")


class Weekday(StrEnum):
    """FHIR days of week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class OpenHours(Body):
    """One interval of a weekday, in wall-clock time of the clinic."""

    weekday: Weekday
    starts: WallClock
    ends: WallClock

    @model_validator(mode="after")
    def _check_order(self) -> "OpenHours":
        if self.starts >= self.ends:
            raise ValueError("ends must be later than starts")
        return self


def _without_overlap(rules: list[OpenHours]) -> list[OpenHours]:
    ordered = sorted(rules, key=lambda rule: (list(Weekday).index(rule.weekday), rule.starts))
    for before, after in pairwise(ordered):
        if before.weekday == after.weekday and after.starts < before.ends:
            raise ValueError(f"two intervals of {after.weekday} overlap at {after.starts}")
    return ordered


Rules = Annotated[list[OpenHours], Field(max_length=70), AfterValidator(_without_overlap)]
SlotMinutes = Annotated[
    int,
    Field(ge=5, le=480, description="Minutes from one start of visits to the next; also the length of a visit without a type."),
]


class SetAvailability(Body):
    slot_minutes: SlotMinutes
    place: Line | None = None
    rules: Rules


class Availability(Answer):
    slot_minutes: SlotMinutes
    place: str | None
    rules: list[OpenHours]
    to_move: list[Visit] = Field(
        description="Upcoming booked visits outside these hours and the extra hours, at most 100, without those that staff "
        "overbooked there. They stay booked until they are moved."
    )
    version: Version


class AddExtraHours(Body):
    """Hours of one clinic day, in wall-clock time of the clinic."""

    day: Day
    starts: WallClock
    ends: WallClock

    @model_validator(mode="after")
    def _check_order(self) -> "AddExtraHours":
        if self.starts >= self.ends:
            raise ValueError("ends must be later than starts")
        return self


class ExtraHours(Answer):
    """Hours of one clinic day beside the weekly ones."""

    id: Id
    day: Day
    starts: WallClock
    ends: WallClock


class ListedExtraHours(Page[ExtraHours]):
    """Extra hours from today on, in order of time."""


class TakeTimeOff(Body):
    starts_at: Instant
    ends_at: Instant
    reason: Reason | None = None

    @model_validator(mode="after")
    def _check_order(self) -> "TakeTimeOff":
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be later than starts_at")
        return self


class TimeOff(Answer):
    id: Id
    starts_at: Instant
    ends_at: Instant
    reason: str | None


class NewTimeOff(TimeOff):
    to_move: list[Visit] = Field(
        description="Booked visits inside the time off, at most 100. They stay booked until they are moved."
    )


class TimesOff(Page[TimeOff]):
    """Time off that has not ended, in order of time."""


@api.get("/api/doctor/availability", roles={Role.DOCTOR})
async def show_availability() -> Availability:
    """Read your weekly hours."""


@api.put(
    "/api/doctor/availability",
    roles={Role.DOCTOR},
    versioned=True,
    example={
        "slot_minutes": 30,
        "place": "Room 12",
        "rules": [
            {"weekday": "mon", "starts": "09:00", "ends": "12:00"},
            {"weekday": "mon", "starts": "13:00", "ends": "17:00"},
        ],
    },
)
async def set_availability(body: SetAvailability) -> Availability:
    """Replace your weekly hours; the list may be empty. Booked visits stay booked; `to_move` lists those outside the hours."""


@api.get("/api/doctor/time-off", roles={Role.DOCTOR})
async def list_time_off(query: PageFilter) -> TimesOff:
    """List your present and future time off."""


@api.post(
    "/api/doctor/time-off",
    location="/api/doctor/time-off/{id}",
    roles={Role.DOCTOR},
    example={"starts_at": "2030-07-01T00:00:00+02:00", "ends_at": "2030-07-15T00:00:00+02:00", "reason": "Holiday"},
)
async def take_time_off(body: TakeTimeOff) -> NewTimeOff:
    """Take time off. It refuses new bookings; the visits booked before stay booked and are listed in `to_move`."""


@api.delete("/api/doctor/time-off/{time_off_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def cancel_time_off(time_off_id: Id) -> None:
    """Cancel your time off, so that it can be booked again."""


@api.get("/api/doctor/extra-hours", roles={Role.DOCTOR})
async def list_extra_hours(query: PageFilter) -> ListedExtraHours:
    """List your extra hours from today on."""


@api.post(
    "/api/doctor/extra-hours",
    location="/api/doctor/extra-hours/{id}",
    roles={Role.DOCTOR},
    example={"day": "2030-01-12", "starts": "09:00", "ends": "12:00"},
)
async def add_extra_hours(body: AddExtraHours) -> ExtraHours:
    """Take visits on one day beside your weekly hours. Time off and closed days keep priority."""


@api.delete("/api/doctor/extra-hours/{extra_hours_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def remove_extra_hours(extra_hours_id: Id) -> None:
    """Remove extra hours. Visits booked then stay booked, and `list_own_visits_to_move` lists them."""
