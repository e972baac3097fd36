"""Draws the state machines of the rules into docs/states.md: `python -m tests.architecture.diagrams`."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from careplus_appointments.rules import visits
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.referrals import ReferralStatus
from careplus_doctors.rules import referrals
from careplus_labs.rules import bookings

STATES = Path(__file__).parents[2] / "docs" / "states.md"
HEAD = """\
# What may become of it

Drawn from the rules by `python -m tests.architecture.diagrams`; a test compares.
"""

Way = tuple[str, str, str]
"""The status before, the status after, and the person that changes it."""


def visit_ways() -> Iterator[Way]:
    for current, legal in visits.DOCTOR_TRANSITIONS.following.items():
        for wanted in legal:
            yield current, wanted, "doctor"
            if wanted in visits.RECEPTION_TRANSITIONS.legal(current):
                yield current, wanted, "reception"
            if wanted is AppointmentStatus.CANCELLED and current in visits.PATIENT_CHANGEABLE:
                yield current, wanted, "patient"


def referral_ways() -> Iterator[Way]:
    for party, machine in referrals.TRANSITIONS.items():
        who = "sender, if outside" if party is referrals.Party.SENDER_OUTSIDE else party.value
        yield from ((current, wanted, who) for current, legal in machine.following.items() for wanted in legal)


def lab_ways() -> Iterator[Way]:
    names = {Role.LAB: "laboratory", Role.PATIENT: "patient"}
    for current, legal in bookings.TRANSITIONS.following.items():
        for wanted in legal:
            who = [names[role] for role, says in bookings.REACHED_BY.items() if wanted in says]
            yield current, wanted, " or ".join(who) or "its results"


def diagram(statuses: type[StrEnum], ways: Sequence[Way]) -> str:
    """A mermaid diagram; a way that several may take is one arrow."""
    takers: dict[tuple[str, str], list[str]] = {}
    for current, wanted, who in ways:
        takers.setdefault((current, wanted), []).append(who)
    left = {current for current, _ in takers}
    lines = [f"    [*] --> {next(iter(statuses))}"]
    lines += [f"    {current} --> {wanted}: {', '.join(_plain(who))}" for (current, wanted), who in takers.items()]
    lines += [f"    {status} --> [*]" for status in statuses if status not in left]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _plain(who: Sequence[str]) -> Sequence[str]:
    return [one for one in who if not (one == "sender, if outside" and "sender" in who)]


def document() -> str:
    drawn: Mapping[str, tuple[type[StrEnum], Iterator[Way]]] = {
        "A visit": (AppointmentStatus, visit_ways()),
        "A referral": (ReferralStatus, referral_ways()),
        "A laboratory booking": (LabBookingStatus, lab_ways()),
    }
    return "\n".join([HEAD, *(f"## {name}\n\n{diagram(kind, list(ways))}\n" for name, (kind, ways) in drawn.items())])


if __name__ == "__main__":
    STATES.write_text(document())
