"""Statements about prescriptions and their items."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, bindparam, or_, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_clinic.courses import last_day
from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.endpoints import Role
from careplus_contracts.medicines import PrescriptionCheck
from careplus_contracts.prescriptions import (
    Prescribe,
    PrescribedFilter,
    Prescription,
    PrescriptionFilter,
    Prescriptions,
    PrescriptionStatus,
)
from careplus_contracts.refusals import NotFound
from careplus_doctors.store.prescription_records import select_prescriptions, to_contract
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import ONE_IN_CARE, care_parameters, is_emergency_only, patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import name_of
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow, status_on
from careplus_tables.references import new_reference

_NEWEST_FIRST = newest_first(col(PrescriptionRow.id))
_OF_PATIENT = CompiledStatement(
    select_prescriptions(bindparam("today", type_=Date()))
    .where(col(PrescriptionRow.patient_id) == bindparam("care_patient"), col(PrescriptionRow.patient_id).in_(ONE_IN_CARE))
    .order_by(col(PrescriptionRow.id).desc())
    .limit(literal_limit(LONGEST_PART))
)


async def find(db: AnySession, who: Identity, prescription_id: int, zone: ZoneInfo) -> Prescription:
    """Return a prescription to the patient, or to a doctor that may stop it. Raise NotFound."""
    today = local_date(now(), zone)
    query = select_prescriptions(today).where(col(PrescriptionRow.id) == prescription_id, _is_stoppable(who))
    rows = (await db.execute(query)).all()
    if not rows:
        raise NotFound(NOTHING_HERE)
    [prescription] = await to_contract(db, rows, today)
    return prescription


async def check_stoppable(db: AnySession, who: Identity, prescription_id: int) -> None:
    """Raise NotFound unless `find` returns the prescription."""
    query = select(col(PrescriptionRow.id)).where(col(PrescriptionRow.id) == prescription_id, _is_stoppable(who))
    await one_or_404(db, query)


async def list_own(
    db: ReadSession, who: Identity, wanted: PrescribedFilter | PrescriptionFilter, zone: ZoneInfo
) -> Prescriptions:
    """Return prescriptions to the patient, or by the doctor, newest first."""
    today = local_date(now(), zone)
    query = select_prescriptions(today).where(_is_own(who))
    if isinstance(wanted, PrescribedFilter) and wanted.patient_id is not None:
        query = query.where(col(PrescriptionRow.patient_id) == wanted.patient_id)
    if wanted.status is not None:
        query = query.where(status_on(today) == wanted.status.value)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Prescriptions(items=await to_contract(db, rows, today), next_cursor=next_cursor)


async def of_patient(db: AnySession, who: Identity, patient_id: int, zone: ZoneInfo) -> list[Prescription]:
    """Return prescriptions of any doctor to a patient in the doctor's care, newest first."""
    today = local_date(now(), zone)
    return await to_contract(db, await _OF_PATIENT.typed(db, today=today, **care_parameters(who, patient_id)), today)


async def lock_for_update(db: AnySession, who: Identity, prescription_id: int) -> PrescriptionRow:
    """Return a prescription that the doctor may stop, locked. Raise NotFound."""
    query = select(PrescriptionRow).where(col(PrescriptionRow.id) == prescription_id, _is_stoppable(who))
    return await one_or_404(db, query.with_for_update())


async def add(db: WriteSession, who: Identity, body: Prescribe, check: PrescriptionCheck, zone: ZoneInfo) -> Prescription:
    """Insert a prescription by the doctor with its items and their check."""
    at = this_second()
    row = PrescriptionRow(
        reference=new_reference("RX"),
        patient_id=body.patient_id,
        doctor_id=who.id,
        doctor_name=await name_of(db, who.id),
        appointment_id=body.appointment_id,
        notes=body.notes,
        medicine_check=check.model_dump(mode="json"),
        last_day=last_day(at, max(item.duration_days for item in body.items), zone),
        emergency=await is_emergency_only(db, who, body.patient_id),
        created_at=at,
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    for position, item in enumerate(body.items):
        db.add(PrescriptionItemRow(prescription_id=row.id, position=position, **dict(item)))
    await db.flush()
    return await find(db, who, row.id, zone)


async def stop(db: WriteSession, who: Identity, row: PrescriptionRow, reason: str | None, zone: ZoneInfo) -> Prescription:
    """Stop the prescription as its next version; one that is stopped already does not change."""
    assert row.id is not None
    if row.status == PrescriptionStatus.ACTIVE.value:
        row.status = PrescriptionStatus.STOPPED.value
        row.stopped_at = now()
        row.stopped_by_id = who.id
        row.stopped_by_name = await name_of(db, who.id)
        row.stop_reason = reason
        row.version += 1
        await db.flush()
    return await find(db, who, row.id, zone)


def _is_stoppable(who: Identity) -> ColumnElement[bool]:
    """Return the condition of own prescriptions, and for a doctor of the ones of patients in the doctor's care."""
    if who.role is Role.DOCTOR:
        return or_(_is_own(who), col(PrescriptionRow.patient_id).in_(patients_in_care(who)))
    return _is_own(who)


def _is_own(who: Identity) -> ColumnElement[bool]:
    """Return the condition of the patient's prescriptions, or of the doctor's and of doctors that the doctor replaces."""
    if who.role is Role.DOCTOR:
        return is_or_is_done_by(col(PrescriptionRow.doctor_id), who.id)
    return col(PrescriptionRow.patient_id) == who.id
