"""Transitions of a visit."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooEarly, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

S = AppointmentStatus
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_transitions_name_every_status_and_end() -> None:
    following = visits.DOCTOR_TRANSITIONS.following
    assert following.keys() == set(AppointmentStatus)
    assert following[AppointmentStatus.COMPLETED] == following[AppointmentStatus.CANCELLED] == ()


@pytest.mark.parametrize("current", list(AppointmentStatus))
@pytest.mark.parametrize("wanted", list(AppointmentStatus))
def test_refused_transition_says_which_are_legal(current: AppointmentStatus, wanted: AppointmentStatus) -> None:
    legal = visits.DOCTOR_TRANSITIONS.legal(current)
    if wanted is current or wanted in legal:
        visits.DOCTOR_TRANSITIONS.check(current, wanted)
        return
    with pytest.raises(IllegalTransition, match=f"This visit is {current}; ") as refused:
        visits.DOCTOR_TRANSITIONS.check(current, wanted)
    assert all(status.value in refused.value.detail for status in legal)
    assert legal or "final here" in refused.value.detail


@pytest.mark.parametrize("status", list(AppointmentStatus))
def test_patient_changes_visit_before_notice_only(status: AppointmentStatus) -> None:
    if status in visits.PATIENT_CHANGEABLE:
        visits.check_changeable(status, NOON + HOUR, NOON, timedelta(0))
        for at, notice in ((NOON, timedelta(0)), (NOON - HOUR, timedelta(0)), (NOON + HOUR, HOUR)):
            with pytest.raises(TooLate):
                visits.check_changeable(status, at, NOON, notice)
    else:
        with pytest.raises(IllegalTransition):
            visits.check_changeable(status, NOON + HOUR, NOON, timedelta(0))


@pytest.mark.parametrize("current", list(AppointmentStatus))
def test_reception_calls_in_arrived_and_completes_none(current: AppointmentStatus) -> None:
    legal = visits.RECEPTION_TRANSITIONS.legal(current)
    assert set(legal) <= set(visits.DOCTOR_TRANSITIONS.legal(current))
    assert AppointmentStatus.COMPLETED not in legal
    assert (AppointmentStatus.IN_PROGRESS in legal) == (current is AppointmentStatus.ARRIVED)


def test_reception_moves_visit_until_it_starts() -> None:
    movable = {AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED}
    for status in AppointmentStatus:
        if status in movable:
            visits.check_movable(status)
        else:
            with pytest.raises(IllegalTransition):
                visits.check_movable(status)


def test_patient_cannot_book_phone_only_doctor() -> None:
    for role, booking in ((Role.PATIENT, BookingMode.ONLINE), (Role.ADMIN, BookingMode.ONLINE), (Role.ADMIN, BookingMode.PHONE)):
        visits.check_may_book(role, booking)
    with pytest.raises(BookByPhone):
        visits.check_may_book(Role.PATIENT, BookingMode.PHONE)


@pytest.mark.parametrize(
    ("day", "first", "last", "begins", "ends"),
    [
        (date(2026, 4, 23), None, None, "2026-04-22T22:00Z", "2026-04-23T22:00Z"),
        # midnight is skipped in Cairo: the day begins at 01:00
        (date(2026, 4, 24), None, None, "2026-04-23T22:00Z", "2026-04-24T21:00Z"),
        (date(2026, 4, 24), date(2026, 1, 1), date(2026, 1, 1), "2026-04-23T22:00Z", "2026-04-24T21:00Z"),
        (None, date(2026, 4, 23), date(2026, 4, 24), "2026-04-22T22:00Z", "2026-04-24T21:00Z"),
        (None, date(2026, 4, 24), None, "2026-04-23T22:00Z", None),
        (None, None, date(2026, 4, 24), None, "2026-04-24T21:00Z"),
        (None, None, None, "2026-04-22T22:00Z", None),
    ],
)
def test_span_of_days_follows_the_clinic_clock(
    day: date | None, first: date | None, last: date | None, begins: str | None, ends: str | None
) -> None:
    found = visits.span_of_days(day, first, last, date(2026, 4, 23), ZoneInfo("Africa/Cairo"))
    assert found == (
        datetime.fromisoformat(begins) if begins else visits.EARLIEST,
        datetime.fromisoformat(ends) if ends else visits.LATEST,
    )


@dataclass
class Visit:
    """A visit in a status; it starts at 23:30 on 7 January in Berlin."""

    status: str
    starts_at: datetime = datetime(2030, 1, 7, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("current", "wanted", "earliest"),
    [
        # the day of the visit begins at midnight in Berlin
        (S.BOOKED, S.ARRIVED, "2030-01-06T23:00Z"),
        (S.CONFIRMED, S.ARRIVED, "2030-01-06T23:00Z"),
        (S.NO_SHOW, S.ARRIVED, "2030-01-06T23:00Z"),
        (S.BOOKED, S.IN_PROGRESS, "2030-01-07T20:30Z"),
        (S.ARRIVED, S.IN_PROGRESS, "2030-01-07T20:30Z"),
        (S.BOOKED, S.NO_SHOW, "2030-01-07T22:30Z"),
        (S.ARRIVED, S.NO_SHOW, "2030-01-07T22:30Z"),
        (S.IN_PROGRESS, S.COMPLETED, "2030-01-07T22:30Z"),
    ],
)
def test_status_is_refused_before_its_earliest_time(current: S, wanted: S, earliest: str) -> None:
    at, second = datetime.fromisoformat(earliest), timedelta(seconds=1)
    visits.check_transition(visits.DOCTOR_TRANSITIONS, Visit(current), wanted, at, BERLIN)
    visits.check_transition(visits.DOCTOR_TRANSITIONS, Visit(wanted), wanted, at - timedelta(days=30), BERLIN)
    with pytest.raises(TooEarly, match="If the patient is here already, move the visit") as refused:
        visits.check_transition(visits.DOCTOR_TRANSITIONS, Visit(current), wanted, at - second, BERLIN)
    assert refused.value.extras == {"possible_from": at}


def test_other_statuses_are_possible_at_any_time() -> None:
    for current, wanted in ((S.BOOKED, S.CONFIRMED), (S.BOOKED, S.CANCELLED), (S.ARRIVED, S.CONFIRMED)):
        visits.check_transition(visits.DOCTOR_TRANSITIONS, Visit(current), wanted, NOON - timedelta(days=100), BERLIN)
    with pytest.raises(IllegalTransition):
        visits.check_transition(visits.DOCTOR_TRANSITIONS, Visit(S.CANCELLED), S.ARRIVED, NOON, BERLIN)


def test_completed_visit_reopens_on_the_same_day() -> None:
    visits.check_reopenable(S.COMPLETED, NOON, datetime(2030, 1, 7, 22, 59, tzinfo=UTC), BERLIN)
    for completed_at in (NOON, None):
        with pytest.raises(TooLate, match="only on the day on which it was completed"):
            visits.check_reopenable(S.COMPLETED, completed_at, datetime(2030, 1, 7, 23, tzinfo=UTC), BERLIN)
    for status in set(S) - {S.COMPLETED}:
        with pytest.raises(IllegalTransition, match=f"This visit is {status}; only a completed one"):
            visits.check_reopenable(status, NOON, NOON, BERLIN)
