"""Critical results with their doctors and reports, as answers show them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import col

from careplus_contracts.critical import ActingDoctor, CalledParty, Communication, CommunicationKind, CriticalResult
from careplus_contracts.results import LabResult
from careplus_contracts.values import Person
from careplus_labs.rules import critical as rules
from careplus_runtime.identity.acting import ActingDoctors, CriticalCase, acting_doctors
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.critical import CommunicationRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabResultRow
from careplus_tables.people import people_by_id
from careplus_tables.result_records import to_lab_results

MOST_DOCTORS, MOST_COMMUNICATIONS = 20, 50


class _Contact(NamedTuple):
    full_name: str
    phone: str | None


async def to_critical_results(db: AnySession, rows: Sequence[LabResultRow], delay: timedelta) -> list[CriticalResult]:
    """Return results that were found for the caller before, each with its doctors; six statements for any number."""
    if not rows:
        return []
    results = {result.id: result for result in await to_lab_results(db, rows)}
    acting = await acting_doctors(db, [case_of(row, results[row.id or 0]) for row in rows], now(), delay)
    doctors = {id_ for one in acting.values() for id_ in (*one.responsible, *one.in_care)}
    contacts = await _contacts(db, doctors | {row.patient_id for row in rows} | {row.critical_closed_by_id or 0 for row in rows})
    communications = await _communications(db, [row.id for row in rows if row.id is not None])
    return [
        _critical(row, results[row.id], acting[row.id], contacts, communications[row.id], delay)
        for row in rows
        if row.id is not None
    ]


def case_of(row: LabResultRow, result: LabResult) -> CriticalCase:
    """Return the members that decide which doctors have to act."""
    assert row.id is not None
    since = rules.check_critical(row.critical_since)
    return CriticalCase(row.id, row.patient_id, result.ordered_by.id if result.ordered_by else None, since)


def _critical(
    row: LabResultRow,
    result: LabResult,
    acting: ActingDoctors,
    contacts: dict[int, _Contact],
    communications: list[Communication],
    delay: timedelta,
) -> CriticalResult:
    since, closed_by_id = rules.check_critical(row.critical_since), row.critical_closed_by_id
    doctors = [*_doctors(acting.responsible, contacts, True), *_doctors(acting.in_care, contacts, False)]
    at, is_ordered = row.critical_closed_at or now(), result.ordered_by is not None
    return CriticalResult(
        id=result.id,
        result=result,
        patient_phone=contacts[row.patient_id].phone,
        since=since,
        closed_at=row.critical_closed_at,
        closed_by=None if closed_by_id is None else Person(id=closed_by_id, full_name=contacts[closed_by_id].full_name),
        escalation=rules.escalation(since, at, delay, is_ordered=is_ordered, has_doctors=bool(doctors)),
        doctors=doctors[:MOST_DOCTORS],
        communications=communications,
        version=row.version,
    )


def _doctors(ids: Iterable[int], contacts: dict[int, _Contact], responsible: bool) -> list[ActingDoctor]:
    return [ActingDoctor(id=id_, **contacts[id_]._asdict(), responsible=responsible) for id_ in ids]


async def _contacts(db: AnySession, ids: Collection[int]) -> dict[int, _Contact]:
    """Return names and telephone numbers; of a doctor from the profile."""
    phone = func.coalesce(col(DoctorRow.phone), col(AccountRow.phone))
    query = (
        select(col(AccountRow.id), func.coalesce(col(DoctorRow.full_name), col(AccountRow.full_name)), phone)
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(AccountRow.id))
        .where(col(AccountRow.id).in_(ids))
    )
    return {id_: _Contact(name, number) for id_, name, number in (await db.execute(query)).all() if id_ is not None}


async def _communications(db: AnySession, result_ids: Collection[int]) -> dict[int, list[Communication]]:
    query = (
        select(CommunicationRow)
        .where(col(CommunicationRow.result_id).in_(result_ids))
        .order_by(col(CommunicationRow.result_id), col(CommunicationRow.id))
    )
    rows = (await db.execute(query)).scalars().all()
    people = await people_by_id(db, [row.by_id for row in rows])
    found: dict[int, list[Communication]] = defaultdict(list)
    for row in rows:
        found[row.result_id].append(
            Communication(
                **row.model_dump(include={"at", "text", "person_called", "phone"}),
                kind=CommunicationKind(row.kind),
                by=people[row.by_id].person(),
                party=None if row.party is None else CalledParty(row.party),
            )
        )
    return defaultdict(list, {id_: items[-MOST_COMMUNICATIONS:] for id_, items in found.items()})
