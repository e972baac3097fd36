"""Statements that read a patient's visits and the notes about them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART, ChartVisit
from careplus_contracts.notes import Addendum, Notes, NotesStatus
from careplus_contracts.values import Person
from careplus_runtime.identity.care import ONE_IN_CARE, care_parameters
from careplus_runtime.identity.tokens import Identity
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.engine import ReadSession
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.people import doctor_name
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits

_IS_SIGNED = col(NotesRow.status) == NotesStatus.SIGNED.value


class _NoteRecord(NamedTuple):
    """One row of the statements of notes, in the order of their columns."""

    appointment_id: int
    text: str
    updated_at: datetime
    signed_at: datetime | None
    version: int
    status: str
    author_id: int
    author: str | None
    signed_by_id: int | None
    signed_by: str | None


_visits: BindParameter[int] = bindparam("visits", expanding=True)
_notes_of_visits = select(
    *(col(getattr(NotesRow, name)) for name in _NoteRecord._fields[:7]),
    func.coalesce(col(NotesRow.author_name), doctor_name(col(NotesRow.author_id))),
    col(NotesRow.signed_by_id),
    func.coalesce(col(NotesRow.signed_by_name), doctor_name(col(NotesRow.signed_by_id))),
).where(col(NotesRow.appointment_id).in_(_visits))
_SIGNED = CompiledStatement(_notes_of_visits.where(_IS_SIGNED))
_READABLE = CompiledStatement(
    _notes_of_visits.where(or_(_IS_SIGNED, is_or_is_done_by(col(NotesRow.author_id), bindparam("doctor"))))
)
_ADDENDA = CompiledStatement(
    select(
        col(AddendumRow.appointment_id),
        col(AddendumRow.text),
        col(AddendumRow.at),
        col(AddendumRow.by_id),
        func.coalesce(col(AddendumRow.by_name), doctor_name(col(AddendumRow.by_id))),
    )
    .where(col(AddendumRow.appointment_id).in_(_visits))
    .order_by(col(AddendumRow.appointment_id), col(AddendumRow.position))
)
_OF_PATIENT = CompiledStatement(
    select_visits()
    .where(col(AppointmentRow.patient_id) == bindparam("care_patient"), col(AppointmentRow.status).not_in(OFFERS))
    .where(col(AppointmentRow.patient_id).in_(ONE_IN_CARE))
    .order_by(col(AppointmentRow.starts_at).desc(), col(AppointmentRow.id).desc())
    .limit(literal_limit(LONGEST_PART))
)


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[ChartVisit]:
    """Return the visits of a patient in the doctor's care to any doctor, newest first."""
    rows = await _OF_PATIENT.all(db, **care_parameters(who, patient_id))
    visits = [VisitRecord._make(row) for row in rows]
    readable = await _READABLE.typed(db, visits=[visit.id for visit in visits], doctor=who.id) if visits else []
    notes = await _to_notes(db, patient_id, readable)
    return [
        ChartVisit.model_validate({**appointment_members(visit), "note": visit.note, "notes": notes.get(visit.id)})
        for visit in visits
    ]


async def signed_notes(db: ReadSession, who: Identity, visit_ids: Sequence[int]) -> dict[int, Notes]:
    """Return the signed notes of the patient's own visits, by visit."""
    return await _to_notes(db, who.id, await _SIGNED.typed(db, visits=list(visit_ids)) if visit_ids else [])


async def _to_notes(db: ReadSession, patient_id: int, rows: Sequence[Sequence[Any]]) -> dict[int, Notes]:
    """Return notes with their addenda, by visit."""
    records = [_NoteRecord(*row) for row in rows]
    added = await _addenda(db, [one.appointment_id for one in records])
    return {one.appointment_id: _to_contract(one, patient_id, added[one.appointment_id]) for one in records}


async def _addenda(db: ReadSession, visit_ids: Sequence[int]) -> dict[int, list[Addendum]]:
    found: dict[int, list[Addendum]] = defaultdict(list)
    for visit_id, text, at, by_id, name in await _ADDENDA.typed(db, visits=list(visit_ids)) if visit_ids else ():
        found[visit_id].append(Addendum(text=text, at=at, by=_person(by_id, name)))
    return found


def _to_contract(one: _NoteRecord, patient_id: int, addenda: list[Addendum]) -> Notes:
    return Notes(
        appointment_id=one.appointment_id,
        text=one.text,
        updated_at=one.updated_at,
        signed_at=one.signed_at,
        version=one.version,
        patient_id=patient_id,
        status=NotesStatus(one.status),
        author=_person(one.author_id, one.author),
        signed_by=None if one.signed_by_id is None else _person(one.signed_by_id, one.signed_by),
        addenda=addenda,
    )


def _person(id_: int, full_name: str | None) -> Person:
    # doctor_name is null only where the id is
    assert full_name is not None
    return Person(id=id_, full_name=full_name)
