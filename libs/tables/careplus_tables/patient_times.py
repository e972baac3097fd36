"""The times of one patient: visits to doctors and to the laboratory, which never overlap.

Triggers refuse overlaps on every write path (migrations/patient_overlaps.py). A service that books locks the patient's account
(`locking.lock_accounts`) and looks for the other appointment first, so that its refusal can name it.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import AppointmentKind, OtherAppointment
from careplus_tables.appointments import FREE_FOR_PATIENT, LONGEST_VISIT_HOURS, AppointmentRow
from careplus_tables.engine import AnySession
from careplus_tables.labs import LabBookingRow
from careplus_tables.migrations.patient_overlaps import LAB_MINUTES

LAB_VISIT = timedelta(minutes=LAB_MINUTES)
"""The time that a laboratory booking occupies from its start while it is `booked`."""
PATIENT_BUSY = "patient_busy"
"""In the database's error of an overlap: the message of the triggers, and a constraint's name on PostgreSQL."""
MOST = 500
EARLIEST, LATEST = datetime(2000, 1, 2, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
_visit, _lab = AppointmentRow, LabBookingRow


async def other_appointment(
    db: AnySession,
    patient_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    except_visit: int | None = None,
    except_lab_booking: int | None = None,
) -> OtherAppointment | None:
    """Return an appointment of the patient that overlaps the time, or None."""
    exceptions = {"except_visit": except_visit, "except_lab_booking": except_lab_booking}
    return next(iter(await other_appointments(db, patient_id, starts_at, ends_at, **exceptions)), None)


async def other_appointments(
    db: AnySession,
    patient_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    except_visit: int | None = None,
    except_lab_booking: int | None = None,
) -> list[OtherAppointment]:
    """Return the appointments of the patient that overlap the time, at most MOST of each kind."""
    visits = select(col(_visit.id), col(_visit.starts_at), col(_visit.ends_at)).where(
        col(_visit.patient_id) == patient_id,
        col(_visit.starts_at) > starts_at - timedelta(hours=LONGEST_VISIT_HOURS),
        col(_visit.starts_at) < ends_at,
        col(_visit.ends_at) > starts_at,
        col(_visit.status).not_in([status.value for status in FREE_FOR_PATIENT]),
        col(_visit.id) != (except_visit or 0),
    )
    bookings = select(col(_lab.id), col(_lab.starts_at)).where(
        col(_lab.patient_id) == patient_id,
        col(_lab.starts_at) > starts_at - LAB_VISIT,
        col(_lab.starts_at) < ends_at,
        col(_lab.status) == LabBookingStatus.BOOKED.value,
        col(_lab.id) != (except_lab_booking or 0),
    )
    return [
        *(_other(AppointmentKind.VISIT, *row) for row in (await db.execute(visits.limit(MOST))).all()),
        *(
            _other(AppointmentKind.LABORATORY, id_, at, at + LAB_VISIT)
            for id_, at in await db.execute(bookings.limit(MOST))
            if at
        ),
    ]


async def occupied(db: AnySession, patient_id: int) -> list[OtherAppointment]:
    """Return the appointments that occupy the patient's time, past ones too, at most MOST of each kind."""
    return await other_appointments(db, patient_id, EARLIEST, LATEST)


def is_patient_busy(error: IntegrityError) -> bool:
    """Return whether the database refused an overlap of one patient's appointments."""
    return PATIENT_BUSY in str(error.orig)


def _other(kind: AppointmentKind, id_: int | None, starts_at: datetime, ends_at: datetime) -> OtherAppointment:
    assert id_ is not None
    return OtherAppointment(kind=kind, id=id_, starts_at=starts_at, ends_at=ends_at)
