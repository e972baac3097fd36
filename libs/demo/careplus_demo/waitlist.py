"""The waitlist of the demo hospital: patients that would come before work, when few doctors see patients."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any

from careplus_contracts.endpoints import Role
from careplus_contracts.waitlist import EntryStatus
from careplus_demo.people import People
from careplus_demo.visit_types import offering_doctors

OTHERS = 8
FIRST_VISIT = 2
"""The type that one entry waits for."""
WEEKDAYS = ("mon,tue,wed,thu,fri", "mon,wed", "tue,thu,fri")


def entry_rows(people: People) -> Iterator[dict[str, Any]]:
    """Yield an entry of each patient with a demo login, and of some others."""
    plan, typed = people.plan, offering_doctors(people)
    logins = (people.pat, people.sam)
    others = [one for one in people.patients if one.id not in {login.id for login in logins}][:OTHERS]
    for number, patient in enumerate(chain(logins, others)):
        doctor, by_phone = people.doctors[number % len(people.doctors)], number % 3 == 2
        is_typed = bool(typed) and number == OTHERS
        yield {
            "id": number + 1,
            "patient_id": patient.id,
            "doctor_id": typed[0] if is_typed else doctor.id if number % 2 == 0 else None,
            "specialty": None if number % 2 == 0 else doctor.specialty,
            "first_day": plan.today,
            "last_day": plan.today + timedelta(days=21 + number),
            "weekdays": WEEKDAYS[number % len(WEEKDAYS)],
            "from_time": "06:30",
            "to_time": "08:00",
            "visit_type_id": FIRST_VISIT if is_typed else None,
            "instead_of_id": None,
            "offer_id": None,
            "status": EntryStatus.WAITING.value,
            "added_by": (Role.RECEPTION if by_phone else Role.PATIENT).value,
            "created_at": plan.now - timedelta(hours=5 * (OTHERS + 2 - number)),
        }
