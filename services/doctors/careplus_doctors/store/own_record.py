"""Statements of the record that a patient reads. Each is bounded."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.prescriptions import PrescriptionFilter, PrescriptionStatus
from careplus_contracts.record import OwnRecord, RecordVisit
from careplus_doctors.store import charts, prescriptions, visits, vitals
from careplus_runtime.identity.tokens import Identity
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.engine import ReadSession
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits

LEFT_OUT = (AppointmentStatus.CANCELLED.value, *OFFERS)


async def show(db: ReadSession, who: Identity, zone: ZoneInfo, now: datetime) -> OwnRecord:
    """Return the patient's own record."""
    allergies, problems = await charts.own_parts(db, who)
    active = PrescriptionFilter(status=PrescriptionStatus.ACTIVE, limit=LONGEST_PART)
    return OwnRecord(
        allergy_status=allergies.allergy_status,
        allergies=allergies.allergies,
        problems=problems,
        prescriptions=(await prescriptions.list_own(db, who, active, zone)).items,
        vitals=await vitals.own(db, who),
        visits=await _visits(db, who, now),
    )


async def _visits(db: ReadSession, who: Identity, now: datetime) -> list[RecordVisit]:
    status = col(AppointmentRow.status)
    has_begun = or_(col(AppointmentRow.starts_at) <= now, status == AppointmentStatus.COMPLETED.value)
    query = (
        select_visits()
        .where(col(AppointmentRow.patient_id) == who.id, has_begun, status.not_in(LEFT_OUT))
        .order_by(col(AppointmentRow.starts_at).desc(), col(AppointmentRow.id).desc())
        .limit(LONGEST_PART)
    )
    found = [VisitRecord(*row) for row in (await db.execute(query)).all()]
    notes = await visits.signed_notes(db, who, [one.id for one in found])
    return [RecordVisit.model_validate({**appointment_members(one), "notes": notes.get(one.id)}) for one in found]
