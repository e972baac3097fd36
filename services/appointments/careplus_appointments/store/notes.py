"""Statements about the notes of visits."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_appointments.rules.notes import Act, act
from careplus_appointments.store.appointments import of_doctor
from careplus_contracts.notes import Addendum, Notes, NotesStatus, WriteNotes
from careplus_contracts.values import Person
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.notes import AddendumRow, NotesRow


async def hold(db: AsyncSession, who: Identity, appointment_id: int) -> NotesRow:
    """The notes of a visit to the doctor, to be changed; a fresh draft, version 1, where nothing was written. Raises NotFound."""
    # the visit is locked, because there may be no notes yet
    await of_doctor(db, who, appointment_id)
    row = await db.get(NotesRow, appointment_id)
    if row is None:
        return NotesRow(appointment_id=appointment_id, author_id=who.id, text="", updated_at=now(), version=1)
    if row.status == NotesStatus.DRAFT.value and row.author_id != who.id:
        # of the doctor who had the visit before
        row.author_id, row.text = who.id, ""
    return row


async def show(db: AsyncSession, who: Identity, row: NotesRow) -> Notes:
    addenda = await _addenda(db, row)
    names = await _names(db, {row.author_id, *(addendum.by_id for addendum in addenda)})
    visit = await of_doctor(db, who, row.appointment_id)
    return Notes(
        appointment_id=row.appointment_id,
        patient_id=visit.patient_id,
        text=row.text,
        status=NotesStatus(row.status),
        author=Person(id=row.author_id, full_name=names[row.author_id]) if row in db else None,
        updated_at=row.updated_at if row in db else None,
        signed_at=row.signed_at,
        addenda=[Addendum(text=one.text, at=one.at, by=Person(id=one.by_id, full_name=names[one.by_id])) for one in addenda],
        version=row.version,
    )


async def write(db: AsyncSession, who: Identity, row: NotesRow, body: WriteNotes) -> Notes:
    """Replace the draft, sign it, or add to what is signed; the next version if that was anything. Raises NotesSigned."""
    addenda, at = await _addenda(db, row), this_second()
    wanted = act(NotesStatus(row.status), row.text, [addendum.text for addendum in addenda], body)
    if wanted is Act.NOTHING:
        return await show(db, who, row)
    row.version += 1
    if wanted is Act.ADD:
        db.add(AddendumRow(appointment_id=row.appointment_id, position=len(addenda), text=body.text, at=at, by_id=who.id))
    else:
        row.text, row.updated_at = body.text, at
    if wanted is Act.SIGN:
        row.status, row.signed_at = NotesStatus.SIGNED.value, at
    db.add(row)
    await db.flush()
    return await show(db, who, row)


async def _addenda(db: AsyncSession, row: NotesRow) -> Sequence[AddendumRow]:
    query = select(AddendumRow).where(col(AddendumRow.appointment_id) == row.appointment_id)
    return (await db.execute(query.order_by(col(AddendumRow.position)))).scalars().all()


async def _names(db: AsyncSession, ids: Iterable[int]) -> dict[int, str]:
    """Doctors by the name on their profile, else on their account."""
    name = func.coalesce(col(DoctorRow.full_name), col(AccountRow.full_name))
    query = select(col(AccountRow.id), name).outerjoin(DoctorRow, col(DoctorRow.id) == col(AccountRow.id))
    rows = await db.execute(query.where(col(AccountRow.id).in_(ids)))
    return {id_: full_name for id_, full_name in rows.all() if id_ is not None}
