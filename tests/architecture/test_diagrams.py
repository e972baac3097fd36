"""The diagrams of docs/states.md equal the rules."""

import pytest

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_doctors.rules import referrals
from careplus_labs.rules import bookings
from tests.architecture.diagrams import STATES, Way, document, lab_ways, referral_ways, visit_ways


def test_state_diagrams_match_the_transitions() -> None:
    assert STATES.read_text() == document(), "run: python -m tests.architecture.diagrams"


@pytest.mark.parametrize(
    ("statuses", "ways"),
    [
        (AppointmentStatus, list(visit_ways())),
        (ReferralStatus, list(referral_ways())),
        (LabBookingStatus, list(lab_ways())),
    ],
)
def test_every_status_is_reachable(statuses: type[AppointmentStatus], ways: list[Way]) -> None:
    assert {wanted for _, wanted, _ in ways} | {next(iter(statuses))} == set(statuses)


def test_diagram_names_every_status() -> None:
    assert set(visits.DOCTOR_TRANSITIONS.following) == set(AppointmentStatus)
    assert set(bookings.TRANSITIONS.following) == set(LabBookingStatus)
    assert set(referrals.TRANSITIONS) == set(referrals.Party)
