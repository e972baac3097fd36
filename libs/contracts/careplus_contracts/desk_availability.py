"""Availability of one doctor, as reception and administrators edit it: weekly hours, extra hours and time off."""

from pydantic import Field

from careplus_contracts.availability import (
    AddExtraHours,
    ExtraHours,
    ListedExtraHours,
    OpenHours,
    SetAvailability,
    SlotMinutes,
    TakeTimeOff,
    TimeOff,
    TimesOff,
)
from careplus_contracts.endpoints import DESK, Contract
from careplus_contracts.reception import Arrangement
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Id, PageFilter, Version

api = Contract(service="appointments", tag="reception")


class DeskAvailability(Answer):
    """Weekly hours of a doctor, with the visits outside them as reception sees them."""

    slot_minutes: SlotMinutes
    place: str | None
    rules: list[OpenHours]
    to_move: list[Arrangement] = Field(
        description="Upcoming booked visits outside these hours and the extra hours, at most 100, without those that staff "
        "overbooked there. They stay booked until they are moved."
    )
    version: Version


class DeskTimeOff(TimeOff):
    to_move: list[Arrangement] = Field(
        description="Booked visits inside the time off, at most 100. They stay booked until they are moved."
    )


@api.get("/api/reception/doctors/{doctor_id}/availability", roles=DESK, refuses=(NotFound,))
async def show_hours_of_doctor(doctor_id: Id) -> DeskAvailability:
    """Read the weekly hours of a doctor."""


@api.put(
    "/api/reception/doctors/{doctor_id}/availability",
    roles=DESK,
    refuses=(NotFound,),
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
async def set_hours_of_doctor(doctor_id: Id, body: SetAvailability) -> DeskAvailability:
    """Replace the weekly hours of a doctor, as `set_availability` does for the doctor: it is the same record and version."""


@api.get("/api/reception/doctors/{doctor_id}/extra-hours", roles=DESK, refuses=(NotFound,))
async def list_extra_hours_of_doctor(doctor_id: Id, query: PageFilter) -> ListedExtraHours:
    """List the extra hours of a doctor from today on."""


@api.post(
    "/api/reception/doctors/{doctor_id}/extra-hours",
    roles=DESK,
    refuses=(NotFound,),
    example={"day": "2030-01-12", "starts": "09:00", "ends": "12:00"},
)
async def add_extra_hours_of_doctor(doctor_id: Id, body: AddExtraHours) -> ExtraHours:
    """Let a doctor take visits on one day beside the weekly hours. Time off and closed days keep priority."""


@api.delete("/api/reception/doctors/{doctor_id}/extra-hours/{extra_hours_id}", roles=DESK, refuses=(NotFound,))
async def remove_extra_hours_of_doctor(doctor_id: Id, extra_hours_id: Id) -> None:
    """Remove extra hours of a doctor. Visits booked then stay booked, and `list_visits_to_move` lists them."""


@api.get("/api/reception/doctors/{doctor_id}/time-off", roles=DESK, refuses=(NotFound,))
async def list_time_off_of_doctor(doctor_id: Id, query: PageFilter) -> TimesOff:
    """List the present and future time off of a doctor."""


@api.post(
    "/api/reception/doctors/{doctor_id}/time-off",
    roles=DESK,
    refuses=(NotFound,),
    example={"starts_at": "2030-07-01T00:00:00+02:00", "ends_at": "2030-07-15T00:00:00+02:00", "reason": "Training"},
)
async def take_time_off_of_doctor(doctor_id: Id, body: TakeTimeOff) -> DeskTimeOff:
    """Enter time off of a doctor. It refuses new bookings; the visits booked before stay booked and are listed in `to_move`."""


@api.delete("/api/reception/doctors/{doctor_id}/time-off/{time_off_id}", roles=DESK, refuses=(NotFound,))
async def cancel_time_off_of_doctor(doctor_id: Id, time_off_id: Id) -> None:
    """Cancel time off of a doctor, so that it can be booked again."""
