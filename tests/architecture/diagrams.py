"""Write the state diagrams of the rules to docs/states.md: `python -m tests.architecture.diagrams`."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refills import RefillStatus
from careplus_doctors.rules import referrals, refills
from careplus_labs.rules import bookings

STATES = Path(__file__).parents[2] / "docs" / "states.md"
HEAD = """\
# Status transitions

Generated from the rules by `python -m tests.architecture.diagrams`; a test compares.
"""

Transition = tuple[str, str, str]
"""The current status, the next status, and the party that may change it."""


def visit_transitions() -> Iterator[Transition]:
    for current, legal in visits.DOCTOR_TRANSITIONS.following.items():
        for target in legal:
            yield current, target, "doctor"
            if target in visits.RECEPTION_TRANSITIONS.legal(current):
                yield current, target, "reception"
            if target is AppointmentStatus.CANCELLED and current in visits.PATIENT_CHANGEABLE:
                yield current, target, "patient"
            if target is AppointmentStatus.ARRIVED and current in visits.PATIENT_CHANGEABLE:
                yield current, target, "patient by check-in"
    yield AppointmentStatus.COMPLETED, AppointmentStatus.IN_PROGRESS, "doctor, on the same day"
    yield AppointmentStatus.OFFERED, AppointmentStatus.BOOKED, "patient"
    for party in ("patient", "reception", "not answered in time"):
        yield AppointmentStatus.OFFERED, AppointmentStatus.LAPSED, party


def referral_transitions() -> Iterator[Transition]:
    for party, machine in referrals.TRANSITIONS.items():
        label = "sender, if outside" if party is referrals.Party.SENDER_OUTSIDE else party.value
        yield from ((current, target, label) for current, legal in machine.following.items() for target in legal)


def lab_transitions() -> Iterator[Transition]:
    names = {Role.LAB: "laboratory", Role.PATIENT: "patient", Role.DOCTOR: "doctor"}
    for current, legal in bookings.TRANSITIONS.following.items():
        for target in legal:
            party = [names[role] for role, reachable in bookings.REACHED_BY.items() if target in reachable]
            for one in party or ["its results"]:
                yield current, target, one
            if target is LabBookingStatus.CANCELLED and current in bookings.UNCOLLECTED:
                yield current, target, "not collected in time"


def refill_transitions() -> Iterator[Transition]:
    for machine, party in ((refills.OF_DOCTOR, "doctor"), (refills.OF_PATIENT, "patient")):
        yield from ((current, target, party) for current, legal in machine.following.items() for target in legal)


def diagram(statuses: type[StrEnum], transitions: Sequence[Transition]) -> str:
    """Return a mermaid diagram with one arrow for each transition, labelled with all parties that may make it."""
    parties: dict[tuple[str, str], list[str]] = {}
    for current, target, party in transitions:
        parties.setdefault((current, target), []).append(party)
    sources = {current for current, _ in parties}
    targets = {target for _, target in parties}
    first = [next(iter(statuses)), *(status for status in statuses if status in sources - targets)]
    lines = [f"    [*] --> {status}" for status in dict.fromkeys(first)]
    lines += [f"    {current} --> {target}: {', '.join(_plain(party))}" for (current, target), party in parties.items()]
    lines += [f"    {status} --> [*]" for status in statuses if status not in sources]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _plain(party: Sequence[str]) -> Sequence[str]:
    return [one for one in party if not (one == "sender, if outside" and "sender" in party)]


def document() -> str:
    machines: Mapping[str, tuple[type[StrEnum], Iterator[Transition]]] = {
        "A visit": (AppointmentStatus, visit_transitions()),
        "A referral": (ReferralStatus, referral_transitions()),
        "A request for a refill": (RefillStatus, refill_transitions()),
        "A laboratory booking": (LabBookingStatus, lab_transitions()),
    }
    return "\n".join(
        [HEAD, *(f"## {name}\n\n{diagram(kind, list(transitions))}\n" for name, (kind, transitions) in machines.items())]
    )


if __name__ == "__main__":
    STATES.write_text(document())
