"""Visits with the names of patient and doctor, as the answers of several services show them."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_clinic.specialties import names_of
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.people import display_name, is_bookable
from careplus_tables.visit_types import VisitTypeRow

_visit, _patient, _doctor = AppointmentRow, aliased(AccountRow), aliased(AccountRow)
TYPE_COLUMNS = (
    *(col(VisitTypeRow.id), col(VisitTypeRow.name_en), col(VisitTypeRow.name_de), col(VisitTypeRow.preparation_en)),
    *(col(VisitTypeRow.preparation_de), col(VisitTypeRow.price), col(VisitTypeRow.video_template)),
)
"""Columns of `type_members`, in its order."""


class VisitRecord(NamedTuple):
    """One row of `select_visits`, in the order of its columns.

    Instants and dates are as the connection returns them: text from SQLite's driver, `datetime` and `date` elsewhere.
    """

    id: int
    reference: str
    starts_at: Any
    ends_at: Any
    status: str
    reason: str | None
    place: str | None
    cancelled_by: str | None
    cancel_reason: str | None
    created_at: Any
    version: int
    patient_id: int
    patient_name: str
    doctor_id: int
    doctor_name: str
    specialty: str | None
    bookable: Any
    patient_date_of_birth: Any
    patient_sex: str
    patient_phone: str | None
    note: str | None
    completed_at: Any
    referral_id: int | None
    arrived_at: Any
    booked_by: str | None
    overbook_reason: str | None
    started_at: Any
    visit_type_id: int | None
    type_name_en: str
    type_name_de: str
    preparation_en: str | None
    preparation_de: str | None
    price: str | None
    video_template: str | None


def select_visits() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of all visits; callers add the owner, the order and the limit."""
    return (
        sa.select(
            col(_visit.id),
            col(_visit.reference),
            col(_visit.starts_at),
            col(_visit.ends_at),
            col(_visit.status),
            col(_visit.reason),
            col(_visit.place),
            col(_visit.cancelled_by),
            col(_visit.cancel_reason),
            col(_visit.created_at),
            col(_visit.version),
            col(_patient.id),
            col(_patient.full_name),
            col(_doctor.id),
            display_name(_doctor),
            col(DoctorRow.specialty),
            is_bookable(_doctor),
            col(_patient.date_of_birth),
            col(_patient.sex),
            col(_patient.phone),
            col(_visit.note),
            col(_visit.completed_at),
            col(_visit.referral_id),
            col(_visit.arrived_at),
            col(_visit.booked_by),
            col(_visit.overbook_reason),
            col(_visit.started_at),
            *TYPE_COLUMNS,
        )
        .join(_patient, col(_patient.id) == col(_visit.patient_id))
        .join(_doctor, col(_doctor.id) == col(_visit.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_visit.doctor_id))
        .outerjoin(VisitTypeRow, col(VisitTypeRow.id) == col(_visit.visit_type_id))
    )


def appointment_members(visit: VisitRecord) -> dict[str, Any]:
    """Return the members of an `Appointment`, to be validated."""
    members = _shared_members(visit)
    members["patient"] = {"id": visit.patient_id, "full_name": visit.patient_name}
    return members


def visit_members(visit: VisitRecord) -> dict[str, Any]:
    """Return the members of a `Visit`, to be validated: an appointment with the patient's details and the note."""
    members = _shared_members(visit)
    members.update(note=visit.note, arrived_at=visit.arrived_at, started_at=visit.started_at, completed_at=visit.completed_at)
    members["overbook_reason"] = visit.overbook_reason
    members["patient"] = {
        "id": visit.patient_id,
        "full_name": visit.patient_name,
        "date_of_birth": visit.patient_date_of_birth,
        "sex": visit.patient_sex,
        "phone": visit.patient_phone,
    }
    return members


def type_members(
    id_: Any, name_en: Any, name_de: Any, preparation_en: Any, preparation_de: Any, price: Any, video_template: Any
) -> dict[str, Any] | None:
    """Return the members of a `BookedVisitType`, or None for a visit without a type."""
    if id_ is None:
        return None
    preparation = None if preparation_en is None else {"en": preparation_en, "de": preparation_de}
    names = {"en": name_en, "de": name_de}
    return {
        "id": id_,
        "names": names,
        "preparation": preparation,
        "price": price,
        "is_video": video_template is not None,
    }


def _shared_members(visit: VisitRecord) -> dict[str, Any]:
    return {
        "id": visit.id,
        "reference": visit.reference,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "status": visit.status,
        "reason": visit.reason,
        "place": visit.place,
        "referral_id": visit.referral_id,
        "cancelled_by": visit.cancelled_by,
        "cancel_reason": visit.cancel_reason,
        "booked_by": visit.booked_by,
        "created_at": visit.created_at,
        "version": visit.version,
        "visit_type": type_members(*visit[-len(TYPE_COLUMNS) :]),
        "doctor": {
            "id": visit.doctor_id,
            "full_name": visit.doctor_name,
            "specialty": visit.specialty,
            "specialty_names": names_of(visit.specialty),
            "bookable": visit.bookable,
        },
    }
