"""Specimens with their tests and people, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.lab_texts import specimens_of
from careplus_contracts.labs import Specimen, SpecimenStatus
from careplus_contracts.values import Person
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingRow, LabBookingTestRow
from careplus_tables.people import PersonRow
from careplus_tables.specimens import SpecimenRow

_SAME_MEMBERS = {"accession", "type", "collected_at", "received_at", "rejected_at", "rejection_reason"}


class Found(NamedTuple):
    row: SpecimenRow
    test_codes: list[str]


async def by_booking(db: AnySession, rows: Collection[LabBookingRow]) -> dict[int, list[Found]]:
    """Return the specimens of each booking in the order in which they were expected; two statements."""
    booking_ids = [row.id for row in rows if row.id is not None]
    of_bookings = select(SpecimenRow).where(col(SpecimenRow.booking_id).in_(booking_ids)).order_by(col(SpecimenRow.id))
    of_types = (
        select(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.specimen_type), col(LabBookingTestRow.test_code))
        .where(col(LabBookingTestRow.booking_id).in_(booking_ids))
        .order_by(col(LabBookingTestRow.booking_id), col(LabBookingTestRow.position))
    )
    codes: dict[tuple[int, str], list[str]] = defaultdict(list)
    for booking_id, type_, code in (await db.execute(of_types)).all():
        codes[booking_id, type_].append(code)
    found: dict[int, list[Found]] = defaultdict(list)
    for row in (await db.execute(of_bookings)).scalars():
        found[row.booking_id].append(Found(row, codes[row.booking_id, row.type]))
    return found


def people_in(found: Mapping[int, Collection[Found]]) -> set[int | None]:
    """Return the ids of the people that collected or rejected these specimens."""
    return {id_ for all_ in found.values() for row, _ in all_ for id_ in (row.collected_by_id, row.rejected_by_id)}


def to_contract(found: Found, people: Mapping[int, PersonRow]) -> Specimen:
    """Return a specimen with the names of `people`."""
    row = found.row
    assert row.id is not None
    return Specimen(
        **row.model_dump(include=_SAME_MEMBERS),
        id=row.id,
        type_names=specimens_of(row.type),
        test_codes=found.test_codes,
        status=SpecimenStatus(row.status),
        collected_by=_person(row.collected_by_id, people),
        rejected_by=_person(row.rejected_by_id, people),
    )


def _person(id_: int | None, people: Mapping[int, PersonRow]) -> Person | None:
    return None if id_ is None else people[id_].person()
