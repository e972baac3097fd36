"""Statements about vital signs."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART
from careplus_contracts.values import Id, Instant, PageFilter, Person
from careplus_contracts.vitals import RecordVitals, UnusualValues, VitalSigns, VitalSignsList
from careplus_doctors.rules.vitals import bmi, measured_on, unusual
from careplus_runtime.http.problems import malformed
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.care import check_in_care, is_emergency_only, patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.vitals import VitalSignsRow

_NEWEST_FIRST = Keyset(
    (col(VitalSignsRow.measured_at), col(VitalSignsRow.id)),
    tuple[Instant, Id],
    lambda row: (row[0].measured_at, row[0].id),
    descending=True,
)
_VITALS: Select[*tuple[Any, ...]] = select(
    VitalSignsRow, doctor_name(col(VitalSignsRow.recorded_by_id)), doctor_name(col(VitalSignsRow.in_error_by_id))
)
UNUSUAL = "These values are unusual for the patient's age. Measure again, or confirm them."


async def of_patient(db: ReadSession, who: Identity, patient_id: int, wanted: PageFilter) -> VitalSignsList:
    """Return vital signs of a patient in the doctor's care, newest first. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    query = _VITALS.where(col(VitalSignsRow.patient_id) == patient_id)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return VitalSignsList(items=[_to_contract(*row) for row in rows], next_cursor=next_cursor)


async def own(db: ReadSession, who: Identity) -> list[VitalSigns]:
    """Return the newest vital signs of the calling patient, without values entered in error."""
    query = (
        _VITALS.where(col(VitalSignsRow.patient_id) == who.id, col(VitalSignsRow.in_error_at).is_(None))
        .order_by(col(VitalSignsRow.measured_at).desc(), col(VitalSignsRow.id).desc())
        .limit(LONGEST_PART)
    )
    return [_to_contract(*row) for row in (await db.execute(query)).all()]


async def add(db: WriteSession, who: Identity, patient_id: int, body: RecordVitals, zone: ZoneInfo) -> VitalSigns:
    """Insert vital signs of a patient that was found before. Raise Malformed and UnusualValues."""
    at = this_second()
    measured_at = (body.measured_at or at).replace(microsecond=0)
    born: date | None = (
        await db.execute(select(col(AccountRow.date_of_birth)).where(col(AccountRow.id) == patient_id))
    ).scalar_one()
    try:
        day = measured_on(measured_at, at, born, zone)
    except ValueError as error:
        raise malformed([{"loc": ("body", "measured_at"), "msg": str(error)}]) from error
    if found := unusual(body, born, day):
        raise UnusualValues(UNUSUAL, unusual=found)
    values = body.model_dump(exclude={"confirmed", "measured_at"})
    in_emergency = await is_emergency_only(db, who, patient_id)
    row = VitalSignsRow(
        **values,
        patient_id=patient_id,
        measured_at=measured_at,
        recorded_by_id=who.id,
        recorded_at=at,
        emergency=in_emergency,
    )
    db.add(row)
    await db.flush()
    return await _shown(db, row)


async def check_changeable(db: AnySession, who: Identity, vitals_id: int) -> None:
    """Raise NotFound unless the doctor may mark the record."""
    await one_or_404(db, select(col(VitalSignsRow.id)).where(col(VitalSignsRow.id) == vitals_id, _is_changeable(who)))


async def lock_for_update(db: WriteSession, who: Identity, vitals_id: int) -> VitalSignsRow:
    """Return a record that the doctor may mark, locked. Raise NotFound."""
    query = select(VitalSignsRow).where(col(VitalSignsRow.id) == vitals_id, _is_changeable(who))
    return await one_or_404(db, query.with_for_update())


async def mark_in_error(db: WriteSession, who: Identity, row: VitalSignsRow, reason: str) -> VitalSigns:
    """Mark the record as its next version; one that is marked already does not change."""
    if row.in_error_at is None:
        row.in_error_at, row.in_error_by_id, row.error_reason = this_second(), who.id, reason
        row.version += 1
        await db.flush()
    return await _shown(db, row)


async def _shown(db: AnySession, row: VitalSignsRow) -> VitalSigns:
    query = _VITALS.where(col(VitalSignsRow.id) == row.id, col(VitalSignsRow.patient_id) == row.patient_id)
    return _to_contract(*(await db.execute(query)).one())


def _is_changeable(who: Identity) -> ColumnElement[bool]:
    """Return the SQL condition: the doctor recorded the values, replaces their author, or has the patient in care."""
    recorded = is_or_is_done_by(col(VitalSignsRow.recorded_by_id), who.id)
    return or_(recorded, col(VitalSignsRow.patient_id).in_(patients_in_care(who)))


def _to_contract(row: VitalSignsRow, recorded_by: str, in_error_by: str | None) -> VitalSigns:
    marked_by = None
    if row.in_error_by_id is not None and in_error_by is not None:
        marked_by = Person(id=row.in_error_by_id, full_name=in_error_by)
    return VitalSigns(
        **row.model_dump(exclude={"recorded_by_id", "in_error_by_id"}),
        bmi=bmi(row.weight, row.height),
        recorded_by=Person(id=row.recorded_by_id, full_name=recorded_by),
        in_error_by=marked_by,
    )
