"""Notices of the demo hospital: reminders of the next day were sent, so that a demo begins without a burst of mails."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeChannel, NoticeKind, NoticeState
from careplus_demo.plan import Plan
from careplus_tables.appointments import AppointmentRow

EXPECTED = (AppointmentStatus.BOOKED.value, AppointmentStatus.CONFIRMED.value)
REMINDED = timedelta(hours=24)
REFUSED = "SMTPDataError 550"
_visit = AppointmentRow


def notice_rows(connection: sa.Connection, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the reminders of visits within 24 hours, and notices of visits ahead that doctors cancelled and no server took."""
    visits = sa.select(col(_visit.id), col(_visit.patient_id), col(_visit.starts_at), col(_visit.version))
    ahead = visits.where(col(_visit.starts_at) > plan.now).order_by(col(_visit.id))
    reminded = ahead.where(col(_visit.status).in_(EXPECTED), col(_visit.starts_at) <= plan.now + REMINDED)
    is_by_doctor = col(_visit.cancelled_by) == Role.DOCTOR.value
    cancelled = ahead.where(col(_visit.status) == AppointmentStatus.CANCELLED.value, is_by_doctor)
    number = 0
    for kind, query in ((NoticeKind.VISIT_REMINDER, reminded), (NoticeKind.VISIT_CANCELLED, cancelled)):
        for visit_id, patient_id, starts_at, version in connection.execute(query).all():
            number += 1
            is_reminder = kind is NoticeKind.VISIT_REMINDER
            occasion = f"{visit_id}:{starts_at.isoformat() if is_reminder else version}"
            at = (starts_at - REMINDED if is_reminder else plan.now - timedelta(hours=2)).replace(microsecond=0)
            yield {
                "id": number,
                "key": f"{kind.value}:{patient_id}:{occasion}",
                "kind": kind.value,
                "account_id": patient_id,
                "record_id": visit_id,
                "state": (NoticeState.SENT if is_reminder else NoticeState.FAILED).value,
                "created_at": at,
                "due_at": at,
                "attempts": 1 if is_reminder else 9,
                "visit_at": starts_at,
                "before_at": None,
                "own": False,
                "sent_at": at if is_reminder else None,
                "channel": NoticeChannel.EMAIL.value,
                "failure": None if is_reminder else REFUSED,
                "called_at": None,
                "called_by_id": None,
            }
