"""Statements that read a patient's laboratory results for the chart."""

from sqlalchemy import bindparam, select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.results import LabResult, ResultStatus
from careplus_runtime.identity.care import ONE_IN_CARE, care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabResultRow
from careplus_tables.result_records import to_lab_results
from careplus_tables.result_rows import RESULT_COLUMNS, ResultRecord

VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)


_OF_PATIENT = CompiledStatement(
    select(*RESULT_COLUMNS)
    .where(col(LabResultRow.patient_id) == bindparam("care_patient"), col(LabResultRow.status).in_(VERIFIED))
    .where(col(LabResultRow.patient_id).in_(ONE_IN_CARE))
    .order_by(col(LabResultRow.specimen_at).desc(), col(LabResultRow.id).desc())
    .limit(literal_limit(LONGEST_PART))
)


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[LabResult]:
    """Return verified results of a patient in the doctor's care, newest specimen first."""
    rows = await _OF_PATIENT.typed(db, **care_parameters(who, patient_id))
    return await to_lab_results(db, [ResultRecord(*row) for row in rows], who.id)
