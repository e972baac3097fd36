"""The statement that reads the address of a video visit."""

from sqlalchemy import select
from sqlmodel import col

from careplus_appointments.rules.video import OPENS, address, is_open
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.video_visits import VideoRoom
from careplus_runtime.process.clock import now
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import ReadSession
from careplus_tables.visit_types import VisitTypeRow


async def room_of(db: ReadSession, row: AppointmentRow) -> VideoRoom:
    """Return the room of a visit that was found for its patient or doctor."""
    query = select(col(VisitTypeRow.video_template)).where(col(VisitTypeRow.id) == row.visit_type_id)
    template = (await db.execute(query)).scalar_one_or_none()
    is_shown = is_open(AppointmentStatus(row.status), row.starts_at, row.ends_at, now())
    return VideoRoom(
        patient_id=row.patient_id,
        url=address(template, row.video_code) if is_shown else None,
        opens_at=row.starts_at - OPENS,
        closes_at=row.ends_at,
    )
