"""What may become of a visit."""

from datetime import UTC, datetime, timedelta

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus, BookByPhone, TooLate
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import IllegalTransition

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("current", list(AppointmentStatus))
@pytest.mark.parametrize("wanted", list(AppointmentStatus))
def test_only_legal_transitions(current: AppointmentStatus, wanted: AppointmentStatus) -> None:
    legal = visits.TRANSITIONS[current]
    if wanted is current or wanted in legal:
        visits.check_transition(current, wanted)
    else:
        with pytest.raises(IllegalTransition) as refused:
            visits.check_transition(current, wanted)
        assert refused.value.extras == {"current": current.value, "legal": [status.value for status in legal]}


def test_what_is_over_stays_over() -> None:
    assert visits.TRANSITIONS[AppointmentStatus.COMPLETED] == visits.TRANSITIONS[AppointmentStatus.CANCELLED] == ()
    assert visits.TRANSITIONS.keys() == set(AppointmentStatus)


@pytest.mark.parametrize("status", list(AppointmentStatus))
def test_patients_change_what_has_not_begun(status: AppointmentStatus) -> None:
    if status in visits.PATIENTS_OWN:
        visits.check_changeable(status, NOON + HOUR, NOON, timedelta(0))
        for at, notice in ((NOON, timedelta(0)), (NOON - HOUR, timedelta(0)), (NOON + HOUR, HOUR)):
            with pytest.raises(TooLate):
                visits.check_changeable(status, at, NOON, notice)
    else:
        with pytest.raises(IllegalTransition):
            visits.check_changeable(status, NOON + HOUR, NOON, timedelta(0))


@pytest.mark.parametrize("current", list(AppointmentStatus))
def test_reception_leaves_the_visit_itself_to_the_doctor(current: AppointmentStatus) -> None:
    legal = visits.receptions(current)
    assert set(legal) <= set(visits.TRANSITIONS[current])
    assert not set(legal) & set(visits.DOCTORS_OWN)
    for wanted in AppointmentStatus:
        if wanted is current or wanted in legal:
            visits.check_arrangement(current, wanted)
        else:
            with pytest.raises(IllegalTransition) as refused:
                visits.check_arrangement(current, wanted)
            assert refused.value.extras["legal"] == [status.value for status in legal]


def test_where_a_visit_can_be_moved_from() -> None:
    movable = {AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED}
    for status in AppointmentStatus:
        if status in movable:
            visits.check_movable(status)
        else:
            with pytest.raises(IllegalTransition):
                visits.check_movable(status)


def test_times_on_the_phone_are_not_for_patients_to_choose() -> None:
    for role, booking in ((Role.PATIENT, BookingMode.ONLINE), (Role.ADMIN, BookingMode.ONLINE), (Role.ADMIN, BookingMode.PHONE)):
        visits.check_may_book(role, booking)
    with pytest.raises(BookByPhone):
        visits.check_may_book(Role.PATIENT, BookingMode.PHONE)
