"""What may become of a visit."""

from datetime import UTC, datetime, timedelta

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus, TooLate
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
