"""Transitions of a visit."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

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
def test_reception_never_starts_or_completes_a_visit(current: AppointmentStatus) -> None:
    legal = visits.RECEPTION_TRANSITIONS.legal(current)
    assert set(legal) <= set(visits.DOCTOR_TRANSITIONS.legal(current))
    assert not set(legal) & set(visits.DOCTOR_ONLY)
    assert legal == () or current not in visits.DOCTOR_ONLY


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
