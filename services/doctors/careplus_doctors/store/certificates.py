"""Statements about certificates."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from careplus_clinic.clinic_time import local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.certificates import Certificate, CertificateKind, Certificates, CertifiedFilter, Certify
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import NamedPatient, PageFilter, Person
from careplus_doctors.rules.certificates import check_attended, check_days
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.certificates import CertificateRow
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name
from careplus_tables.references import new_reference

_NEWEST_FIRST = newest_first(col(CertificateRow.id), lambda row: row[0].id)


class _CertificateRecord(NamedTuple):
    """One row of `_CERTIFICATE`, in the order of its columns."""

    row: CertificateRow
    patient_name: str
    date_of_birth: date | None
    doctor_name: str
    voided_by_name: str | None


_CERTIFICATE: Select[*tuple[Any, ...]] = select(
    CertificateRow,
    col(AccountRow.full_name),
    col(AccountRow.date_of_birth),
    doctor_name(col(CertificateRow.doctor_id)),
    doctor_name(col(CertificateRow.voided_by_id)),
).join(AccountRow, col(AccountRow.id) == col(CertificateRow.patient_id))


async def find(db: AnySession, who: Identity, certificate_id: int) -> Certificate:
    """Return a certificate of the patient, or one that the doctor wrote or may read in a chart. Raise NotFound."""
    query = _CERTIFICATE.where(col(CertificateRow.id) == certificate_id, _is_readable(who))
    row = (await db.execute(query)).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _to_contract(_CertificateRecord(*row))


async def list_own(db: ReadSession, who: Identity, wanted: PageFilter) -> Certificates:
    """Return certificates of the patient or by the doctor, or by every doctor for one patient in care, newest first."""
    patient_id = wanted.patient_id if isinstance(wanted, CertifiedFilter) else None
    query = _CERTIFICATE.where(_is_own(who) if patient_id is None else _is_readable(who))
    if patient_id is not None:
        query = query.where(col(CertificateRow.patient_id) == patient_id)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Certificates(items=[_to_contract(_CertificateRecord(*row)) for row in rows], next_cursor=next_cursor)


async def check_own(db: AnySession, who: Identity, certificate_id: int) -> None:
    """Raise NotFound unless the doctor may void the certificate."""
    await one_or_404(db, select(col(CertificateRow.id)).where(col(CertificateRow.id) == certificate_id, _is_own(who)))


async def lock_for_update(db: AnySession, who: Identity, certificate_id: int) -> CertificateRow:
    """Return the doctor's own certificate, locked. Raise NotFound."""
    query = select(CertificateRow).where(col(CertificateRow.id) == certificate_id, _is_own(who))
    return await one_or_404(db, query.with_for_update())


async def add(db: WriteSession, who: Identity, body: Certify, zone: ZoneInfo) -> Certificate:
    """Insert a certificate by the doctor. Raise DaysNotCertifiable and NotAttended."""
    first_day, last_day = body.first_day, body.last_day
    if body.kind is CertificateKind.ATTENDANCE:
        first_day = last_day = await _attended_day(db, body, zone)
    elif first_day and last_day:
        check_days(first_day, last_day, local_date(now(), zone))
    row = CertificateRow(
        **body.model_dump(exclude={"kind", "first_day", "last_day"}),
        kind=body.kind.value,
        first_day=first_day,
        last_day=last_day,
        reference=new_reference("MC"),
        doctor_id=who.id,
        created_at=this_second(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    return await find(db, who, row.id)


async def void(db: WriteSession, who: Identity, row: CertificateRow, reason: str) -> Certificate:
    """Void the certificate as its next version; one that is void already does not change."""
    assert row.id is not None
    if row.voided_at is None:
        row.voided_at, row.voided_by_id, row.void_reason = this_second(), who.id, reason
        row.version += 1
        await db.flush()
    return await find(db, who, row.id)


async def _attended_day(db: AnySession, body: Certify, zone: ZoneInfo) -> date:
    """Return the clinic day of the visit, which `check_in_care` has found. Raise NotAttended."""
    visit = AppointmentRow
    query: Select[*tuple[datetime, str]] = select(col(visit.starts_at), col(visit.status)).where(
        col(visit.id) == body.appointment_id, col(visit.patient_id) == body.patient_id
    )
    starts_at, status = (await db.execute(query)).one()
    check_attended(AppointmentStatus(status))
    return local_date(starts_at, zone)


def _is_own(who: Identity) -> ColumnElement[bool]:
    if who.role is Role.DOCTOR:
        return is_or_is_done_by(col(CertificateRow.doctor_id), who.id)
    return col(CertificateRow.patient_id) == who.id


def _is_readable(who: Identity) -> ColumnElement[bool]:
    if who.role is not Role.DOCTOR:
        return _is_own(who)
    return or_(_is_own(who), col(CertificateRow.patient_id).in_(patients_in_care(who)))


def _to_contract(record: _CertificateRecord) -> Certificate:
    row, voided_by = record.row, None
    if row.voided_by_id is not None and record.voided_by_name is not None:
        voided_by = Person(id=row.voided_by_id, full_name=record.voided_by_name)
    return Certificate(
        **row.model_dump(exclude={"kind", "patient_id", "doctor_id", "voided_by_id"}),
        kind=CertificateKind(row.kind),
        patient=NamedPatient(id=row.patient_id, full_name=record.patient_name, date_of_birth=record.date_of_birth),
        doctor=Person(id=row.doctor_id, full_name=record.doctor_name),
        voided_by=voided_by,
    )
