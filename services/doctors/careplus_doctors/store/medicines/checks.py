"""The check of medicines against the patient's allergies, and the medicines of any doctor that they take now."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.medicines import MedicineCheck, MedicineToCheck, UncheckedReason
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines import check as rules
from careplus_doctors.rules.medicines import medicine_list
from careplus_doctors.store import charts
from careplus_doctors.store.medicines.current import active_prescriptions
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession

MEDICINES = medicine_list.load()
"""Read when the service starts: without its rules it must not serve, because it would prescribe unchecked."""


async def check_medicines(
    db: AnySession,
    who: Identity,
    patient_id: int,
    items: Sequence[PrescriptionItem | MedicineToCheck],
    zone: ZoneInfo,
    renewed: Collection[tuple[int, int]] = (),
) -> MedicineCheck:
    """Return the alerts of medicines for a patient in the doctor's care. Raise NotFound.

    Items that are `renewed`, by prescription and position, are continued and not taken twice, so they raise no alert.

    Before a change call `charts.lock_for_update`, so that two doctors who prescribe at the same time see each other's medicines.
    """
    recorded = await charts.allergies_of(db, who, patient_id)
    today = local_date(now(), zone)
    active = [
        item
        for one in await active_prescriptions(db, patient_id, today)
        for place, item in enumerate(one.items)
        if item.active and (one.id, place) not in renewed
    ]
    born = (await db.execute(select(col(AccountRow.date_of_birth)).where(col(AccountRow.id) == patient_id))).scalar_one()
    age_days = None if born is None else (today - born).days
    check = rules.check(MEDICINES, [_item(one) for one in items], active, recorded.allergies, age_days)
    return _of_typed(check, items)


def _item(one: PrescriptionItem | MedicineToCheck) -> PrescriptionItem:
    """Return the medicine as far as it is typed; an empty dose and one day raise no alert."""
    if isinstance(one, PrescriptionItem):
        return one
    dose, route, frequency = one.dose or "", one.route or "", one.frequency or ""
    return PrescriptionItem.model_construct(
        medicine=one.medicine, dose=dose, route=route, frequency=frequency, duration_days=one.duration_days or 1
    )


def _of_typed(check: MedicineCheck, items: Sequence[PrescriptionItem | MedicineToCheck]) -> MedicineCheck:
    """Return the check without doses that were not read because they are not typed yet."""
    begun = tuple(f"{one.medicine}: " for one in items if not (one.dose and one.route and one.frequency))
    unread = UncheckedReason.DOSE_NOT_READ
    kept = [one for one in check.unchecked if one.reason is not unread or not one.text.startswith(begun)]
    return check.model_copy(update={"unchecked": kept})
