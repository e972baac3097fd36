"""The current medicines of a patient, by the prescriptions of any doctor."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.medicine_lists import LONGEST_LIST, CurrentMedicine, CurrentMedicines
from careplus_contracts.prescriptions import Prescription, PrescriptionStatus
from careplus_contracts.values import NamedPatient
from careplus_doctors.store.prescription_records import select_prescriptions, to_contract
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession
from careplus_tables.prescriptions import PrescriptionRow, status_on


async def of_patient(db: ReadSession, who: Identity, patient_id: int, zone: ZoneInfo) -> CurrentMedicines:
    """Return the medicines that a patient in the doctor's care takes today. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    patient = await one_or_404(db, select(AccountRow).where(col(AccountRow.id) == patient_id))
    active = await active_prescriptions(db, patient_id, local_date(now(), zone))
    return CurrentMedicines(
        patient=NamedPatient.model_validate(patient.model_dump(include=set(NamedPatient.model_fields))),
        items=[item for prescription in active for item in _current(prescription, zone)][:LONGEST_LIST],
    )


async def active_prescriptions(db: AnySession, patient_id: int, today: date) -> list[Prescription]:
    """Return the active prescriptions of any doctor, newest first; the caller has checked that the patient is in care."""
    query = select_prescriptions(today).where(
        col(PrescriptionRow.patient_id) == patient_id, status_on(today) == PrescriptionStatus.ACTIVE.value
    )
    rows = (await db.execute(query.order_by(col(PrescriptionRow.id).desc()).limit(LONGEST_LIST))).all()
    return await to_contract(db, rows, today)


def _current(prescription: Prescription, zone: ZoneInfo) -> list[CurrentMedicine]:
    """Return the items of a prescription that are taken today."""
    return [
        CurrentMedicine(
            prescription_id=prescription.id,
            prescription_version=prescription.version,
            prescriber=prescription.doctor,
            medicine=item.medicine,
            dose=item.dose,
            route=item.route,
            frequency=item.frequency,
            instructions=item.instructions,
            started_on=local_date(prescription.created_at, zone),
            last_day=item.last_day,
        )
        for item in prescription.items
        if item.active
    ]
