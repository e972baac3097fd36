"""Critical results of the demo hospital: one is open for the demo doctor, about the others the laboratory has called."""

from datetime import timedelta
from typing import Any

from careplus_contracts.critical import CalledParty, CommunicationKind
from careplus_demo.bookings import Booking
from careplus_demo.laboratory import Laboratory
from careplus_demo.people import LAB_ID

Row = dict[str, Any]
OPEN_SINCE = timedelta(minutes=12)
CALLED_AFTER = timedelta(minutes=6)


class CriticalReports:
    """Finds the open result, and makes rows of calls; before the bookings are written, because it changes a time of one."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.rows: list[Row] = []
        self._now = laboratory.now
        told = (one for one in laboratory.bookings if one.order and one.order.critical and one.verified_at)
        self._urgent = next(told, None)
        if self._urgent:
            self._urgent.verified_at = self._now - OPEN_SINCE
            assert self._urgent.entered_at is not None
            self._urgent.entered_at = min(self._urgent.entered_at, self._now - OPEN_SINCE)

    def state(self, result_id: int, booking: Booking, is_critical: bool) -> Row:
        """Return the columns of a result; note a call about a critical one, or an attempt about the open one."""
        since, is_open = booking.verified_at, booking is self._urgent
        if since is None or not is_critical:
            return {"critical_since": None, "critical_closed_at": None, "critical_closed_by_id": None}
        at = min(since + CALLED_AFTER, self._now)
        self.rows.append(
            {
                "id": len(self.rows) + 1,
                "result_id": result_id,
                "patient_id": booking.patient.id,
                "kind": (CommunicationKind.NOT_REACHED if is_open else CommunicationKind.CALLED).value,
                "at": at,
                "by_id": LAB_ID,
                "text": "Voicemail" if is_open else None,
                "person_called": booking.visit.doctor.full_name if booking.visit else "The patient",
                "party": (CalledParty.DOCTOR if booking.visit else CalledParty.PATIENT).value,
                "phone": None,
            }
        )
        closed = (None, None) if is_open else (at, LAB_ID)
        return {"critical_since": since, "critical_closed_at": closed[0], "critical_closed_by_id": closed[1]}
