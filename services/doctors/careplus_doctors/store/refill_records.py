"""Requests with their prescriptions, people and facts, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from careplus_contracts.allergies import RecordedAllergy
from careplus_contracts.prescriptions import Prescription, PrescriptionItem
from careplus_contracts.refills import (
    DoctorRefill,
    NewPrescription,
    Refill,
    RefilledPrescription,
    RefillFacts,
    RefillItem,
    RefillStatus,
)
from careplus_contracts.values import Person
from careplus_doctors.rules.charts import allergy_status
from careplus_doctors.store.charts import to_allergy
from careplus_doctors.store.prescription_records import select_prescriptions, to_contract
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_FOR_PATIENT, AppointmentRow
from careplus_tables.charts import AllergyRow, ChartRow
from careplus_tables.colleagues import handed_to
from careplus_tables.engine import AnySession
from careplus_tables.people import people_by_id
from careplus_tables.prescriptions import PrescriptionRow
from careplus_tables.refills import RefillItemRow, RefillRow

_ITEM = tuple(PrescriptionItem.model_fields)


async def to_refills(db: AnySession, rows: Sequence[RefillRow], today: date) -> list[Refill]:
    """Return requests that were found for the caller before."""
    return [Refill(**members) for members in await _members(db, rows, today)]


async def to_doctor_refills(db: AnySession, who: Identity, rows: Sequence[RefillRow], today: date) -> list[DoctorRefill]:
    """Return requests that were found for the doctor before; open ones with facts of the charts, which are in care then."""
    asked = {who.id, *(await db.execute(handed_to(who.id))).scalars()}
    facts = await _facts(db, {row.patient_id for row in rows if row.status == RefillStatus.OPEN.value})
    return [
        DoctorRefill(
            **members,
            asks_you=row.doctor_id in asked,
            facts=facts[row.patient_id] if row.status == RefillStatus.OPEN.value else None,
        )
        for row, members in zip(rows, await _members(db, rows, today), strict=True)
    ]


async def prescriptions_of(db: AnySession, rows: Sequence[RefillRow], today: date) -> dict[int, Prescription]:
    """Return the earlier and the new prescriptions of requests by id."""
    ids = {id_ for row in rows for id_ in (row.prescription_id, row.renewed_as_id) if id_ is not None}
    query = select_prescriptions(today).where(
        col(PrescriptionRow.id).in_(ids), col(PrescriptionRow.patient_id).in_({row.patient_id for row in rows})
    )
    found = (await db.execute(query)).all()
    return {one.id: one for one in await to_contract(db, found, today)}


async def positions_of(db: AnySession, rows: Sequence[RefillRow]) -> dict[int, list[int]]:
    """Return the positions of the requested items by request."""
    refill_id, position = col(RefillItemRow.refill_id), col(RefillItemRow.position)
    query = select(refill_id, position).where(refill_id.in_([row.id for row in rows])).order_by(refill_id, position)
    found: dict[int, list[int]] = defaultdict(list)
    for id_, place in (await db.execute(query)).all():
        found[id_].append(place)
    return found


async def _members(db: AnySession, rows: Sequence[RefillRow], today: date) -> list[dict[str, Any]]:
    if not rows:
        return []
    prescriptions, positions = await prescriptions_of(db, rows, today), await positions_of(db, rows)
    people = await people_by_id(db, {id_ for row in rows for id_ in (row.doctor_id, row.answered_by_id)})
    persons = {id_: one.person() for id_, one in people.items()}
    return [_one(row, prescriptions, positions[row.id or 0], persons) for row in rows]


def _one(
    row: RefillRow, prescriptions: Mapping[int, Prescription], positions: Sequence[int], people: Mapping[int, Person]
) -> dict[str, Any]:
    earlier = prescriptions[row.prescription_id]
    renewed = None if row.renewed_as_id is None else prescriptions[row.renewed_as_id]
    items = [(place, earlier.items[place]) for place in positions]
    return {
        **row.model_dump(include={"id", "note", "created_at", "text", "answered_at", "version"}),
        "status": RefillStatus(row.status),
        "patient": earlier.patient,
        "doctor": people[row.doctor_id],
        "prescription": RefilledPrescription(**{name: getattr(earlier, name) for name in RefilledPrescription.model_fields}),
        "items": [RefillItem(position=place, **{name: getattr(item, name) for name in _ITEM}) for place, item in items],
        "answered_by": people[row.answered_by_id] if row.answered_by_id else None,
        "renewed_as": renewed and NewPrescription(id=renewed.id, reference=renewed.reference),
    }


async def _facts(db: AnySession, patient_ids: Collection[int]) -> dict[int, RefillFacts]:
    if not patient_ids:
        return {}
    phones = select(col(AccountRow.id), col(AccountRow.phone)).where(col(AccountRow.id).in_(patient_ids))
    none_known = select(col(ChartRow.patient_id)).where(
        col(ChartRow.patient_id).in_(patient_ids), col(ChartRow.no_known_allergies)
    )
    without = set((await db.execute(none_known)).scalars())
    allergies, visits = await _allergies(db, patient_ids), await _last_visits(db, patient_ids)
    return {
        id_: RefillFacts(
            phone=phone,
            allergy_status=allergy_status(allergies[id_], id_ in without),
            allergies=allergies[id_],
            last_visit_at=visits.get(id_),
        )
        for id_, phone in (await db.execute(phones)).all()
        if id_ is not None
    }


async def _allergies(db: AnySession, patient_ids: Collection[int]) -> dict[int, list[RecordedAllergy]]:
    patient_id = col(AllergyRow.patient_id)
    query = select(AllergyRow).where(patient_id.in_(patient_ids)).order_by(patient_id, col(AllergyRow.position))
    found: dict[int, list[RecordedAllergy]] = defaultdict(list)
    for row in (await db.execute(query)).scalars():
        found[row.patient_id].append(to_allergy(row))
    return found


async def _last_visits(db: AnySession, patient_ids: Collection[int]) -> dict[int, datetime]:
    """Return the start of the last visit to any doctor that has begun, by patient."""
    patient_id, starts_at = col(AppointmentRow.patient_id), col(AppointmentRow.starts_at)
    query = (
        select(patient_id, func.max(starts_at))
        .where(patient_id.in_(patient_ids), starts_at <= now())
        .where(col(AppointmentRow.status).not_in([status.value for status in FREE_FOR_PATIENT]))
        .group_by(patient_id)
    )
    found = (await db.execute(query)).all()
    return dict(found)
