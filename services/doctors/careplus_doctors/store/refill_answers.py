"""Answers to requests: a new prescription through the same checks as any other, or a text for the patient."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.prescriptions import Prescribe, Prescription
from careplus_contracts.refills import AnswerRefill, DoctorRefill, RefillAnswer, RefillStatus
from careplus_doctors.rules import refills as rules
from careplus_doctors.store import prescribing, refill_notices
from careplus_doctors.store.refill_records import positions_of, prescriptions_of, to_doctor_refills
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import RefillRow


async def answer(db: WriteSession, who: Identity, row: RefillRow, body: AnswerRefill, zone: ZoneInfo) -> None:
    """Answer the request as its next version; one with the same answer does not change. Raise the refusals of the endpoint."""
    rules.OF_DOCTOR.check(RefillStatus(row.status), RefillStatus(body.answer.value))
    if row.status != RefillStatus.OPEN.value:
        return
    if body.answer is RefillAnswer.PRESCRIBED:
        row.renewed_as_id = (await _renew(db, who, row, body, zone)).id
    row.status, row.text = body.answer.value, body.text or None
    row.answered_at, row.answered_by_id = this_second(), who.id
    row.version += 1
    await db.flush()
    await refill_notices.tell_of_answer(db, row)


async def show(db: AnySession, who: Identity, row: RefillRow, zone: ZoneInfo) -> DoctorRefill:
    """Return a request that was found for the doctor before."""
    [refill] = await to_doctor_refills(db, who, [row], local_date(now(), zone))
    return refill


async def _renew(db: WriteSession, who: Identity, row: RefillRow, body: AnswerRefill, zone: ZoneInfo) -> Prescription:
    """Prescribe the requested items again. Raise NotRefillable, NoRepeatsLeft and Unsafe."""
    # a new request for the same prescription waits for this answer
    lock = select(col(PrescriptionRow.id)).where(
        col(PrescriptionRow.id) == row.prescription_id, col(PrescriptionRow.patient_id) == row.patient_id
    )
    await db.execute(lock.with_for_update())
    today = local_date(now(), zone)
    earlier = (await prescriptions_of(db, [row], today))[row.prescription_id]
    rules.check_refillable(earlier, today)
    positions = (await positions_of(db, [row]))[row.id or 0]
    items = rules.renewed_items([earlier.items[place] for place in positions], body.new_repeats)
    wanted = Prescribe(patient_id=row.patient_id, items=items, notes=earlier.notes, overrides=body.overrides)
    renewed = {(row.prescription_id, place) for place in positions}
    return await prescribing.prescribe(db, who, wanted, zone, renewed)
