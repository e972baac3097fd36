"""Visits of other lengths than the steps of a doctor's hours, and the minutes after them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_appointments.rules import slots
from careplus_appointments.rules.visit_types import VisitPlan, WantedVisit, planned
from careplus_clinic import clinic_time
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.visit_types import StaffBookVisitType, VisitTypeNotOffered

ALWAYS = [OpenHours(weekday=day, starts="00:00", ends="24:00") for day in Weekday]
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))
CLOCK_CHANGES = [
    (ZoneInfo("Europe/Berlin"), date(2030, 3, 31)),
    (ZoneInfo("Europe/Berlin"), date(2030, 10, 27)),
    (ZoneInfo("America/New_York"), date(2030, 3, 10)),
    (ZoneInfo("Australia/Lord_Howe"), date(2030, 4, 7)),
    (ZoneInfo("Australia/Lord_Howe"), date(2030, 10, 6)),
    (ZoneInfo("Africa/Casablanca"), date(2030, 2, 10)),
    (ZoneInfo("UTC"), date(2030, 6, 1)),
]
STEPS, LENGTHS, BUFFERS = st.integers(5, 60), st.integers(5, 480), st.integers(0, 240)
SPANS = st.lists(st.tuples(st.integers(0, 1440), st.integers(1, 300)), max_size=8)
SHORT, LONG, STAFF = VisitPlan(1, 15, 5), VisitPlan(2, 60), VisitPlan(3, 30, staff_only=True)


def calendar_of(step: int, plan: VisitPlan, opens: str = "00:00", closes: str = "24:00") -> slots.Calendar:
    hours = [OpenHours(weekday=day, starts=opens, ends=closes) for day in Weekday]
    return slots.Calendar(slot_minutes=step, place=None, hours=hours, planned=plan)


@given(st.sampled_from(CLOCK_CHANGES), STEPS, LENGTHS, st.tuples(st.integers(0, 1439), st.integers(1, 1440)))
def test_visits_start_on_the_steps_inside_the_hours(
    place: tuple[ZoneInfo, date], step: int, length: int, span: tuple[int, int]
) -> None:
    (zone, day), (opens, closes) = place, sorted(span) if span[0] != span[1] else (0, 1440)
    calendar = calendar_of(step, VisitPlan(1, length), clinic_time.clock_of(opens), clinic_time.clock_of(closes))
    found = list(slots.free(calendar, [day], EVER, zone))
    for starts_at, ends_at in found:
        local = starts_at.astimezone(zone)
        assert local.date() == day
        assert (local.hour * 60 + local.minute - opens) % step == 0
        assert ends_at - starts_at == timedelta(minutes=length)
        assert opens <= local.hour * 60 + local.minute
        assert ends_at <= clinic_time.last_instant(day, closes, zone)
    assert all(after[0] - before[0] >= timedelta(minutes=step) for before, after in pairwise(found))


@given(st.sampled_from(CLOCK_CHANGES), STEPS)
def test_visit_as_long_as_a_step_has_the_slots_of_the_doctor(place: tuple[ZoneInfo, date], step: int) -> None:
    zone, day = place
    assert list(slots.free(calendar_of(step, VisitPlan(1, step)), [day], EVER, zone)) == slots.offered(day, ALWAYS, step, zone)


@given(st.sampled_from(CLOCK_CHANGES), STEPS, LENGTHS, BUFFERS, SPANS, SPANS)
def test_free_visit_leaves_doctor_and_patient_their_time(
    place: tuple[ZoneInfo, date], step: int, length: int, buffer: int, taken: list[tuple[int, int]], own: list[tuple[int, int]]
) -> None:
    zone, day = place
    start = clinic_time.day_start(day, zone)
    busy, patient_busy = (
        [(start + timedelta(minutes=at), start + timedelta(minutes=at + minutes)) for at, minutes in spans]
        for spans in (taken, own)
    )
    plan = VisitPlan(1, length, buffer)
    every = set(slots.free(calendar_of(step, plan), [day], EVER, zone))
    found = set(slots.free(replace(calendar_of(step, plan), busy=busy, patient_busy=patient_busy), [day], EVER, zone))
    assert found == {
        (starts_at, ends_at)
        for starts_at, ends_at in every
        if not any(starts_at < other[1] and other[0] < ends_at + plan.buffer for other in busy)
        and not any(starts_at < other[1] and other[0] < ends_at for other in patient_busy)
    }


@pytest.mark.parametrize(
    ("wanted", "offered", "plan"),
    [
        (WantedVisit(), [], VisitPlan(None, 20)),
        (WantedVisit(), [LONG, SHORT], LONG),
        (WantedVisit(online=True), [STAFF, SHORT], SHORT),
        (WantedVisit(online=True), [STAFF], VisitPlan(None, 20)),
        (WantedVisit(1), [LONG, SHORT], SHORT),
        (WantedVisit(kept=VisitPlan(None, 50)), [LONG], VisitPlan(None, 20)),
        (WantedVisit(kept=VisitPlan(2, 45)), [SHORT, LONG], LONG),
        (WantedVisit(kept=VisitPlan(2, 45, 10)), [SHORT], VisitPlan(2, 45, 10)),
        (WantedVisit(online=True, kept=VisitPlan(3, 30)), [STAFF], STAFF),
    ],
)
def test_planned_visit_has_the_wanted_or_first_type(wanted: WantedVisit, offered: list[VisitPlan], plan: VisitPlan) -> None:
    assert planned(wanted, offered, 20) == plan


def test_planned_refuses_types_that_are_not_for_the_caller() -> None:
    with pytest.raises(VisitTypeNotOffered):
        planned(WantedVisit(2), [SHORT], 20)
    with pytest.raises(StaffBookVisitType):
        planned(WantedVisit(3, online=True), [STAFF], 20)
    assert planned(WantedVisit(3), [STAFF], 20) == STAFF
