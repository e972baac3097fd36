"""The diagrams of docs/states.md equal the rules."""

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_doctors.rules import referrals
from careplus_labs.rules import bookings
from tests.architecture.diagrams import STATES, Transition, document, lab_transitions, referral_transitions, visit_transitions


def test_state_diagrams_match_the_transitions() -> None:
    assert STATES.read_text() == document(), "run: python -m tests.architecture.diagrams"


@pytest.mark.parametrize(
    ("statuses", "transitions"),
    [
        (AppointmentStatus, list(visit_transitions())),
        (ReferralStatus, list(referral_transitions())),
        (LabBookingStatus, list(lab_transitions())),
    ],
)
def test_every_status_is_reachable(statuses: type[AppointmentStatus], transitions: list[Transition]) -> None:
    first = {next(iter(statuses)), *([AppointmentStatus.OFFERED] if statuses is AppointmentStatus else [])}
    assert {wanted for _, wanted, _ in transitions} | first == set(statuses)


def test_diagram_names_every_status() -> None:
    assert set(visits.DOCTOR_TRANSITIONS.following) == set(AppointmentStatus)
    assert set(bookings.TRANSITIONS.following) == set(LabBookingStatus)
    assert set(referrals.TRANSITIONS) == set(referrals.Party)
