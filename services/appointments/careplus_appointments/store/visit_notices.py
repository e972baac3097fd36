"""Appends the notices of a visit, in the transaction of its change: the patient is told once of each change."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from careplus_contracts.appointments import Appointment
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeKind
from careplus_runtime.notices import Notice, append
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import WriteSession

BATCH = 500
"""Notices of one statement: SQLite and PostgreSQL bound the parameters of a statement."""


class Before(NamedTuple):
    """The start of a visit before it was moved, and whether its doctor is another one now."""

    starts_at: datetime
    has_new_doctor: bool

    @classmethod
    def of(cls, row: AppointmentRow) -> "Before":
        """Return what is known before the new start is set; the doctor may be set already."""
        return cls(row.starts_at, bool(sa.inspect(row).attrs.doctor_id.history.deleted))


async def tell_booked(db: WriteSession, visit: Appointment) -> None:
    """Tell the patient of a new visit. Staff book it while the patient is on the phone or present."""
    occasion = f"{visit.id}:{visit.version}"
    notice = Notice(NoticeKind.VISIT_BOOKED, visit.patient.id, visit.id, occasion, visit_at=visit.starts_at, own=True)
    await append(db, [notice])


async def tell_moved(db: WriteSession, row: AppointmentRow, before: Before, *, own: bool) -> None:
    """Tell the patient of the new time, the new doctor or both."""
    kind = NoticeKind.VISIT_REASSIGNED if before.has_new_doctor else NoticeKind.VISIT_MOVED
    await append(db, [_of(kind, row)._replace(before_at=before.starts_at, own=own)])


async def tell_cancelled(db: WriteSession, rows: Collection[AppointmentRow]) -> None:
    """Tell the patients of cancelled visits."""
    notices = [_of(NoticeKind.VISIT_CANCELLED, row)._replace(own=row.cancelled_by == Role.PATIENT.value) for row in rows]
    for start in range(0, len(notices), BATCH):
        await append(db, notices[start : start + BATCH])


async def tell_offered(db: WriteSession, patient_id: int, visit_id: int, starts_at: datetime) -> None:
    """Tell the patient of a time that is held for them; the mail is withdrawn where the offer is over before it is sent."""
    await append(db, [Notice(NoticeKind.VISIT_OFFERED, patient_id, visit_id, f"{visit_id}:1", visit_at=starts_at)])


def _of(kind: NoticeKind, row: AppointmentRow) -> Notice:
    assert row.id is not None
    return Notice(kind, row.patient_id, row.id, f"{row.id}:{row.version}", visit_at=row.starts_at)
