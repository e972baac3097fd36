"""Closed days of the whole hospital: public holidays of the chosen region, and days that the administrator adds."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from careplus_contracts.endpoints import DESK, EVERYONE, Contract, Role
from careplus_contracts.reception import Arrangement
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import (
    LINE,
    Answer,
    Body,
    Count,
    Day,
    Filter,
    Id,
    InLanguages,
    Line,
    Page,
    PageFilter,
    Version,
)

api = Contract(service="appointments", tag="availability")

MOST_OWN, MOST_OPENED = 200, 200

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(description="ISO 3166-1.", examples=["DE"])]
Subdivision = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=LINE),
    Field(description="A state or another part of the country, as `GET /api/admin/holidays` lists it.", examples=["BE"]),
]


class Holiday(Answer):
    """A public holiday."""

    day: Day
    names: InLanguages


class ClosedDay(Answer):
    """A clinic day on which the hospital takes no visits."""

    id: Id
    day: Day
    names: InLanguages


class ClosedDays(Page[ClosedDay]):
    """Closed days, in order of time."""


class PlannedDay(Answer):
    """A closed day, or a public holiday on which the hospital works."""

    day: Day
    names: InLanguages
    is_holiday: bool = Field(description="A public holiday of the region; false: the hospital's own closed day.")
    is_open: bool = Field(description="The hospital works on this holiday.")


class ClosedDayPlan(Answer):
    country: Country | None
    subdivision: Subdivision | None
    holidays_until: Day | None = Field(description="The last day with stored holidays; each following year is added in time.")
    days: list[PlannedDay] = Field(description="From today on, in order of time.")
    version: Version


class SavedClosedDays(ClosedDayPlan):
    to_move: list[Arrangement] = Field(
        description="Upcoming booked visits on closed days, soonest first, at most 100. They stay booked until they are moved."
    )
    to_move_in_all: Count
    lab_bookings: Count = Field(description="Laboratory bookings on closed days; the laboratory's hours list them.")


class VisitsOnClosedDays(Refusal):
    """Visits are booked on days that would be closed.

    Look at `visits`, the soonest of `count`. Send `accept_outside` to close the days all the same: the visits stay booked, and
    have to be moved.
    """

    status = 409
    count: Count
    visits: list[Arrangement]
    lab_bookings: Count


class OwnClosedDay(Body):
    day: Day
    name: Line


def _each_day_once(days: list[OwnClosedDay]) -> list[OwnClosedDay]:
    if len({one.day for one in days}) != len(days):
        raise ValueError("name each day once")
    return sorted(days, key=lambda one: one.day)


class SetClosedDays(Body):
    country: Country | None = Field(default=None, description="Null: no public holidays.")
    subdivision: Subdivision | None = None
    own: Annotated[list[OwnClosedDay], Field(max_length=MOST_OWN), AfterValidator(_each_day_once)] = Field(
        default=[],
        description="The hospital's own closed days. One that is a public holiday too is closed under the name of the holiday.",
    )
    opened: Annotated[list[Day], Field(max_length=MOST_OPENED)] = Field(
        default=[], description="Public holidays on which the hospital works. Other days have no effect here."
    )
    accept_outside: Annotated[bool, Field(description="Save also where visits are booked on the days.")] = False

    @model_validator(mode="after")
    def _check_region(self) -> "SetClosedDays":
        if self.subdivision is not None and self.country is None:
            raise ValueError("give the country of the subdivision")
        return self


class HolidayCountries(Answer):
    countries: list[Country] = Field(description="Every country whose public holidays are known, in order.")


class NamedSubdivision(Answer):
    """A part of a country that has public holidays of its own."""

    code: Subdivision
    name: str


class Holidays(Page[Holiday]):
    """Public holidays of a region from today on, in order of time."""

    subdivisions: list[NamedSubdivision] = Field(description="Of the country, by name.")


class ClosedDayFilter(PageFilter):
    from_: Annotated[Day | None, Field(description="First clinic day; today by default.")] = None
    to: Annotated[Day | None, Field(description="Last clinic day.")] = None


class HolidayFilter(Filter):
    country: Country
    subdivision: Subdivision | None = None


@api.get("/api/closed-days", roles=EVERYONE)
async def list_closed_days(query: ClosedDayFilter) -> ClosedDays:
    """List the days on which the hospital is closed: no doctor and no laboratory takes visits then."""


@api.get("/api/admin/closed-days", roles=DESK)
async def show_closed_days() -> ClosedDayPlan:
    """Read the region and its public holidays, with those on which the hospital works, and its own closed days."""


@api.put(
    "/api/admin/closed-days",
    roles={Role.ADMIN},
    refuses=(NotFound, VisitsOnClosedDays),
    versioned=True,
    example={
        "country": "DE",
        "subdivision": "BE",
        "own": [{"day": "2030-06-14", "name": "Staff outing"}],
        "opened": ["2030-05-01"],
    },
)
async def set_closed_days(body: SetClosedDays) -> SavedClosedDays:
    """Replace the region and the closed days from today on. Holidays are stored when the region is chosen, and stay as stored.

    Nobody can book on a closed day, except staff with the reason in `overbook`. Days with booked visits are closed only if
    `accept_outside` is true.
    """


@api.get("/api/admin/holiday-countries", roles={Role.ADMIN})
async def list_holiday_countries() -> HolidayCountries:
    """List the countries for which the package `holidays` has public holidays."""


@api.get("/api/admin/holidays", roles={Role.ADMIN}, refuses=(NotFound,))
async def list_holidays(query: HolidayFilter) -> Holidays:
    """Look at the public holidays of a region before it is chosen."""
