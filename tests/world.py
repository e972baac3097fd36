"""One record of each kind, and a person of each role: the fixture `world`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.hospital import Hospital, Person


@dataclass
class World:
    """`ids` holds the records of `patient` with `doctor` by name of the path parameter."""

    hospital: Hospital
    people: dict[str, Person]
    ids: dict[str, Any] = field(default_factory=dict)

    def body(self, example: dict[str, Any]) -> dict[str, Any]:
        """Return an example with ids that exist here."""
        own = {"patient_id": self.people["patient"].id, "doctor_id": self.people["doctor"].id}
        return {name: own.get(name, value) for name, value in example.items()}


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    """Return the JSON of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


@contextmanager
def build(hospital: Hospital, admin: Person) -> Iterator[World]:
    """Yield a world and sign its people out at the end."""
    # record_ids imports this module
    from tests.acts.record_ids import RECORD_IDS

    people = {
        "admin": admin,
        "patient": hospital.register("pia@example.org", "Pia Novak", date_of_birth="1984-05-17", sex="female"),
        "other_patient": hospital.register("otto@example.org", "Otto Brandt", date_of_birth="1950-01-02", sex="male"),
        "doctor": hospital.add_doctor(admin, "osei@example.org", "Dr Ama Osei", "Cardiology"),
        "other_doctor": hospital.add_doctor(admin, "lind@example.org", "Dr Nils Lind", "Dermatology"),
        "lab": hospital.invite(admin, "lab@example.org", "Lea Labor", "lab"),
        "reception": hospital.invite(admin, "desk@example.org", "Rita Rezeption", "reception"),
    }
    world = World(hospital, people)
    for name, record in RECORD_IDS.items():
        if (value := record.make(world)) is not None:
            world.ids[name] = value
    write_chart(world)
    yield world
    for person in people.values():
        person.http.close()


def write_chart(world: World) -> None:
    """Give the patient an allergy, a problem and notes with an addendum."""
    doctor, chart = world.people["doctor"].http, f"/api/doctor/patients/{world.people['patient'].id}"
    made(doctor.put(f"{chart}/allergies", json={"allergies": [{"substance": "Penicillin", "severity": "severe"}]}), 200)
    made(doctor.put(f"{chart}/problems", json={"problems": [{"name": "Hypertension", "icd10": "I10", "status": "active"}]}), 200)
    notes = f"/api/doctor/appointments/{world.ids['appointment_id']}/notes"
    for text in ("BP 132/84. Continue.", "Call in a week."):
        made(doctor.put(notes, json={"text": text, "sign": True}), 200)
