"""Statements about the visits of all patients, for reception; they do not read reason and notes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules.visits import OVER
from careplus_appointments.store import appointments
from careplus_appointments.store.appointments import PEOPLE
from careplus_clinic.clinic_time import Span
from careplus_clinic.specialties import names_of
from careplus_contracts.appointments import AppointmentStatus, Practitioner
from careplus_contracts.endpoints import DESK, Role
from careplus_contracts.reception import ArrangedStatus, Arrangement, Arrangements, Caller, ReceptionFilter
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_contracts.visit_types import BookedVisitType
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.locking import is_postgresql, lock_accounts, lock_people_of
from careplus_tables.people import display_name, is_bookable
from careplus_tables.visit_records import TYPE_COLUMNS, type_members
from careplus_tables.visit_types import VisitTypeRow

CROSS_PATIENT = "reception arranges the visits of all patients"
_visit, _patient, _doctor = AppointmentRow, aliased(AccountRow), aliased(AccountRow)
_BY_TIME = Keyset((col(_visit.starts_at), col(_visit.id)), tuple[Instant, Id], lambda row: (row.starts_at, row.id))


class ReceptionRecord(NamedTuple):
    """One row of `_select_visits`, in the order of its columns, without those of the type."""

    id: int
    reference: str
    starts_at: datetime
    ends_at: datetime
    status: str
    place: str | None
    cancelled_by: str | None
    overbook_reason: str | None
    created_at: datetime
    version: int
    patient_id: int
    patient_name: str
    patient_date_of_birth: date | None
    patient_phone: str | None
    doctor_id: int
    doctor_name: str
    specialty: str | None
    bookable: bool
    arrived_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None


async def list_all(db: ReadSession, who: Identity, wanted: ReceptionFilter, span: Span) -> Arrangements:
    """Return visits that start during the span, in order of time."""
    query = _select_visits().where(is_desk(who), col(_visit.starts_at) >= span[0], col(_visit.starts_at) < span[1])
    members = ("doctor_id", "patient_id", "status")
    if wanted.status is None:
        query = query.where(col(_visit.status).not_in(OFFERS))
    exact = {name: value for name in members if (value := getattr(wanted, name)) is not None}
    query = query.where(*(col(getattr(_visit, name)) == value for name, value in exact.items()))
    rows, next_cursor = await fetch_page(db, query, _BY_TIME, wanted)
    return Arrangements(items=[_to_contract(row) for row in rows], next_cursor=next_cursor)


async def list_unfinished(db: ReadSession, who: Identity, wanted: PageFilter, span: Span) -> Arrangements:
    """Return visits that start during the span and have no outcome, in order of time."""
    in_span = (col(_visit.starts_at) >= span[0], col(_visit.starts_at) < span[1])
    is_open = col(_visit.status).not_in([status.value for status in OVER])
    rows, next_cursor = await fetch_page(db, _select_visits().where(is_desk(who), *in_span, is_open), _BY_TIME, wanted)
    return Arrangements(items=[_to_contract(row) for row in rows], next_cursor=next_cursor)


async def show(db: AnySession, who: Identity, appointment_id: int) -> Arrangement:
    """Return a visit that was found or booked before."""
    query = _select_visits().where(is_desk(who), col(_visit.id) == appointment_id)
    return _to_contract((await db.execute(query)).one())


async def of_ids(db: AnySession, who: Identity, ids: Sequence[int]) -> list[Arrangement]:
    """Return visits that were found before, in order of time."""
    if not ids:
        return []
    query = _select_visits().where(is_desk(who), col(_visit.id).in_(ids)).order_by(col(_visit.starts_at), col(_visit.id))
    return [_to_contract(row) for row in (await db.execute(query)).all()]


async def lock_for_update(db: AnySession, who: Identity, appointment_id: int) -> AppointmentRow:
    """Return a visit of any patient, locked until the transaction ends (PostgreSQL). Raise NotFound."""
    query = select(AppointmentRow).where(is_desk(who), col(_visit.id) == appointment_id).with_for_update()
    return await one_or_404(db, query.execution_options(cross_patient=CROSS_PATIENT))


async def claim(db: WriteSession, who: Identity, appointment_id: int, doctor_id: int | None) -> AppointmentRow:
    """Return a visit of any patient, locked after the accounts of its patient, its doctor and the doctor it shall move to.

    Raise NotFound.
    """
    people = select(*PEOPLE).where(is_desk(who), col(_visit.id) == appointment_id)
    await lock_people_of(db, people.execution_options(cross_patient=CROSS_PATIENT), *([] if doctor_id is None else [doctor_id]))
    return await lock_for_update(db, who, appointment_id)


async def lock_people_of_all(db: WriteSession, who: Identity, ids: Sequence[int], account_ids: Sequence[int]) -> None:
    """Lock the accounts of the patients and doctors of several visits, and these accounts, in one order."""
    if is_postgresql(db):
        people = select(*PEOPLE).where(is_desk(who), col(_visit.id).in_(ids)).execution_options(cross_patient=CROSS_PATIENT)
        await lock_accounts(db, *account_ids, *(id_ for row in (await db.execute(people)).all() for id_ in row))


async def check_patient(db: AnySession, who: Identity, patient_id: int) -> None:
    """Raise NotFound unless the id is that of a patient with an active account."""
    is_patient = (col(AccountRow.role) == Role.PATIENT.value, col(AccountRow.active).is_(True))
    query = select(col(AccountRow.id)).where(is_desk(who), col(AccountRow.id) == patient_id, *is_patient)
    if (await db.execute(query)).scalar_one_or_none() is None:
        raise NotFound("There is no such patient with an active account.")


async def set_status(db: WriteSession, who: Identity, row: AppointmentRow, status: ArrangedStatus, reason: str | None) -> None:
    """Set a status that may follow, with the reason of a cancellation; the current one changes no record. Raise SlotTaken."""
    if row.status != status.value:
        await appointments.set_status(db, row, AppointmentStatus(status.value), who.role, reason=reason)


def is_desk(who: Identity) -> ColumnElement[bool]:
    return true() if who.role in DESK else false()


def _select_visits() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(_visit.id),
            col(_visit.reference),
            col(_visit.starts_at),
            col(_visit.ends_at),
            col(_visit.status),
            col(_visit.place),
            col(_visit.cancelled_by),
            col(_visit.overbook_reason),
            col(_visit.created_at),
            col(_visit.version),
            col(_patient.id),
            col(_patient.full_name),
            col(_patient.date_of_birth),
            col(_patient.phone),
            col(_doctor.id),
            display_name(_doctor),
            col(DoctorRow.specialty),
            is_bookable(_doctor),
            col(_visit.arrived_at),
            col(_visit.started_at),
            col(_visit.completed_at),
            *TYPE_COLUMNS,
        )
        .join(_patient, col(_patient.id) == col(_visit.patient_id))
        .join(_doctor, col(_doctor.id) == col(_visit.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_visit.doctor_id))
        .outerjoin(VisitTypeRow, col(VisitTypeRow.id) == col(_visit.visit_type_id))
        .execution_options(cross_patient=CROSS_PATIENT)
    )


def _to_contract(row: Sequence[Any]) -> Arrangement:
    visit, members = ReceptionRecord(*row[: -len(TYPE_COLUMNS)]), type_members(*row[-len(TYPE_COLUMNS) :])
    patient: dict[str, Any] = {"id": visit.patient_id, "full_name": visit.patient_name, "phone": visit.patient_phone}
    return Arrangement(
        id=visit.id,
        reference=visit.reference,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=AppointmentStatus(visit.status),
        place=visit.place,
        cancelled_by=Role(visit.cancelled_by) if visit.cancelled_by else None,
        overbook_reason=visit.overbook_reason,
        created_at=visit.created_at,
        arrived_at=visit.arrived_at,
        started_at=visit.started_at,
        completed_at=visit.completed_at,
        visit_type=BookedVisitType.model_validate(members) if members else None,
        version=visit.version,
        patient=Caller(**patient, date_of_birth=visit.patient_date_of_birth),
        doctor=Practitioner(
            id=visit.doctor_id,
            full_name=visit.doctor_name,
            specialty=visit.specialty,
            specialty_names=names_of(visit.specialty),
            bookable=visit.bookable,
        ),
    )
