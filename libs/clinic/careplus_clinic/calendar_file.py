"""Visits as iCalendar (RFC 5545): a file to download, one that a mail sends (iTIP, RFC 5546), and a feed to subscribe to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from careplus_contracts.appointments import Appointment, AppointmentStatus
from careplus_contracts.values import PortalLanguage

REFRESH = timedelta(minutes=30)
"""How often a feed asks to be read again; calendar programs may wait longer."""


class CalendarMethod(StrEnum):
    """What a calendar program does with the file: enter or update the visit, or cancel it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Invitation(NamedTuple):
    """The sender and the recipient of a file in a mail."""

    method: CalendarMethod
    sender: str
    recipient: str


class CalendarEvent(NamedTuple):
    """One visit as a calendar shows it. `stamp` is when this form of it was written."""

    reference: str
    version: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    url: str
    is_cancelled: bool = False
    description: str | None = None


def calendar_file(
    appointment: Appointment,
    hospital: str,
    public_url: str,
    at: datetime,
    language: PortalLanguage,
    invitation: Invitation | None = None,
) -> str:
    """Return one VEVENT in UTC, written at `at`, with the preparation text. Calendars are shared: no reason, no visit type.

    Each file of a visit has the same UID, and the version as SEQUENCE, so that a calendar program updates its entry.
    """
    calendar = _calendar()
    event = _component(
        CalendarEvent(
            reference=appointment.reference,
            version=appointment.version,
            stamp=at,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=f"{hospital}: {appointment.doctor.full_name}",
            location=appointment.place or hospital,
            url=f"{public_url}/appointments/{appointment.id}",
            is_cancelled=appointment.status is AppointmentStatus.CANCELLED,
            description=preparation_of(appointment, language),
        )
    )
    if invitation is not None:
        calendar.add("method", invitation.method.value)
        event.add("organizer", f"mailto:{invitation.sender}")
        event.add("attendee", f"mailto:{invitation.recipient}", parameters={"RSVP": "FALSE", "PARTSTAT": "ACCEPTED"})
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def preparation_of(appointment: Appointment, language: PortalLanguage) -> str | None:
    """Return the preparation text of the visit type, or None without one and for a cancelled visit."""
    texts = appointment.visit_type and appointment.visit_type.preparation
    if not texts or appointment.status is AppointmentStatus.CANCELLED:
        return None
    return texts.de if language is PortalLanguage.DE else texts.en


def calendar_feed(name: str, events: Sequence[CalendarEvent]) -> str:
    """Return all events as one calendar. The same events give the same text, so that its ETag stays."""
    calendar = _calendar()
    calendar.add("name", name)
    # the names of these two before RFC 7986, which Google and Outlook read
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", "PT30M")
    calendar.add("refresh-interval", REFRESH)
    for event in events:
        calendar.add_component(_component(event))
    return bytes(calendar.to_ical()).decode()


def _calendar() -> Any:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//CarePlus//EN")
    calendar.add("version", "2.0")
    return calendar


def _component(visit: CalendarEvent) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{visit.reference}@careplus")
    event.add("dtstamp", visit.stamp)
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.ends_at)
    event.add("summary", visit.summary)
    if visit.description:
        event.add("description", visit.description)
    event.add("location", visit.location)
    event.add("url", visit.url)
    event.add("sequence", visit.version)
    event.add("status", "CANCELLED" if visit.is_cancelled else "CONFIRMED")
    return event
