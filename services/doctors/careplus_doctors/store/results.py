"""Statements that read a patient's laboratory results for the chart."""

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.results import LabResult, ResultStatus
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabResultRow
from careplus_tables.result_records import to_lab_results

VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[LabResult]:
    """Return verified results of a patient in the doctor's care, newest specimen first."""
    query = (
        select(LabResultRow)
        .where(col(LabResultRow.patient_id) == patient_id, col(LabResultRow.status).in_(VERIFIED))
        .where(col(LabResultRow.patient_id).in_(patients_in_care(who, patient_id)))
        .order_by(col(LabResultRow.specimen_at).desc(), col(LabResultRow.id).desc())
        .limit(LONGEST_PART)
    )
    return await to_lab_results(db, (await db.execute(query)).scalars().all(), who.id)
