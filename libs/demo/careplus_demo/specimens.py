"""Specimens of the demo hospital's laboratory bookings: one of each type, some rejected and collected again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from careplus_contracts.labs import LabBookingStatus as L
from careplus_contracts.labs import SpecimenStatus as S
from careplus_demo.bookings import Booking
from careplus_demo.people import LAB_ID
from careplus_demo.references import accession

STATUS_OF = {L.BOOKED: S.EXPECTED, L.CANCELLED: S.EXPECTED, L.COLLECTED: S.COLLECTED, L.REJECTED: S.REJECTED}
"""The status of the specimens of a booking; all other ones are received."""
BEFORE = timedelta(hours=2)
"""How long before its replacement a rejected specimen was collected."""
AGAIN = 9
"""One of this number of bookings had a specimen rejected and collected again."""


def specimen_rows(bookings: Sequence[Booking]) -> Iterator[dict[str, Any]]:
    ids = count(1)
    for booking in bookings:
        status = STATUS_OF.get(booking.status, S.RECEIVED)
        for position, type_ in enumerate(dict.fromkeys(test.specimen for test in booking.tests)):
            of_booking = {"booking_id": booking.id, "patient_id": booking.patient.id, "created_at": booking.created_at}
            for taken in _taken(booking, status, position):
                id_ = next(ids)
                yield {"id": id_, "accession": accession(id_), "type": type_, **of_booking, **taken}


def _taken(booking: Booking, status: S, position: int) -> Iterator[dict[str, Any]]:
    """Yield the specimens of one type in turn; of a booking with several types only the first was rejected."""
    at = booking.collected_at
    if at is None:
        yield _columns(S.EXPECTED, None)
        return
    rejected = booking.rejection
    if status is S.REJECTED:
        yield _columns(S.REJECTED, at, rejected) if position == 0 else _columns(S.RECEIVED, at)
        if position == 0:
            yield _columns(S.EXPECTED, None)
        return
    if position == 0 and booking.id % AGAIN == 0 and at - BEFORE > booking.created_at:
        yield _columns(S.REJECTED, at - BEFORE, rejected)
    yield _columns(status, at)


def _columns(status: S, at: datetime | None, reason: str | None = None) -> dict[str, Any]:
    """Return the columns of a specimen that was collected `at`; received, or rejected, four minutes later."""
    later = None if at is None else at + timedelta(minutes=4)
    was_received = status in (S.RECEIVED, S.REJECTED)
    return {
        "status": status.value,
        "collected_at": at,
        "collected_by_id": None if at is None else LAB_ID,
        "received_at": later if was_received else None,
        "received_by_id": LAB_ID if was_received else None,
        "rejected_at": later if status is S.REJECTED else None,
        "rejected_by_id": LAB_ID if status is S.REJECTED else None,
        "rejection_reason": reason,
    }
