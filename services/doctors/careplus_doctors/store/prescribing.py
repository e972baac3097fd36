"""The one way to a prescription: care, the check of its medicines, the reasons for its alerts, then its rows."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from careplus_contracts.prescriptions import Prescribe, Prescription
from careplus_doctors.rules.overrides import answered
from careplus_doctors.store import charts, prescriptions
from careplus_doctors.store.medicines.checks import check_medicines
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import WriteSession


async def prescribe(
    db: WriteSession, who: Identity, body: Prescribe, zone: ZoneInfo, renewed: Collection[tuple[int, int]] = ()
) -> Prescription:
    """Check and insert a prescription. Raise NotFound, Malformed and Unsafe.

    `renewed` names items by prescription and position that the patient takes now and continues with this prescription.
    """
    await check_in_care(db, who, body.patient_id, body.appointment_id)
    # before the check, so that a prescription or an allergy of the same moment is not missed
    await charts.lock_for_update(db, who, body.patient_id)
    check = await check_medicines(db, who, body.patient_id, body.items, zone, renewed)
    return await prescriptions.add(db, who, body, answered(check, body.overrides), zone)
