"""What can be asked of each service again and again, each time for something else, and what came of it."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.attacks.deeds import BY_NAME
from tests.attacks.ledger import query
from tests.hospital import Hospital, Person, free_times
from tests.world import made

MEDICINE = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}


@dataclass(frozen=True)
class Wish:
    """`body` asks for something with a mark that nothing else has, `marks` finds the marks of all that there is."""

    person: str
    body: Callable[["Ward", str], dict[str, Any]]
    marks: str
    leaves: tuple[str, ...]
    """The names of its events in the audit trail."""


WISHES = {
    "invite": Wish(
        "admin",
        lambda _, mark: {"email": f"{mark}@example.org", "full_name": "Ines Invited", "role": "lab"},
        "SELECT replace(email, '@example.org', '') FROM accounts JOIN invitations ON accounts.id = account_id",
        ("invite",),
    ),
    "book": Wish(
        "patient",
        lambda ward, mark: {"doctor_id": ward.people["doctor"].id, "starts_at": next(ward.times).isoformat(), "reason": mark},
        "SELECT reason FROM appointments",
        ("book",),
    ),
    "prescribe": Wish(
        "doctor",
        lambda ward, mark: {"patient_id": ward.people["patient"].id, "items": [MEDICINE], "notes": mark},
        "SELECT notes FROM prescriptions",
        ("prescribe",),
    ),
    # doctors asks auth for the invitation
    "add_doctor": Wish(
        "admin",
        lambda _, mark: {"email": f"{mark}@example.org", "full_name": "Dr Ivo Added", "specialty": "Cardiology"},
        """SELECT replace(email, '@example.org', '') FROM doctors JOIN accounts USING (id)
           JOIN invitations ON account_id = doctors.id""",
        ("invite", "add_doctor"),
    ),
    "order_tests": Wish(
        "doctor",
        lambda ward, mark: {"patient_id": ward.people["patient"].id, "test_codes": ["CBC"], "note": mark},
        "SELECT note FROM lab_bookings",
        ("order_tests",),
    ),
}
OWN = {"auth": "invite", "appointments": "book", "doctors": "prescribe", "labs": "order_tests"}
"""A wish that each service fulfils without another."""
READS = {
    "auth": ("admin", "/api/admin/audit"),
    "appointments": ("patient", "/api/appointments"),
    "doctors": ("patient", "/api/prescriptions"),
    "labs": ("patient", "/api/labs/bookings"),
}
"""What leaves an event in the audit trail before it is answered."""


@dataclass
class Ward:
    """A patient, their doctor and the administrator, and the times at which the doctor is free."""

    hospital: Hospital
    people: dict[str, Person]
    times: Iterator[datetime]

    def headers(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.people[person].token}"}

    def wished(self, name: str, mark: str, *, keyed: bool = False) -> dict[str, Any]:
        """What httpx sends for a wish; what is `keyed` can be sent again."""
        wish = WISHES[name]
        headers = self.headers(wish.person) | ({"Idempotency-Key": f"of {mark}"} if keyed else {})
        return {"method": "POST", "url": BY_NAME[name].path, "json": wish.body(self, mark), "headers": headers}

    async def read(self, http: httpx.AsyncClient, service: str) -> httpx.Response:
        person, path = READS[service]
        return await http.get(path, headers=self.headers(person))

    def came_of(self, name: str, marks: Iterable[str]) -> Counter[int]:
        """How many marks stand once, twice, nowhere."""
        there = Counter(mark for (mark,) in query(self.hospital, WISHES[name].marks))
        return Counter(there[mark] for mark in marks)

    def last_event(self) -> int:
        [(event,)] = query(self.hospital, "SELECT coalesce(max(id), 0) FROM audit_events")
        return int(event)

    def done_since(self, event: int) -> Counter[str]:
        """What the audit trail says was changed, by its name."""
        changes = "SELECT action FROM audit_events WHERE id > ? AND kind = 'change' AND outcome = 'ok'"
        return Counter(action for (action,) in query(self.hospital, changes, event))


@contextmanager
def ward_of(hospital: Hospital, admin: Person) -> Iterator[Ward]:
    """Until the block ends, when they hang up."""
    # not while auth is away
    admin.signed_in.renew()
    doctor = hospital.employ(admin, f"{secrets.token_hex(4)}@example.org", "Dr Restart", "Cardiology")
    patient = hospital.register(f"{secrets.token_hex(4)}@example.org", "Rosa Restart")
    times = iter(free_times(doctor.http, doctor.id, days=30)[10:])
    ward = Ward(hospital, {"admin": admin, "doctor": doctor, "patient": patient}, times)
    # in their care
    made(patient.http.request(**ward.wished("book", "first")))
    yield ward
    doctor.http.close()
    patient.http.close()
