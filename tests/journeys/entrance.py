"""The entrance of a hospital: visits within the hour, of new patients to new doctors."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from careplus_clinic.clinic_time import local_date
from tests.hospital import Hospital, Person, free_times
from tests.world import made

numbers = count(1)
Record = dict[str, Any]


def soon(minutes: int = 30) -> datetime:
    """Return a start in so many minutes, or five minutes ago where that is another day of the clinic."""
    now, zone = datetime.now(UTC).replace(second=0, microsecond=0), ZoneInfo("Europe/Berlin")
    start = now + timedelta(minutes=minutes)
    return start if local_date(start, zone) == local_date(now, zone) else now - timedelta(minutes=5)


@dataclass
class Entrance:
    hospital: Hospital
    reception: Person
    admin: Person
    closing: ExitStack
    phone: httpx.Client

    def visit(self, starts_at: datetime | None = None) -> "Expected":
        """Return a visit of a new patient to a new doctor, by default in half an hour."""
        number = next(numbers)
        doctor = self.hospital.add_doctor(self.admin, f"doc{number}@entrance.example", f"Dr Ena-{number}", "Cardiology")
        patient = self.hospital.register(f"pat{number}@entrance.example", f"Enno Entrance-{number}")
        self.closing.callback(doctor.http.close)
        self.closing.callback(patient.http.close)
        body = {"doctor_id": doctor.id, "starts_at": free_times(patient.http, doctor.id)[40].isoformat()}
        booked = made(patient.http.post("/api/appointments", json=body))
        visit = Expected(self, doctor, patient, booked["id"])
        visit.place(starts_at or soon())
        return visit

    def ask(self, code: str) -> httpx.Response:
        return self.phone.post("/api/check-in/visit", json={"check_in_code": code})

    def come(self, code: str, **headers: str) -> httpx.Response:
        return self.phone.post("/api/check-in", json={"check_in_code": code}, headers=headers)


@dataclass
class Expected:
    entrance: Entrance
    doctor: Person
    patient: Person
    id: int

    @property
    def code(self) -> str:
        shown = made(self.patient.http.get(f"/api/appointments/{self.id}/check-in"), 200)
        return str(shown["url"]).partition("/check-in#code=")[2]

    def place(self, starts_at: datetime) -> None:
        self.entrance.hospital.place_visit(self.id, starts_at, starts_at + timedelta(minutes=10))

    def now(self) -> Record:
        return made(self.doctor.http.get(f"/api/doctor/appointments/{self.id}"), 200)

    def set(self, status: str) -> Record:
        return made(self.entrance.reception.http.put(f"/api/admin/appointments/{self.id}", json={"status": status}), 200)


@contextmanager
def entered(hospital: Hospital, admin: Person) -> Iterator[Entrance]:
    """Yield the entrance, and close the clients of its people afterwards."""
    with ExitStack() as closing:
        reception = hospital.invite(admin, f"rita{next(numbers)}@entrance.example", "Rita Rezeption", "reception")
        closing.callback(reception.http.close)
        yield Entrance(hospital, reception, admin, closing, closing.enter_context(hospital.client()))
