"""The people that an open request for a refill belongs to: present doctors, otherwise the desk."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Subquery, select, union_all
from sqlmodel import col

from careplus_clinic.clinic_time import day_bounds, local_date
from careplus_runtime.identity.care import doctors_in_care
from careplus_runtime.process.clock import now
from careplus_tables.absences import Now, is_away, is_off
from careplus_tables.refills import IS_OPEN, RefillRow

CROSS_PATIENT = "open requests of all patients, with the doctors that they belong to"
_refill = RefillRow


def present(zone: ZoneInfo) -> Now:
    """Return the present instant and the end of the clinic's day."""
    at, today = now(), local_date(now(), zone)
    return Now(at, day_bounds(today, today, zone)[1])


def owners(at: Now) -> Subquery:
    """Return pairs of an open request and a present doctor: the one that is asked, or while that one is away, all with care."""
    asked = col(_refill.doctor_id)
    treating = _treating(IS_OPEN, is_away(asked, at)).subquery()
    patient_id, doctor_id = treating.columns
    in_care = (
        select(col(_refill.id), doctor_id)
        .join(treating, patient_id == col(_refill.patient_id))
        .where(IS_OPEN, is_away(asked, at), ~is_off(doctor_id, at))
    )
    is_present = select(col(_refill.id), asked).where(IS_OPEN, ~is_away(asked, at))
    selects = [one.execution_options(cross_patient=CROSS_PATIENT) for one in (is_present, in_care)]
    return union_all(*selects).subquery()


def is_unowned(at: Now) -> ColumnElement[bool]:
    """Return the condition of open requests of patients in the care of no present doctor; the asked one has them in care."""
    treating = _treating(IS_OPEN)
    _, doctor_id = treating.selected_columns
    there = treating.where(~is_off(doctor_id, at)).subquery()
    return col(_refill.patient_id).not_in(select(there.c[0]))


def _treating(*conditions: ColumnElement[bool]) -> Select[*tuple[int, int]]:
    waiting = select(col(_refill.patient_id)).where(*conditions).execution_options(cross_patient=CROSS_PATIENT)
    return doctors_in_care(waiting)
