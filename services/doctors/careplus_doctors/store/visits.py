"""Statements that read a patient's visits and the notes about them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import col

from careplus_contracts.charts import LONGEST_PART, ChartVisit
from careplus_contracts.notes import Addendum, Notes, NotesStatus
from careplus_contracts.values import Person
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import ReadSession
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.people import doctor_name
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits

_IS_SIGNED = col(NotesRow.status) == NotesStatus.SIGNED.value


async def of_patient(db: ReadSession, who: Identity, patient_id: int) -> list[ChartVisit]:
    """Return the visits of a patient in the doctor's care to any doctor, newest first."""
    query = (
        select_visits()
        .where(col(AppointmentRow.patient_id) == patient_id, col(AppointmentRow.status).not_in(OFFERS))
        .where(col(AppointmentRow.patient_id).in_(patients_in_care(who, patient_id)))
        .order_by(col(AppointmentRow.starts_at).desc(), col(AppointmentRow.id).desc())
        .limit(LONGEST_PART)
    )
    visits = [VisitRecord(*row) for row in (await db.execute(query)).all()]
    is_readable = or_(_IS_SIGNED, is_or_is_done_by(col(NotesRow.author_id), who.id))
    notes = await _notes(db, patient_id, [visit.id for visit in visits], is_readable)
    return [
        ChartVisit.model_validate({**appointment_members(visit), "note": visit.note, "notes": notes.get(visit.id)})
        for visit in visits
    ]


async def signed_notes(db: ReadSession, who: Identity, visit_ids: Sequence[int]) -> dict[int, Notes]:
    """Return the signed notes of the patient's own visits, by visit."""
    return await _notes(db, who.id, visit_ids, _IS_SIGNED)


async def _notes(
    db: ReadSession, patient_id: int, visit_ids: Sequence[int], is_readable: ColumnElement[bool]
) -> dict[int, Notes]:
    """Return the readable notes of visits, by visit."""
    author = func.coalesce(col(NotesRow.author_name), doctor_name(col(NotesRow.author_id)))
    signed_by = func.coalesce(col(NotesRow.signed_by_name), doctor_name(col(NotesRow.signed_by_id)))
    query = select(NotesRow, author, signed_by).where(col(NotesRow.appointment_id).in_(visit_ids), is_readable)
    rows = (await db.execute(query)).all()
    added = await _addenda(db, [row.appointment_id for row, _, _ in rows])
    return {
        row.appointment_id: _to_contract(row, patient_id, author_name, signer_name, added[row.appointment_id])
        for row, author_name, signer_name in rows
    }


async def _addenda(db: ReadSession, visit_ids: Sequence[int]) -> dict[int, list[Addendum]]:
    query = (
        select(AddendumRow, func.coalesce(col(AddendumRow.by_name), doctor_name(col(AddendumRow.by_id))))
        .where(col(AddendumRow.appointment_id).in_(visit_ids))
        .order_by(col(AddendumRow.appointment_id), col(AddendumRow.position))
    )
    found: dict[int, list[Addendum]] = defaultdict(list)
    for row, name in (await db.execute(query)).all():
        found[row.appointment_id].append(Addendum(text=row.text, at=row.at, by=_person(row.by_id, name)))
    return found


def _to_contract(row: NotesRow, patient_id: int, author: str | None, signed_by: str | None, addenda: list[Addendum]) -> Notes:
    return Notes(
        **row.model_dump(include={"appointment_id", "text", "updated_at", "signed_at", "version"}),
        patient_id=patient_id,
        status=NotesStatus(row.status),
        author=_person(row.author_id, author),
        signed_by=None if row.signed_by_id is None else _person(row.signed_by_id, signed_by),
        addenda=addenda,
    )


def _person(id_: int, full_name: str | None) -> Person:
    # doctor_name is null only where the id is
    assert full_name is not None
    return Person(id=id_, full_name=full_name)
