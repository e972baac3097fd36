"""Statements about charts: allergies, problems, and the whole chart of one patient."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, bindparam, delete, select
from sqlmodel import col

from careplus_contracts.allergies import Allergies, Allergy, AllergyCheck, Certainty, RecordedAllergy, SetAllergies, Severity
from careplus_contracts.charts import Chart, ChartPatient, Condition, ConditionStatus, ProblemList, RecordedCondition, SetProblems
from careplus_doctors.rules.charts import allergy_status, named_twice
from careplus_doctors.rules.medicines import medicine_list
from careplus_doctors.rules.medicines.allergic import named_in
from careplus_doctors.store import access, chart_changes, prescriptions, referrals, results, visits
from careplus_runtime.http.problems import malformed
from careplus_runtime.identity.care import check_in_care, is_emergency_only
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.charts import AllergyRow, ChartRow, ProblemRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, ReadSession, WriteSession

_Entry = TypeVar("_Entry", Allergy, Condition)


class AllergyRecord(NamedTuple):
    """One row of `_ALLERGIES`, in the order of its columns."""

    substance: str
    reaction: str | None
    severity: str
    certainty: str | None
    onset: date | None
    noted_on: date | None
    emergency: bool


_of: BindParameter[int] = bindparam("patient")
_ALLERGIES = CompiledStatement(
    select(*(col(getattr(AllergyRow, name)) for name in AllergyRecord._fields))
    .where(col(AllergyRow.patient_id) == _of)
    .order_by(col(AllergyRow.position))
)
_PROBLEM = ("name", "icd10", "status", "since", "emergency")
_PROBLEMS = CompiledStatement(
    select(*(col(getattr(ProblemRow, name)) for name in _PROBLEM))
    .where(col(ProblemRow.patient_id) == _of)
    .order_by(col(ProblemRow.position))
)
_PERSON = ("id", "full_name", "date_of_birth", "phone", "email", "reference", "sex")
_PATIENT = CompiledStatement(
    select(*(col(getattr(AccountRow, name)) for name in _PERSON), col(ChartRow.no_known_allergies), col(ChartRow.version))
    .outerjoin(ChartRow, col(ChartRow.patient_id) == col(AccountRow.id))
    .where(col(AccountRow.id) == _of)
)


async def show(db: ReadSession, who: Identity, patient_id: int, zone: ZoneInfo) -> Chart:
    """Return the whole chart of a patient in the doctor's care. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    patient, chart = await _patient(db, patient_id)
    return Chart(
        **dict(await allergies(db, chart)),
        problems=await problems_of(db, patient_id),
        patient=patient,
        prescriptions=await prescriptions.of_patient(db, who, patient_id, zone),
        referrals=await referrals.of_patient(db, who, patient_id, zone),
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


async def own_parts(db: ReadSession, who: Identity) -> tuple[Allergies, list[RecordedCondition]]:
    """Return the allergies and problems of the calling patient."""
    return await allergies(db, await _chart(db, who.id)), await problems_of(db, who.id)


async def allergies(db: AnySession, chart: ChartRow) -> Allergies:
    """Return the allergies of a chart in their order."""
    rows = await _ALLERGIES.typed(db, patient=chart.patient_id)
    found = [to_allergy(AllergyRecord(*row)) for row in rows]
    medicines = medicine_list.load()
    checks = [AllergyCheck(substance=one.substance, known=bool(named_in(medicines, one.substance))) for one in found]
    status = allergy_status(found, chart.no_known_allergies)
    return Allergies(allergy_status=status, allergies=found, checks=checks, version=chart.version)


def to_allergy(row: AllergyRow | AllergyRecord) -> RecordedAllergy:
    """Return a row as answers show it."""
    return RecordedAllergy(
        substance=row.substance,
        reaction=row.reaction,
        onset=row.onset,
        noted_on=row.noted_on,
        emergency=row.emergency,
        severity=Severity(row.severity),
        certainty=Certainty(row.certainty) if row.certainty else None,
    )


async def set_allergies(db: WriteSession, who: Identity, chart: ChartRow, body: SetAllergies) -> Allergies:
    """Replace the allergies; the next version if they differ. Raise Malformed for a substance that is named twice."""
    if (twice := named_twice(allergy.substance for allergy in body.allergies)) is not None:
        raise malformed([{"loc": ("body", "allergies", twice, "substance"), "msg": "name each substance once"}])
    before = [(_entered(one, Allergy), one.emergency) for one in (await allergies(db, chart)).allergies]
    entries = [entry for entry, _ in before]
    if (entries, chart.no_known_allergies) != (body.allergies, body.no_known_allergies):
        was = chart_changes.of_allergies(entries, none_known=chart.no_known_allergies)
        chart.no_known_allergies = body.no_known_allergies
        await _replace(db, who, chart, AllergyRow, body.allergies, dict(before))
        now = chart_changes.of_allergies(body.allergies, none_known=body.no_known_allergies)
        await chart_changes.add(db, who, chart, was, now)
    return await allergies(db, chart)


async def set_problems(db: WriteSession, who: Identity, chart: ChartRow, body: SetProblems) -> ProblemList:
    """Replace the problems; the next version if they differ."""
    before = [(_entered(one, Condition), one.emergency) for one in await problems_of(db, chart.patient_id)]
    entries = [entry for entry, _ in before]
    if entries != body.problems:
        await _replace(db, who, chart, ProblemRow, body.problems, dict(before))
        await chart_changes.add(db, who, chart, chart_changes.of_problems(entries), chart_changes.of_problems(body.problems))
    return ProblemList(problems=await problems_of(db, chart.patient_id), version=chart.version)


async def _chart(db: AnySession, patient_id: int) -> ChartRow:
    chart = await db.get(ChartRow, patient_id)
    return chart or ChartRow(patient_id=patient_id, no_known_allergies=False, version=1)


def _column_values(entry: Allergy | Condition) -> dict[str, Any]:
    """Return the members with values instead of enum members, of which psycopg would write the names."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in entry}


def _entered(recorded: RecordedAllergy | RecordedCondition, kind: type[_Entry]) -> _Entry:
    """Return an entry as a doctor sent it, without the member that only the store writes."""
    return kind(**recorded.model_dump(exclude={"emergency"}))


async def _replace(
    db: WriteSession,
    who: Identity,
    chart: ChartRow,
    kind: type[AllergyRow | ProblemRow],
    entries: Sequence[Allergy | Condition],
    before: Mapping[Allergy, bool] | Mapping[Condition, bool],
) -> None:
    """Replace the rows of one kind; the next version of the chart.

    `before` says of each present entry whether it was made in an emergency: an unchanged entry keeps it.
    """
    written_now = await is_emergency_only(db, who, chart.patient_id)
    made: dict[Any, bool] = dict(before)
    chart.version += 1
    db.add(chart)
    await db.flush()
    await db.execute(delete(kind).where(col(kind.patient_id) == chart.patient_id))
    db.add_all(
        kind(patient_id=chart.patient_id, position=position, emergency=made.get(entry, written_now), **_column_values(entry))
        for position, entry in enumerate(entries)
    )
    await db.flush()


async def problems_of(db: AnySession, patient_id: int) -> list[RecordedCondition]:
    """Return the problem list of a patient that was found before."""
    rows = await _PROBLEMS.typed(db, patient=patient_id)
    return [
        RecordedCondition(name=name, icd10=icd10, status=ConditionStatus(status), since=since, emergency=emergency)
        for name, icd10, status, since, emergency in rows
    ]


async def _patient(db: ReadSession, patient_id: int) -> tuple[ChartPatient, ChartRow]:
    """Return a patient that was found before, and the chart, a new one where none is stored yet."""
    [[*person, none_known, version]] = await _PATIENT.typed(db, patient=patient_id)
    chart = ChartRow(patient_id=patient_id, no_known_allergies=none_known or False, version=version or 1)
    return ChartPatient(**dict(zip(_PERSON, person, strict=True))), chart
