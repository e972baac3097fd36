"""A visit as an iCalendar file (RFC 5545)."""

from careplus_contracts.appointments import Appointment, AppointmentStatus
from careplus_runtime.process.clock import now


def calendar_file(appointment: Appointment, hospital: str, public_url: str) -> str:
    """Return one VEVENT in UTC. The reason is left out because calendars are shared."""
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", f"{appointment.reference}@careplus")
    event.add("dtstamp", now())
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", f"{hospital}: {appointment.doctor.full_name}")
    event.add("location", appointment.place or hospital)
    event.add("url", f"{public_url}/appointments/{appointment.id}")
    event.add("sequence", appointment.version)
    cancelled = appointment.status is AppointmentStatus.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//CarePlus//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()
