"""Visits to move: they stay booked although their doctor sees no patients then. They are computed, never stored."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.appointments import Visit
from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.reception import Arrangement
from careplus_contracts.values import Answer, Body, Count, Id, Instant, Page, PageFilter, Person, Version

api = Contract(service="appointments", tag="reception")

MOST_MOVES = 50


class MoveReason(StrEnum):
    """Why a visit has to be moved; the first that applies."""

    CLOSED_DAY = "closed_day"
    TIME_OFF = "time_off"
    OUTSIDE_HOURS = "outside_hours"


class SuggestedTime(Answer):
    """A free time of doctor and patient."""

    doctor: Person
    starts_at: Instant
    ends_at: Instant


class VisitToMove(Arrangement):
    why: MoveReason
    suggestions: list[SuggestedTime] = Field(
        description="At most three later times of the same doctor within four weeks, the soonest first; then, if the doctor is "
        "away, a time of a colleague with the same specialty within a week. No time is suggested to two visits of a page."
    )


class VisitsToMove(Page[VisitToMove]):
    """Visits to move, the soonest first."""

    in_all: Count


class ToMoveCount(Answer):
    visits: Count


class OwnVisitToMove(Visit):
    why: MoveReason


class OwnVisitsToMove(Page[OwnVisitToMove]):
    """Visits to the doctor that have to be moved, the soonest first."""

    in_all: Count


class ToMoveFilter(PageFilter):
    doctor_id: Id | None = Field(default=None, description="Only visits to this doctor.")


class WantedMove(Body):
    appointment_id: Id
    version: Version = Field(description="The version of the visit as it was read; of a visit changed since, nothing is moved.")
    starts_at: Instant
    doctor_id: Id | None = Field(default=None, description="The present doctor by default.")


def _each_visit_once(moves: list[WantedMove]) -> list[WantedMove]:
    if len({one.appointment_id for one in moves}) != len(moves):
        raise ValueError("name each visit once")
    return moves


class MoveVisits(Body):
    moves: Annotated[list[WantedMove], Field(min_length=1, max_length=MOST_MOVES), AfterValidator(_each_visit_once)]


class MoveOutcome(StrEnum):
    MOVED = "moved"
    CHANGED = "changed"
    TAKEN = "taken"
    PATIENT_BUSY = "patient_busy"
    NOT_BOOKABLE = "not_bookable"
    OUTSIDE_HORIZON = "outside_horizon"
    NOT_MOVABLE = "not_movable"
    NOT_FOUND = "not_found"


class MoveResult(Answer):
    """The result for one visit. Unless it is moved, the visit is as it was."""

    appointment_id: Id
    outcome: MoveOutcome
    visit: Arrangement | None = Field(description="The visit at its new time; null unless it is moved.")
    alternatives: list[Instant] = Field(
        description="Free times of the wanted doctor near the wanted time, where that is not free."
    )


class MoveResults(Answer):
    results: list[MoveResult] = Field(description="In the order of the request.")


@api.get("/api/reception/to-move", roles=DESK, conditional=True)
async def list_visits_to_move(query: ToMoveFilter) -> VisitsToMove:
    """List the upcoming booked visits outside their doctor's hours, in time off or on closed days, with times to move them to.

    A visit that staff overbooked outside the hours is left out; in time off or on a closed day it is listed.
    """


@api.get("/api/reception/to-move/count", roles=DESK, conditional=True)
async def count_visits_to_move() -> ToMoveCount:
    """Count the visits to move: a read that names no patient."""


@api.post(
    "/api/reception/moves",
    roles=DESK,
    status=200,
    example={"moves": [{"appointment_id": 12, "version": 1, "starts_at": "2030-01-08T09:30:00Z", "doctor_id": 3}]},
)
async def move_visits(body: MoveVisits) -> MoveResults:
    """Move visits to free times, each for itself: a visit that cannot be moved stays, and the others are moved.

    Each moved visit is `booked`, and its patient is told once, as after `rearrange`.
    """


@api.get("/api/doctor/to-move/count", roles={Role.DOCTOR}, conditional=True)
async def count_own_visits_to_move() -> ToMoveCount:
    """Count your visits to move: a read that names no patient."""


@api.get("/api/doctor/to-move", roles={Role.DOCTOR}, conditional=True)
async def list_own_visits_to_move(query: PageFilter) -> OwnVisitsToMove:
    """List your upcoming booked visits outside your hours, in your time off or on closed days."""
