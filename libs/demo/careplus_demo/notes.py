"""Notes of the demo hospital's visits of the last four weeks: nearly all signed, a few of today are drafts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from careplus_contracts.notes import NotesStatus
from careplus_demo.people import People
from careplus_demo.texts import NOTES
from careplus_demo.visits import WRITTEN_FOR, Visit

Row = dict[str, Any]
SOON = timedelta(minutes=20)
DRAFTED, ADDED_TO = 0.3, 0.05
"""Shares: drafts among the last day's notes, and notes with an addendum among older ones."""
PLANS = ("Continue as before.", "Review in 3 months.", "Back at once if it gets worse.", "Laboratory control, then by phone.")
ADDENDA = (
    "Called the patient: much better.",
    "Letter of the specialist read; nothing changes.",
    "Side corrected: it is the left.",
)


class VisitNotes:
    """Notes of completed `visits`, which are in order of time."""

    def __init__(self, people: People, visits: Sequence[Visit]) -> None:
        self.people, self.now = people, people.plan.now
        self.known = {people.pat.id, people.sam.id}
        self.visits = [one for one in visits if self.now - one.ends_at < WRITTEN_FOR or one.patient.id in self.known]

    def rows(self) -> Iterator[Row]:
        rng = self.people.plan.random_for("notes")
        for visit in self.visits:
            findings, plan = rng.choice(NOTES[visit.doctor.specialty]), rng.choice(PLANS)
            is_draft = self.now - visit.ends_at < timedelta(days=1) and rng.random() < DRAFTED
            at = min(visit.ends_at + SOON * rng.random(), self.now)
            yield {
                "appointment_id": visit.id,
                "author_id": visit.doctor.id,
                "text": findings if is_draft else f"Findings: {findings}\nPlan: {plan}",
                "status": (NotesStatus.DRAFT if is_draft else NotesStatus.SIGNED).value,
                "updated_at": at,
                "signed_at": None if is_draft else at,
                "signed_by_id": None if is_draft else visit.doctor.id,
                "version": 2 if is_draft else 3 + self._is_added_to(visit),
            }

    def addendum_rows(self) -> Iterator[Row]:
        for visit in self.visits:
            if self._is_added_to(visit):
                yield {
                    "appointment_id": visit.id,
                    "position": 0,
                    "text": ADDENDA[visit.id % len(ADDENDA)],
                    "at": visit.ends_at + timedelta(days=1),
                    "by_id": visit.doctor.id,
                }

    def _is_added_to(self, visit: Visit) -> bool:
        return self.now - visit.ends_at > timedelta(days=2) and visit.id % round(1 / ADDED_TO) == 0
