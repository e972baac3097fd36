"""The laboratory's opening hours: each weekday, and days on which it is closed."""

from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.availability import OpenHours, Rules
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer, Body, Count, Day, Id, Instant, Line, Person, Reference, Version

api = Contract(service="labs", tag="labs")


def _on_quarters(rules: list[OpenHours]) -> list[OpenHours]:
    # places are counted in quarters of an hour: other hours would put two windows over one another when hours change
    if any(int(time[3:]) % 15 for rule in rules for time in (rule.starts, rule.ends)):
        raise ValueError("hours start and end on a quarter of an hour")
    return rules


class LabClosure(Body):
    """A clinic day on which the laboratory takes no specimens, such as a public holiday."""

    day: Day
    reason: Line


def _each_day_once(closures: list[LabClosure]) -> list[LabClosure]:
    if len({one.day for one in closures}) != len(closures):
        raise ValueError("name each day once")
    return sorted(closures, key=lambda one: one.day)


class SetLabHours(Body):
    rules: Annotated[Rules, AfterValidator(_on_quarters)]
    closures: Annotated[list[LabClosure], Field(max_length=100), AfterValidator(_each_day_once)] = Field(default=[])
    accept_outside: Annotated[bool, Field(description="Save also where bookings stand outside these hours.")] = False


class BookingOutside(Answer):
    """A booking at a time at which the laboratory is closed."""

    id: Id
    reference: Reference
    patient: Person
    phone: str | None
    starts_at: Instant


class LabHours(Answer):
    rules: list[OpenHours]
    closures: list[LabClosure] = Field(description="From today on, in order of time.")
    is_default: bool = Field(description="The hours of the installation's settings, because none were stored yet.")
    outside: list[BookingOutside] = Field(
        description="Booked times outside these hours, soonest first, at most 100. They stay booked until they are cancelled."
    )
    version: Version


class BookingsOutside(Refusal):
    """Bookings stand outside these hours.

    Look at `bookings`, the soonest of `count`. Send `accept_outside` to save the hours all the same: the bookings stay, and
    the patients have to be told.
    """

    status = 409
    count: Count
    bookings: list[BookingOutside]


@api.get("/api/admin/lab-hours", roles={Role.ADMIN, Role.LAB})
async def show_lab_hours() -> LabHours:
    """Read the laboratory's opening hours, its closed days, and the bookings that stand outside them."""


@api.put(
    "/api/admin/lab-hours",
    roles={Role.ADMIN},
    refuses=(BookingsOutside,),
    versioned=True,
    example={
        "rules": [
            {"weekday": "mon", "starts": "07:00", "ends": "12:00"},
            {"weekday": "mon", "starts": "13:00", "ends": "17:00"},
        ],
        "closures": [{"day": "2030-12-25", "reason": "Christmas Day"}],
    },
)
async def set_lab_hours(body: SetLabHours) -> LabHours:
    """Replace the opening hours and the closed days from today on; times are in the clinic's zone.

    Patients and doctors book within the new hours from then on. Hours with bookings outside them are saved only if
    `accept_outside` is true.
    """
