"""Visits to move: the reason, extra hours, and suggested times that do not collide."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_appointments.rules import slots, to_move
from careplus_appointments.rules.slots import DayHours
from careplus_appointments.rules.to_move import Hours, Moving
from careplus_appointments.rules.visit_types import VisitPlan
from careplus_clinic.clinic_time import Span
from careplus_clinic.offered import HoursOfDay, TimeOffSpan, WeeklyHours, offered_minutes
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.to_move import MoveReason

BERLIN, MONDAY = ZoneInfo("Europe/Berlin"), date(2030, 1, 7)
WEEK = [OpenHours(weekday=Weekday.MON, starts="08:00", ends="12:00")]
HALF = timedelta(minutes=30)


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+01:00").astimezone(UTC)


def span(clock: str, minutes: int = 30) -> Span:
    return at(clock), at(clock) + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("clock", "overbooked", "expected"),
    [
        ("08:00", False, None),
        ("11:45", False, MoveReason.OUTSIDE_HOURS),
        ("07:45", False, MoveReason.OUTSIDE_HOURS),
        ("07:45", True, None),
        ("10:00", False, MoveReason.TIME_OFF),
        ("09:45", True, MoveReason.TIME_OFF),
        ("14:00", False, None),
        ("14:45", False, MoveReason.OUTSIDE_HOURS),
    ],
)
def test_reason_follows_hours_and_time_off(clock: str, overbooked: bool, expected: MoveReason | None) -> None:
    hours = Hours(WEEK, [DayHours(MONDAY, "14:00", "15:00")], [span("10:00")])
    assert to_move.reason(span(clock), hours, (), BERLIN, overbooked=overbooked) is expected
    assert to_move.reason(span(clock), hours, {MONDAY}, BERLIN, overbooked=overbooked) is MoveReason.CLOSED_DAY


def test_visit_across_touching_hours_is_within() -> None:
    extra = [DayHours(MONDAY, "12:00", "13:00")]
    assert slots.is_within(span("11:45"), WEEK, BERLIN, extra)
    assert not slots.is_within(span("11:45"), WEEK, BERLIN)


def test_extra_hours_add_slots_without_overlap() -> None:
    extra = [DayHours(MONDAY, "07:45", "09:00"), DayHours(MONDAY, "12:00", "13:00"), DayHours(date(2030, 1, 8), "06:00", "07:00")]
    found = slots.offered(MONDAY, WEEK, 30, BERLIN, extra)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert (found[0][0], found[-1][1]) == (at("07:45"), at("13:00"))
    tuesday = slots.offered(date(2030, 1, 8), WEEK, 30, BERLIN, extra)
    assert [start for start, _ in tuesday] == [at("06:00", date(2030, 1, 8)), at("06:30", date(2030, 1, 8))]


def test_offered_minutes_count_extra_hours_once() -> None:
    week = [WeeklyHours(1, "mon", "08:00", "12:00")]
    extra = [
        HoursOfDay(1, MONDAY, "11:00", "13:00"),
        HoursOfDay(1, MONDAY, "12:30", "13:30"),
        HoursOfDay(2, MONDAY, "09:00", "10:00"),
        HoursOfDay(1, date(2030, 2, 4), "13:00", "14:00"),
    ]
    assert offered_minutes(MONDAY, MONDAY, week, [], BERLIN, (), extra) == {1: 240 + 90, 2: 60}
    away = [TimeOffSpan(1, at("11:30"), at("13:00"))]
    assert offered_minutes(MONDAY, MONDAY, week, away, BERLIN, (), extra) == {1: 240, 2: 60}
    assert offered_minutes(MONDAY, MONDAY, week, [], BERLIN, {MONDAY}, extra) == {1: 0}


def slots_of(starts: Sequence[int]) -> list[Span]:
    return [(at("08:00") + HALF * number, at("08:00") + HALF * (number + 1)) for number in sorted(starts)]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(0, 5)), min_size=1, max_size=6),
    st.dictionaries(st.integers(1, 3), st.sets(st.integers(0, 9)), max_size=3),
)
def test_suggestions_of_a_list_never_collide(visits: list[tuple[int, int, int]], free: dict[int, set[int]]) -> None:
    def free_on(doctor_id: int, day: date, _: VisitPlan) -> list[Span]:
        return slots_of(list(free.get(doctor_id, ()))) if day == MONDAY else []

    wanted = [
        Moving(number, patient, doctor, (at("08:00") + HALF * start, at("08:00") + HALF * (start + 1)), MONDAY, (3,))
        for number, (patient, doctor, start) in enumerate(visits)
    ]
    found = to_move.suggest(wanted, free_on, {})
    every = [(one.doctor_id, one.span[0]) for times in found.values() for one in times]
    assert len(every) == len(set(every)), "no time of a doctor is suggested twice"
    firsts = [(visit.patient_id, found[visit.id][0].span) for visit in wanted if found[visit.id]]
    assert len(firsts) == len(set(firsts)), "no patient is sent to two doctors at once"
    for visit in wanted:
        own = [one for one in found[visit.id] if one.doctor_id == visit.doctor_id]
        assert len(own) <= 3
        assert all(one.span[0] > visit.span[0] for one in own)


def test_visits_get_their_first_time_before_any_second() -> None:
    wanted = [Moving(number, number, 1, span("08:00"), MONDAY) for number in (1, 2)]
    found = to_move.suggest(wanted, lambda _, day, __: slots_of([0, 2, 4, 6]) if day == MONDAY else [], {})
    assert [[one.span[0] for one in found[number]] for number in (1, 2)] == [[at("09:00"), at("11:00")], [at("10:00")]]


def test_busy_patient_gets_another_time() -> None:
    [visit] = wanted = [Moving(1, 7, 1, span("08:00"), MONDAY, (2,))]
    found = to_move.suggest(
        wanted, lambda _, day, __: slots_of([0, 2, 4]) if day == MONDAY else [], {7: [visit.span, span("09:15")]}
    )
    assert [(one.doctor_id, one.span[0]) for one in found[1]] == [(1, at("10:00")), (2, at("08:00"))]
