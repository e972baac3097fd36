"""A visit as an iCalendar file (RFC 5545): one to download, and one that a mail sends (iTIP, RFC 5546)."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from careplus_contracts.appointments import Appointment, AppointmentStatus


class CalendarMethod(StrEnum):
    """What a calendar program does with the file: enter or update the visit, or cancel it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Invitation(NamedTuple):
    """The sender and the recipient of a file in a mail."""

    method: CalendarMethod
    sender: str
    recipient: str


def calendar_file(
    appointment: Appointment, hospital: str, public_url: str, at: datetime, invitation: Invitation | None = None
) -> str:
    """Return one VEVENT in UTC, written at `at`. The reason is left out because calendars are shared.

    Each file of a visit has the same UID, and the version as SEQUENCE, so that a calendar program updates its entry.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//CarePlus//EN")
    calendar.add("version", "2.0")
    event = _event(appointment, hospital, public_url, at)
    if invitation is not None:
        calendar.add("method", invitation.method.value)
        event.add("organizer", f"mailto:{invitation.sender}")
        event.add("attendee", f"mailto:{invitation.recipient}", parameters={"RSVP": "FALSE", "PARTSTAT": "ACCEPTED"})
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def _event(appointment: Appointment, hospital: str, public_url: str, at: datetime) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{appointment.reference}@careplus")
    event.add("dtstamp", at)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", f"{hospital}: {appointment.doctor.full_name}")
    event.add("location", appointment.place or hospital)
    event.add("url", f"{public_url}/appointments/{appointment.id}")
    event.add("sequence", appointment.version)
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
