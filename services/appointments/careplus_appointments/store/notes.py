"""Statements about the notes of visits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.rules.notes import NotesChange, change_by, check_took_place
from careplus_appointments.store.appointments import of_doctor
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.notes import Addendum, Notes, NotesStatus, WriteNotes
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.colleagues import is_done_by
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.people import name_of, people_by_id, signed_by


async def lock_for_update(db: AnySession, who: Identity, appointment_id: int) -> NotesRow:
    """Return the notes of a visit to the doctor, or a new draft of version 1. Raise NotFound.

    A draft that the visit's former doctor left is returned empty, with this doctor as its author; but not that of a doctor whose
    work this doctor does.
    """
    # lock the visit, because the notes may not exist yet
    await of_doctor(db, who, appointment_id)
    row = await db.get(NotesRow, appointment_id)
    if row is None:
        return NotesRow(appointment_id=appointment_id, author_id=who.id, text="", updated_at=now(), version=1)
    if row.status == NotesStatus.DRAFT.value and not await _may_read_draft(db, who, row.author_id):
        row.author_id, row.text = who.id, ""
    return row


async def _may_read_draft(db: AnySession, who: Identity, author_id: int) -> bool:
    left = select(col(HandoverRow.doctor_id)).where(col(HandoverRow.doctor_id) == author_id, is_done_by(HandoverRow, who.id))
    return author_id == who.id or (await db.execute(left)).first() is not None


async def show(db: AnySession, who: Identity, row: NotesRow) -> Notes:
    """Return notes of a visit to the doctor with their addenda; no author and time where they are not stored."""
    addenda = await _addenda(db, row)
    people = await people_by_id(db, {row.author_id, row.signed_by_id, *(addendum.by_id for addendum in addenda)})
    visit = await of_doctor(db, who, row.appointment_id)
    return Notes(
        appointment_id=row.appointment_id,
        patient_id=visit.patient_id,
        text=row.text,
        status=NotesStatus(row.status),
        author=signed_by(people, row.author_id, row.author_name) if row in db else None,
        updated_at=row.updated_at if row in db else None,
        signed_at=row.signed_at,
        signed_by=None if row.signed_by_id is None else signed_by(people, row.signed_by_id, row.signed_by_name),
        addenda=[Addendum(text=one.text, at=one.at, by=signed_by(people, one.by_id, one.by_name)) for one in addenda],
        version=row.version,
    )


async def write(db: WriteSession, who: Identity, row: NotesRow, body: WriteNotes) -> Notes:
    """Replace the draft, sign it, or add an addendum; the next version if that changes the notes.

    Raise NotesSigned and NoVisit.
    """
    addenda, at = await _addenda(db, row), this_second()
    change = change_by(NotesStatus(row.status), row.text, [addendum.text for addendum in addenda], body)
    if change is NotesChange.NONE:
        return await show(db, who, row)
    row.version += 1
    if change is NotesChange.ADD_ADDENDUM:
        added: dict[str, Any] = {"text": body.text, "at": at, "by_id": who.id, "by_name": await name_of(db, who.id)}
        db.add(AddendumRow(appointment_id=row.appointment_id, position=len(addenda), **added))
    elif body.text != row.text:
        row.author_id, row.text, row.updated_at = who.id, body.text, at
    if change is NotesChange.SIGN:
        check_took_place(AppointmentStatus((await of_doctor(db, who, row.appointment_id)).status))
        people = await people_by_id(db, [row.author_id, who.id])
        row.status, row.signed_at, row.signed_by_id = NotesStatus.SIGNED.value, at, who.id
        row.author_name, row.signed_by_name = people[row.author_id].full_name, people[who.id].full_name
    db.add(row)
    await db.flush()
    return await show(db, who, row)


async def _addenda(db: AnySession, row: NotesRow) -> Sequence[AddendumRow]:
    query = select(AddendumRow).where(col(AddendumRow.appointment_id) == row.appointment_id)
    return (await db.execute(query.order_by(col(AddendumRow.position)))).scalars().all()
