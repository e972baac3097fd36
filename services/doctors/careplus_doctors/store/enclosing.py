"""The parts of a chart that go with a referral, as they are when it is sent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.charts import ConditionStatus
from careplus_contracts.referral_letters import (
    Enclose,
    EnclosedAllergy,
    EnclosedChart,
    EnclosedMedicine,
    EnclosedProblem,
    EnclosedResult,
    EnclosedValue,
    NotReleased,
)
from careplus_contracts.refusals import NotFound
from careplus_contracts.results import LabResult, ResultStatus
from careplus_doctors.store import charts
from careplus_doctors.store.medicines.current import active_prescriptions
from careplus_doctors.store.results import VERIFIED
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabResultRow
from careplus_tables.result_records import to_lab_results


async def enclosed(
    db: AnySession, who: Identity, patient_id: int, wanted: Enclose | None, zone: ZoneInfo
) -> EnclosedChart | None:
    """Return the wanted parts of the chart of a patient in the doctor's care; None where none is wanted.

    Raise NotFound for a result of another patient, and NotReleased.
    """
    if wanted is None or wanted == Enclose():
        return None
    allergies = await charts.allergies_of(db, who, patient_id) if wanted.allergies else None
    found = (
        [EnclosedAllergy(**one.model_dump(exclude={"noted_on", "emergency"})) for one in allergies.allergies]
        if allergies
        else None
    )
    return EnclosedChart(
        at=this_second(),
        problems=await _problems(db, patient_id) if wanted.problems else None,
        medicines=await _medicines(db, patient_id, zone) if wanted.medicines else None,
        allergy_status=allergies.allergy_status if allergies else None,
        allergies=found,
        results=await _results(db, who, patient_id, [one.result_id for one in wanted.results]),
    )


async def _problems(db: AnySession, patient_id: int) -> list[EnclosedProblem]:
    problems = await charts.problems_of(db, patient_id)
    return [
        EnclosedProblem(**one.model_dump(exclude={"status", "emergency"}))
        for one in problems
        if one.status is ConditionStatus.ACTIVE
    ]


async def _medicines(db: AnySession, patient_id: int, zone: ZoneInfo) -> list[EnclosedMedicine]:
    written = await active_prescriptions(db, patient_id, local_date(now(), zone))
    return [
        EnclosedMedicine(
            medicine=item.medicine,
            dose=item.dose,
            route=item.route,
            frequency=item.frequency,
            prescribed_by=one.doctor.full_name,
            last_day=item.last_day,
        )
        for one in written
        for item in one.items
        if item.active
    ]


async def _results(db: AnySession, who: Identity, patient_id: int, ids: list[int]) -> list[EnclosedResult]:
    query = (
        select(LabResultRow)
        .where(col(LabResultRow.id).in_(ids), col(LabResultRow.patient_id) == patient_id)
        .where(col(LabResultRow.patient_id).in_(patients_in_care(who, patient_id)), col(LabResultRow.status).in_(VERIFIED))
        .order_by(col(LabResultRow.specimen_at).desc(), col(LabResultRow.id).desc())
    )
    rows = (await db.execute(query)).scalars().all() if ids else []
    if len(rows) != len(set(ids)):
        raise NotFound(NOTHING_HERE)
    if any(row.status != ResultStatus.RELEASED.value for row in rows):
        raise NotReleased("The patient reads the letter. Release these results first, or leave them out.")
    return [_result(one, row.specimen_at) for one, row in zip(await to_lab_results(db, rows, who.id), rows, strict=True)]


def _result(result: LabResult, taken_at: datetime) -> EnclosedResult:
    values = [EnclosedValue(**one.model_dump(include=set(EnclosedValue.model_fields))) for one in result.observations]
    return EnclosedResult(
        result_id=result.id, test_name=result.test_name, test_names=result.test_names, taken_at=taken_at, values=values
    )
