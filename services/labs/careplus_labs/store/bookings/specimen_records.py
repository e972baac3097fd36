"""Specimens with their tests and people, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, select
from sqlmodel import col

from careplus_clinic.lab_texts import specimens_of
from careplus_contracts.labs import Specimen, SpecimenStatus
from careplus_contracts.values import Person
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingTestRow
from careplus_tables.people import PersonRow
from careplus_tables.specimens import SpecimenRow


class SpecimenRecord(NamedTuple):
    """One row of `_SPECIMENS`, in the order of its columns."""

    id: int
    booking_id: int
    accession: str
    type: str
    status: str
    collected_at: datetime | None
    received_at: datetime | None
    rejected_at: datetime | None
    rejection_reason: str | None
    collected_by_id: int | None
    rejected_by_id: int | None


class Found(NamedTuple):
    row: SpecimenRecord
    test_codes: list[str]


_bookings: BindParameter[int] = bindparam("bookings", expanding=True)
_SPECIMENS = CompiledStatement(
    select(*(col(getattr(SpecimenRow, name)) for name in SpecimenRecord._fields))
    .where(col(SpecimenRow.booking_id).in_(_bookings))
    .order_by(col(SpecimenRow.id))
)
_CODES = CompiledStatement(
    select(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.specimen_type), col(LabBookingTestRow.test_code))
    .where(col(LabBookingTestRow.booking_id).in_(_bookings))
    .order_by(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.position))
)


async def by_booking(db: AnySession, booking_ids: Sequence[int]) -> dict[int, list[Found]]:
    """Return the specimens of each booking in the order in which they were expected; two statements."""
    codes: dict[tuple[int, str], list[str]] = defaultdict(list)
    for booking_id, type_, code in await _CODES.all(db, bookings=list(booking_ids)):
        codes[booking_id, type_].append(code)
    found: dict[int, list[Found]] = defaultdict(list)
    for row in await _SPECIMENS.typed(db, bookings=list(booking_ids)):
        one = SpecimenRecord(*row)
        found[one.booking_id].append(Found(one, codes[one.booking_id, one.type]))
    return found


def people_in(found: Mapping[int, Collection[Found]]) -> set[int | None]:
    """Return the ids of the people that collected or rejected these specimens."""
    return {id_ for all_ in found.values() for row, _ in all_ for id_ in (row.collected_by_id, row.rejected_by_id)}


def to_contract(found: Found, people: Mapping[int, PersonRow]) -> Specimen:
    """Return a specimen with the names of `people`."""
    row = found.row
    return Specimen(
        id=row.id,
        accession=row.accession,
        type=row.type,
        collected_at=row.collected_at,
        received_at=row.received_at,
        rejected_at=row.rejected_at,
        rejection_reason=row.rejection_reason,
        type_names=specimens_of(row.type),
        test_codes=found.test_codes,
        status=SpecimenStatus(row.status),
        collected_by=_person(row.collected_by_id, people),
        rejected_by=_person(row.rejected_by_id, people),
    )


def _person(id_: int | None, people: Mapping[int, PersonRow]) -> Person | None:
    return None if id_ is None else people[id_].person()
