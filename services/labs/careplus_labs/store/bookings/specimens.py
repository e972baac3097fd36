"""Statements about specimens: expected with the booking, then collected, received or rejected."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus, SpecimenStatus
from careplus_labs.rules import specimens as rules
from careplus_labs.store.bookings import booking_status
from careplus_labs.store.results import entry
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow
from careplus_tables.references import new_accession
from careplus_tables.specimens import SpecimenRow

S = SpecimenStatus


async def find(db: AnySession, who: Identity, specimen_id: int) -> SpecimenRow:
    """Return any specimen for the laboratory. Raise NotFound. Its booking is its lock: change both together."""
    query = select(SpecimenRow).where(col(SpecimenRow.id) == specimen_id)
    if who.role is Role.LAB:
        query = query.execution_options(cross_patient="the laboratory works on the specimens of all patients")
    return await one_or_404(db, query)


async def follow_tests(db: WriteSession, booking: LabBookingRow) -> None:
    """Expect a specimen of each type that the tests of a booking need, and none that they do not need any more."""
    query = select(col(LabBookingTestRow.specimen_type)).where(col(LabBookingTestRow.booking_id) == booking.id)
    needed = list((await db.execute(query.order_by(col(LabBookingTestRow.position)))).scalars())
    live = booking_status.live_of(await booking_status.specimens_of(db, booking))
    gone = [one.id for one in live if one.status == S.EXPECTED and one.type not in needed]
    of_booking = col(SpecimenRow.booking_id) == booking.id
    await db.execute(delete(SpecimenRow).where(of_booking, col(SpecimenRow.id).in_(gone)))
    there = {one.type for one in live}
    expect(db, booking, [type_ for type_ in needed if type_ not in there])
    await db.flush()


def expect(db: WriteSession, booking: LabBookingRow, types: Iterable[str]) -> None:
    """Add an expected specimen of each type to a booking, so that labels are printed before the collection."""
    assert booking.id is not None
    booking_id, at = booking.id, this_second()
    db.add_all(
        SpecimenRow(booking_id=booking_id, patient_id=booking.patient_id, accession=new_accession(), type=one, created_at=at)
        for one in dict.fromkeys(types)
    )


async def set_status(
    db: WriteSession, who: Identity, booking: LabBookingRow, specimen: SpecimenRow, wanted: S, reason: str | None
) -> None:
    """Take the step of one specimen, and set the booking's status as its next version. Raise IllegalTransition."""
    rules.check_step(LabBookingStatus(booking.status), S(specimen.status), wanted)
    if specimen.status != wanted:
        if wanted is S.REJECTED:
            rules.check_rejectable(S(specimen.status), await booking_status.count_unverified(db, specimen) == 0)
        await _take_step(db, who, booking, specimen, wanted, reason)
        await booking_status.update(db, booking)


async def set_all(db: WriteSession, who: Identity, booking: LabBookingRow, wanted: LabBookingStatus, reason: str | None) -> None:
    """Take a step of all specimens of a booking that can take it, and set its status as its next version.

    Raise IllegalTransition for a rejection while everything in the laboratory is verified.
    """
    from_, to = rules.STEPS[wanted]
    takers = [one for one in await booking_status.specimens_of(db, booking) if one.status in from_]
    if to is S.REJECTED:
        takers = [one for one in takers if await booking_status.count_unverified(db, one) > 0]
        rules.check_rejectable(LabBookingStatus(booking.status), is_verified=not takers)
    for specimen in takers:
        await _take_step(db, who, booking, specimen, to, reason)
    await booking_status.update(db, booking)


async def _take_step(
    db: WriteSession, who: Identity, booking: LabBookingRow, specimen: SpecimenRow, to: S, reason: str | None
) -> None:
    """Write the step; a rejection deletes unverified results and expects another specimen."""
    specimen.status = to.value
    if to is S.COLLECTED:
        specimen.collected_at, specimen.collected_by_id = this_second(), who.id
    elif to is S.RECEIVED:
        specimen.received_at, specimen.received_by_id = this_second(), who.id
    else:
        specimen.rejected_at, specimen.rejected_by_id, specimen.rejection_reason = this_second(), who.id, reason
        await entry.delete_unverified(db, booking, specimen.type)
        # the index allows one live specimen of a type
        await db.flush()
        expect(db, booking, [specimen.type])
    await db.flush()
