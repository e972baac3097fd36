"""Emergency accesses: their limit of an hour, the privacy officer's mail, and the review by administrators."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_runtime.process.settings import Settings
from tests.audit.audit_rows import of_request
from tests.hospital import ADMIN, DETAILS, LOCAL_HTTP, Hospital, Person
from tests.mailbox import next_mail, text_of
from tests.world import World, made

OFFICER = "privacy@example.org"
SUBJECT = "A record was opened in an emergency"
REASON = "Found unconscious, medication unknown"
LIST = "/api/admin/emergency-access"
OPENING = {"full_name": "Ines Unbekannt", "date_of_birth": DETAILS["date_of_birth"], "reason": REASON}


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    person = hospital.register(f"{request.node.name.replace('_', '-')}@example.org", "Ines Unbekannt")
    yield person
    person.http.close()


def open_chart(doctor: Person, patient: Person) -> dict[str, Any]:
    return made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json=OPENING))


async def test_emergency_accesses_of_an_hour_are_limited_and_mailed(tmp_path: Path) -> None:
    most = Settings.model_fields["emergency_per_hour"].default
    limited = Hospital(tmp_path, extra={"CAREPLUS_EMERGENCY_PER_HOUR": str(most), "CAREPLUS_PRIVACY_OFFICER": OFFICER})
    with limited.running_with_admin():
        admin = limited.sign_in(ADMIN)
        doctor = limited.add_doctor(admin, "quick@example.org", "Dr Quick", "Cardiology")
        colleague = limited.add_doctor(admin, "slow@example.org", "Dr Slow", "Cardiology")
        patients = [limited.register(f"p{number}@example.org", "Ines Unbekannt") for number in range(12)]
        async with httpx.AsyncClient(base_url=limited.url, timeout=60, **LOCAL_HTTP) as http:
            bearer = {"Authorization": f"Bearer {doctor.token}"}
            paths = [f"/api/doctor/patients/{one.id}/access" for one in patients]
            answers = await asyncio.gather(*(http.post(path, json=OPENING, headers=bearer) for path in paths))
        opened = [answer.json() for answer in answers if answer.status_code == 201]
        assert len(opened) == most
        refused = [answer.json() for answer in answers if answer.status_code == 409]
        assert {(one["code"], one["most"]) for one in refused} == {("too_many_opened", most)}
        first = min(datetime.fromisoformat(one["opened_at"]) for one in opened)
        assert datetime.fromisoformat(refused[0]["possible_from"]) == first + timedelta(hours=1)
        open_chart(colleague, patients[-1])
        mail = text_of(next_mail(limited, OFFICER, SUBJECT, after=most))
        assert "/admin/emergency-access" in mail
        assert [word for word in ("Ines", "Unbekannt", "Quick", "unconscious") if word in mail] == []
        for person in (admin, doctor, colleague, *patients):
            person.http.close()


def test_emergency_access_is_reviewed(world: World, hospital: Hospital, patient: Person) -> None:
    doctor, admin = world.people["other_doctor"], world.people["admin"]
    opened = open_chart(doctor, patient)
    waiting = made(admin.http.get(LIST, params={"reviewed": False, "limit": 1}), 200)["items"]
    assert [(one["id"], one["patient"]["id"], one["doctor"]["id"], one["reason"], one["review"]) for one in waiting] == [
        (opened["id"], patient.id, doctor.id, REASON, None)
    ]
    path, id_ = f"{LIST}/{opened['id']}", "review-of-an-emergency"
    body = {"justified": False, "comment": "The ward knows nothing of it"}
    reviewed = made(admin.http.put(path, json=body, headers={"X-Request-Id": id_}), 200)["review"]
    assert (reviewed["justified"], reviewed["comment"], reviewed["reviewed_by"]["id"]) == (False, body["comment"], admin.id)
    [event] = of_request(hospital, id_)
    assert (event["action"], event["patients"]) == ("review_emergency_access", [patient.id])
    assert made(admin.http.get(LIST, params={"reviewed": True, "limit": 1}), 200)["items"][0]["id"] == opened["id"]
    assert opened["id"] not in [one["id"] for one in made(admin.http.get(LIST, params={"reviewed": False}), 200)["items"]]
    again = made(admin.http.put(path, json={"justified": True}), 200)["review"]
    assert (again["justified"], again["comment"]) == (True, None)
    for person, status in ((doctor, 403), (patient, 403)):
        assert person.http.get(LIST).status_code == status
        assert person.http.put(path, json=body).status_code == status
    assert admin.http.put(f"{LIST}/{2**40}", json=body).status_code == 404
