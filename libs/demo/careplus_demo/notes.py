"""Notes of the demo hospital's visits: of the stories and of the last two weeks; a few of today are drafts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from careplus_contracts.notes import NotesStatus
from careplus_demo.people import People
from careplus_demo.visits import WRITTEN_FOR, Visit

Row = dict[str, Any]
SOON = timedelta(minutes=20)
DRAFTED, ADDED_TO = 0.15, 0.03
"""Shares: drafts among the last day's notes, and notes with an addendum among older ones."""
ADDENDA = (
    "Called the patient: much better.",
    "Letter of the hospital read; nothing changes.",
    "Called back: no change, comes on Friday.",
    "Report from outside read and filed.",
    "Asked by phone about side effects: none.",
)


class VisitNotes:
    """Notes of completed `visits`, which are in order of time."""

    def __init__(self, people: People, visits: Sequence[Visit]) -> None:
        self.people, self.now = people, people.plan.now
        self.visits = [one for one in visits if _text(one) and (one.told or self.now - one.ends_at < WRITTEN_FOR)]

    def rows(self) -> Iterator[Row]:
        rng = self.people.plan.random_for("notes")
        for visit in self.visits:
            is_draft = self.now - visit.ends_at < timedelta(days=1) and rng.random() < DRAFTED
            at = min(visit.ends_at + SOON * rng.random(), self.now)
            yield {
                "appointment_id": visit.id,
                "author_id": visit.doctor.id,
                "text": _text(visit),
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
        return visit.told is None and self.now - visit.ends_at > timedelta(days=2) and visit.id % round(1 / ADDED_TO) == 0


def _text(visit: Visit) -> str | None:
    return visit.told.note if visit.told else visit.complaint.note if visit.complaint else None
