"""Which prescriptions and items are renewed, the repeats of the new ones, and the transitions of a request."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from careplus_clinic.courses import is_over
from careplus_clinic.transitions import Transitions
from careplus_contracts.prescriptions import PrescribedItem, Prescription, PrescriptionItem, PrescriptionStatus
from careplus_contracts.refills import (
    REFILLABLE_DAYS,
    NewPrescription,
    NoRepeatsLeft,
    NotRefillable,
    Obstacle,
    RefillStatus,
)

OPEN, WITHDRAWN = RefillStatus.OPEN, RefillStatus.WITHDRAWN


def _detail(current: RefillStatus, wanted: RefillStatus, _: tuple[RefillStatus, ...]) -> str:
    return f"The request is {current.value} already and cannot become {wanted.value}. Read it again."


OF_PATIENT = Transitions({OPEN: (WITHDRAWN,)}, _detail)
OF_DOCTOR = Transitions({OPEN: (RefillStatus.PRESCRIBED, RefillStatus.DECLINED, RefillStatus.VISIT_NEEDED)}, _detail)
OF_DESK = Transitions[RefillStatus]({}, _detail)


def check_refillable(of: Prescription, today: date) -> None:
    """Raise NotRefillable for a prescription that a doctor stopped, or that ended more than a year ago."""
    if of.status is PrescriptionStatus.STOPPED:
        detail = "A doctor stopped this prescription. Book a visit if you need the medicine again."
        raise NotRefillable(detail, obstacle=Obstacle.STOPPED, renewed_as=None)
    if is_over(of.last_day + timedelta(days=REFILLABLE_DAYS), today):
        detail = "This prescription ended more than a year ago. Book a visit, so that a doctor sees you first."
        raise NotRefillable(detail, obstacle=Obstacle.TOO_OLD, renewed_as=None)


def positions_to_renew(of: Prescription, wanted: Collection[int] | None, renewed: Mapping[int, NewPrescription]) -> list[int]:
    """Return the positions of a request in order; by default of all items that were not renewed yet.

    Raise NotRefillable for a renewed item, and KeyError for an unknown one.
    """
    there = range(len(of.items))
    positions = sorted(wanted) if wanted is not None else [one for one in there if one not in renewed]
    if unknown := [one for one in positions if one not in there]:
        raise KeyError(unknown[0])
    newer = next((renewed[one] for one in (positions or there) if one in renewed), None)
    if newer is not None:
        detail = f"It was renewed as {newer.reference}. Ask for a refill of that prescription."
        raise NotRefillable(detail, obstacle=Obstacle.RENEWED, renewed_as=newer)
    return positions


def renewed_items(items: Sequence[PrescribedItem], new_repeats: int | None) -> list[PrescriptionItem]:
    """Return the items of the new prescription. Raise NoRepeatsLeft without `new_repeats` where none are left."""
    used_up = [item.medicine for item in items if item.repeats == 0]
    if used_up and new_repeats is None:
        detail = f"No repeats are left of {', '.join(used_up)}. Give new_repeats to renew it anyway."
        raise NoRepeatsLeft(detail, medicines=used_up)
    return [_renewed(item, item.repeats - 1 if item.repeats else new_repeats or 0) for item in items]


def _renewed(item: PrescribedItem, repeats: int) -> PrescriptionItem:
    members = {name: getattr(item, name) for name in PrescriptionItem.model_fields}
    return PrescriptionItem(**{**members, "repeats": repeats})
