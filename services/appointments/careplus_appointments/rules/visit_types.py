"""The type of a visit: the one that is booked, its length, and the time that stays free after it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from careplus_contracts.visit_types import StaffBookVisitType, VisitTypeNotOffered


class VisitPlan(NamedTuple):
    """The type of a visit with its minutes and the minutes after it; without a type `type_id` is None."""

    type_id: int | None
    minutes: int
    buffer_minutes: int = 0
    staff_only: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)


class WantedVisit(NamedTuple):
    """The type that is booked, or the visit that moves, which keeps its type."""

    type_id: int | None = None
    online: bool = False
    """Whether a patient books: types of the staff are refused."""
    kept: VisitPlan | None = None
    moved_id: int | None = None


ANY_VISIT = WantedVisit()


def planned(wanted: WantedVisit, offered: Sequence[VisitPlan], slot_minutes: int) -> VisitPlan:
    """Return the plan of the visit with a doctor that offers these types.

    Raise VisitTypeNotOffered, and StaffBookVisitType for a patient. A visit that moves to a doctor without its type keeps its
    length.
    """
    if wanted.kept is not None and wanted.kept.type_id is None:
        return VisitPlan(None, slot_minutes)
    type_id = wanted.type_id if wanted.kept is None else wanted.kept.type_id
    if type_id is None:
        first = next((one for one in offered if not (wanted.online and one.staff_only)), None)
        return first or VisitPlan(None, slot_minutes)
    found = next((one for one in offered if one.type_id == type_id), None)
    if wanted.kept is not None:
        return found or wanted.kept
    if found is None:
        raise VisitTypeNotOffered("This doctor does not offer this type of visit. Choose another one, or send none.")
    if wanted.online and found.staff_only:
        raise StaffBookVisitType("The hospital books this type of visit for patients. Call the hospital.")
    return found
