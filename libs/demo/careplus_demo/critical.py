"""Critical results of the demo hospital: one is open for the demo doctor, about the others the laboratory has called."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from careplus_clinic.clinic_time import local_date
from careplus_contracts.critical import CalledParty, CommunicationKind
from careplus_contracts.results import Flag
from careplus_demo.bookings import Booking
from careplus_demo.catalogue import LabTest
from careplus_demo.laboratory import Laboratory
from careplus_demo.people import LAB_ID

Row = dict[str, Any]
OPEN_SINCE = timedelta(minutes=12)
CALLED_AFTER = timedelta(minutes=6)
LIMITS = (("critical_low", Flag.CRITICAL_LOW), ("critical_high", Flag.CRITICAL_HIGH))


class CriticalReports:
    """Chooses the open result, and makes rows of calls; before the bookings are written, because it changes a time of one."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.rows: list[Row] = []
        self._now, self._zone = laboratory.now, laboratory.plan.zone
        own = [one for one in laboratory.bookings if one.visit and one.visit.doctor is laboratory.people.osei]
        waiting = [one for one in own if one.verified_at and not one.reviewed]
        possible = [(one, test) for one in waiting for test in one.tests if self._has_limit(one, test)]
        self._urgent: Booking | None = None
        self._test: LabTest | None = None
        if possible:
            self._urgent, self._test = possible[-1]
            self._urgent.verified_at = self._now - OPEN_SINCE

    def make_critical(self, booking: Booking, test: LabTest, observations: Sequence[Row]) -> None:
        """Give the first value of the open result that has a critical limit a value at that limit."""
        if booking is self._urgent and test is self._test:
            possible = ((one, bound, flag) for one in observations for bound, flag in LIMITS if one[bound] is not None)
            one, bound, flag = next(possible)
            one.update({"value": one[bound], "comparator": None, "flag": flag.value})

    def _has_limit(self, booking: Booking, test: LabTest) -> bool:
        day = local_date(booking.collected_at or self._now, self._zone)
        ranges = [analyte.range_for(booking.patient, day) for analyte in test.analytes if not analyte.is_text]
        return any(getattr(one, bound, None) is not None for one in ranges for bound, _ in LIMITS)

    def state(self, result_id: int, booking: Booking, test: LabTest, is_critical: bool) -> Row:
        """Return the columns of a result; note a call about a critical one, or an attempt about the open one."""
        since, is_open = booking.verified_at, booking is self._urgent and test is self._test
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
