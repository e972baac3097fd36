"""Statements about charts: allergies, problems, and the whole chart of one patient."""

from collections.abc import Sequence
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_contracts.accounts import Sex
from careplus_contracts.allergies import Allergies, Allergy, SetAllergies, Severity
from careplus_contracts.charts import Chart, ChartPatient, Condition, ConditionStatus, ProblemList, SetProblems
from careplus_doctors.rules.allergies import check_of
from careplus_doctors.rules.charts import allergy_status, named_twice
from careplus_doctors.store import access, prescriptions, referrals, results, visits
from careplus_runtime.http.problems import malformed
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.charts import AllergyRow, ChartRow, ProblemRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession


async def show(db: ReadSession, who: Identity, patient_id: int, zone: ZoneInfo) -> Chart:
    """Return the whole chart of a patient in the doctor's care. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    chart = await _chart(db, patient_id)
    return Chart(
        **dict(await allergies(db, chart)),
        problems=await _problems(db, patient_id),
        patient=await _patient(db, patient_id),
        prescriptions=await prescriptions.of_patient(db, who, patient_id, zone),
        referrals=await referrals.of_patient(db, who, patient_id),
        results=await results.of_patient(db, who, patient_id),
        visits=await visits.of_patient(db, who, patient_id),
        access=await access.of_patient(db, who, patient_id),
    )


async def lock_for_update(db: AnySession, who: Identity, patient_id: int) -> ChartRow:
    """Return the chart of a patient in the doctor's care, or a new one of version 1, locked. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    # lock the account, because the chart may not exist yet
    await db.get(AccountRow, patient_id, with_for_update={"key_share": True})
    return await _chart(db, patient_id)


async def allergies_of(db: AnySession, who: Identity, patient_id: int) -> Allergies:
    """Return the allergies of a patient in the doctor's care. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    return await allergies(db, await _chart(db, patient_id))


async def own_parts(db: ReadSession, who: Identity) -> tuple[Allergies, list[Condition]]:
    """Return the allergies and problems of the patient who calls."""
    return await allergies(db, await _chart(db, who.id)), await _problems(db, who.id)


async def allergies(db: AnySession, chart: ChartRow) -> Allergies:
    """Return the allergies of a chart in their order."""
    query = select(AllergyRow).where(col(AllergyRow.patient_id) == chart.patient_id).order_by(col(AllergyRow.position))
    found = [
        Allergy(substance=row.substance, reaction=row.reaction, severity=Severity(row.severity), noted_on=row.noted_on)
        for row in (await db.execute(query)).scalars()
    ]
    checks = [check_of(allergy.substance) for allergy in found]
    status = allergy_status(found, chart.no_known_allergies)
    return Allergies(allergy_status=status, allergies=found, checks=checks, version=chart.version)


async def set_allergies(db: WriteSession, chart: ChartRow, body: SetAllergies) -> Allergies:
    """Replace the allergies; the next version if they differ. Raise Malformed for a substance that is named twice."""
    if (twice := named_twice(allergy.substance for allergy in body.allergies)) is not None:
        raise malformed([{"loc": ("body", "allergies", twice, "substance"), "msg": "name each substance once"}])
    before = (await allergies(db, chart)).allergies
    if (before, chart.no_known_allergies) != (body.allergies, body.no_known_allergies):
        chart.no_known_allergies = body.no_known_allergies
        await _replace(db, chart, AllergyRow, body.allergies)
    return await allergies(db, chart)


async def set_problems(db: WriteSession, chart: ChartRow, body: SetProblems) -> ProblemList:
    """Replace the problems; the next version if they differ."""
    if await _problems(db, chart.patient_id) != body.problems:
        await _replace(db, chart, ProblemRow, body.problems)
    return ProblemList(problems=await _problems(db, chart.patient_id), version=chart.version)


async def _chart(db: AnySession, patient_id: int) -> ChartRow:
    chart = await db.get(ChartRow, patient_id)
    return chart or ChartRow(patient_id=patient_id, no_known_allergies=False, version=1)


def _column_values(entry: Allergy | Condition) -> dict[str, Any]:
    """Return the members with values instead of enum members, of which psycopg would write the names."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in entry}


async def _replace(
    db: WriteSession, chart: ChartRow, kind: type[AllergyRow | ProblemRow], entries: Sequence[Allergy | Condition]
) -> None:
    """Replace the rows of one kind; the next version of the chart."""
    chart.version += 1
    db.add(chart)
    await db.flush()
    await db.execute(delete(kind).where(col(kind.patient_id) == chart.patient_id))
    rows = enumerate(map(_column_values, entries))
    db.add_all(kind(patient_id=chart.patient_id, position=position, **values) for position, values in rows)
    await db.flush()


async def _problems(db: AnySession, patient_id: int) -> list[Condition]:
    query = select(ProblemRow).where(col(ProblemRow.patient_id) == patient_id).order_by(col(ProblemRow.position))
    return [
        Condition(name=row.name, icd10=row.icd10, status=ConditionStatus(row.status), since=row.since)
        for row in (await db.execute(query)).scalars()
    ]


async def _patient(db: ReadSession, patient_id: int) -> ChartPatient:
    row = await one_or_404(db, select(AccountRow).where(col(AccountRow.id) == patient_id))
    person = row.model_dump(include={"id", "full_name", "date_of_birth", "phone", "email"})
    return ChartPatient(**person, sex=Sex(row.sex))
