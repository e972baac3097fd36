"""Statements that read a patient's results from the laboratory."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.results import LabResult, ResultStatus
from careplus_doctors.store.people import doctor_name
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.labs import AnalyteRow, LabBookingRow, LabResultRow, LabTestRow, ObservationRow

VERIFIED = (ResultStatus.VERIFIED.value, ResultStatus.RELEASED.value)
RANGE = ("low", "high", "critical_low", "critical_high")


async def of_patient(db: AsyncSession, who: Identity, patient_id: int) -> list[LabResult]:
    """Verified ones of a patient in the doctor's care, newest first."""
    verifier = aliased(AccountRow)
    query = (
        select(
            LabResultRow,
            col(LabBookingRow.reference),
            col(LabTestRow.name),
            AccountRow,
            col(verifier.full_name),
            doctor_name(col(LabResultRow.released_by_id)),
        )
        .join(LabBookingRow, col(LabBookingRow.id) == col(LabResultRow.booking_id))
        .join(LabTestRow, col(LabTestRow.code) == col(LabResultRow.test_code))
        .join(AccountRow, col(AccountRow.id) == col(LabResultRow.patient_id))
        .outerjoin(verifier, col(verifier.id) == col(LabResultRow.verified_by_id))
        .where(col(LabResultRow.patient_id) == patient_id, col(LabResultRow.status).in_(VERIFIED))
        .where(col(LabResultRow.patient_id).in_(patients_in_care(who, patient_id)))
        .order_by(col(LabResultRow.id).desc())
        .limit(LONGEST_PART)
    )
    rows = (await db.execute(query)).all()
    observations = await _observations(db, [row[0].id for row in rows if row[0].id is not None])
    return [_shown(*row, observations[row[0].id]) for row in rows if row[0].id is not None]


async def _observations(db: AsyncSession, result_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    query = (
        select(ObservationRow, AnalyteRow)
        .join(AnalyteRow, col(AnalyteRow.code) == col(ObservationRow.analyte_code))
        .where(col(ObservationRow.result_id).in_(result_ids))
        .order_by(col(ObservationRow.result_id), col(ObservationRow.position))
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row, analyte in (await db.execute(query)).all():
        applied = {"sex": row.range_sex, **{bound: getattr(row, bound) for bound in RANGE}}
        found[row.result_id].append(
            {
                **row.model_dump(include={"value", "comparator", "text", "unit", "decimals", "usual", "flag"}),
                **analyte.model_dump(include={"name", "loinc", "plain"}),
                "analyte": analyte.code,
                "range": applied if row.has_range else None,
            }
        )
    return found


def _shown(
    row: LabResultRow,
    reference: str,
    test_name: str,
    patient: AccountRow,
    verifier: str | None,
    releaser: str | None,
    observations: list[dict[str, Any]],
) -> LabResult:
    return LabResult.model_validate(
        {
            **row.model_dump(),
            "reference": reference,
            "test_name": test_name,
            "patient": patient.model_dump(include={"id", "full_name", "date_of_birth", "sex"}),
            "observations": observations,
            "verified_by": _person(row.verified_by_id, verifier),
            "released_by": _person(row.released_by_id, releaser),
        }
    )


def _person(id_: int | None, full_name: str | None) -> dict[str, Any] | None:
    return None if id_ is None else {"id": id_, "full_name": full_name}
