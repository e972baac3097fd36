"""Emergency access: a doctor opens the chart of another doctor's patient for an hour, with a reason that is shown."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests import databases
from tests.audit.audit_rows import ask, of_request
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

REASON = "Found unconscious, medication unknown"
OPENING = {"full_name": "ines UNBEKANNT", "date_of_birth": "1961-02-03", "reason": REASON}


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> Iterator[Person]:
    name = request.node.name.replace("_", "-")
    person = hospital.register(f"{name}@example.org", "Ines  Unbekannt", date_of_birth="1961-02-03", sex="female")
    yield person
    person.http.close()


def prescription(patient: Person) -> dict[str, object]:
    item = {"medicine": "Naloxone", "dose": "0.4 mg", "route": "iv", "frequency": "once", "duration_days": 1}
    return {"patient_id": patient.id, "items": [item]}


def test_break_glass_with_reason_opens_chart_and_is_shown(world: World, hospital: Hospital, patient: Person) -> None:
    doctor, colleague = world.people["other_doctor"], world.people["doctor"]
    chart = f"/api/doctor/patients/{patient.id}"
    assert doctor.http.get(chart).status_code == 404
    [found] = made(
        doctor.http.get("/api/doctor/patient-search", params={"full_name": "ines UNBEKANNT", "date_of_birth": "1961-02-03"}), 200
    )["items"]
    assert found == {
        "patient": {"id": patient.id, "full_name": "Ines  Unbekannt"},
        "date_of_birth": "1961-02-03",
        "sex": "female",
        "phone_end": None,
    }

    opened = made(ask(doctor, "POST", f"{chart}/access", "break-glass-opened", json=OPENING))
    lasts = datetime.fromisoformat(opened["until"]) - datetime.fromisoformat(opened["opened_at"])
    assert (opened["reason"], opened["doctor"]["id"], lasts) == (REASON, doctor.id, timedelta(hours=1))
    [event] = of_request(hospital, "break-glass-opened")
    assert (event["action"], event["reason"], event["patients"]) == ("open_chart", REASON, [patient.id])

    whole = made(doctor.http.get(chart), 200)
    assert whole["access"] == [opened]
    assert patient.id in [
        one["id"] for one in made(doctor.http.get("/api/doctor/patients", params={"q": "Unbekannt"}), 200)["items"]
    ]
    made(doctor.http.put(f"{chart}/allergies", json={"allergies": [{"substance": "Latex", "severity": "severe"}]}), 200)
    made(doctor.http.post("/api/doctor/prescriptions", json=prescription(patient)))
    made(doctor.http.post("/api/doctor/lab-orders", json={"patient_id": patient.id, "test_codes": ["CBC"]}))

    assert colleague.http.get(chart).status_code == 404, "the chart is open for this doctor only"
    at = free_times(patient.http, colleague.id, days=10)[70].isoformat()
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": colleague.id, "starts_at": at}))
    assert made(colleague.http.get(chart), 200)["access"] == [opened], "every treating doctor sees the emergency access"
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)

    log = made(patient.http.get("/api/me/access-log", params={"limit": 100}), 200)["items"]
    [seen] = [one for one in log if one["action"] == "open_chart"]
    assert (seen["reason"], seen["by"]["id"], seen["role"]) == (REASON, doctor.id, "doctor")
    assert {"search_patients", "show_chart", "prescribe", "order_tests"} <= {one["action"] for one in log}


def test_break_glass_access_ends_after_an_hour(world: World, hospital: Hospital, patient: Person) -> None:
    doctor, chart = world.people["other_doctor"], f"/api/doctor/patients/{patient.id}"
    made(doctor.http.post(f"{chart}/access", json=OPENING))
    made(doctor.http.get(chart), 200)
    over = "UPDATE chart_access SET until = '2020-01-01T00:00:00Z' WHERE patient_id = ?"
    databases.execute(hospital.database, over, patient.id)
    assert doctor.http.get(chart).status_code == 404
    assert doctor.http.post("/api/doctor/prescriptions", json=prescription(patient)).status_code == 404
    order = {"patient_id": patient.id, "test_codes": ["CBC"]}
    assert doctor.http.post("/api/doctor/lab-orders", json=order).status_code == 404


def test_break_glass_opens_chart_of_closed_account(world: World, patient: Person) -> None:
    doctor = world.people["other_doctor"]
    made(world.people["admin"].http.put(f"/api/admin/accounts/{patient.id}", json={"role": "patient", "active": False}), 200)
    query = {"full_name": "Ines Unbekannt", "date_of_birth": "1961-02-03"}
    found = made(doctor.http.get("/api/doctor/patient-search", params=query), 200)["items"]
    assert patient.id in [one["patient"]["id"] for one in found]
    made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json=OPENING))
    made(doctor.http.get(f"/api/doctor/patients/{patient.id}"), 200)


def test_break_glass_does_not_reveal_patients(world: World, hospital: Hospital, patient: Person) -> None:
    doctor = world.people["other_doctor"]
    for name, born in (
        ("Ines", "1961-02-03"),
        ("Ines Unbekannt", "1961-02-04"),
        ("Ines Ina Unbekannt", "1961-02-03"),
        ("%", "1961-02-03"),
    ):
        id_ = f"break-glass-search-{len(name)}-{born}"
        answer = ask(doctor, "GET", "/api/doctor/patient-search", id_, params={"full_name": name, "date_of_birth": born})
        assert made(answer, 200) == {"items": []}
        assert [event["action"] for event in of_request(hospital, id_)] == ["search_patients"], "an empty search is audited"
    same = {"X-Request-Id": "break-glass-malformed"}
    answers = [
        doctor.http.post(f"/api/doctor/patients/{id_}/access", json={**OPENING, "reason": "hm"}, headers=same)
        for id_ in (patient.id, 2**62)
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert answers[0].content == answers[1].content
    for not_a_patient in (2**62, doctor.id, world.people["admin"].id):
        assert doctor.http.post(f"/api/doctor/patients/{not_a_patient}/access", json=OPENING).status_code == 404


@pytest.mark.parametrize(
    "reason", [None, "", "hm", "     ", "x" * 501, "asdfg", "asdfg asdfg asdfg asdfg asdfg", "unconscious medication", "a b c d"]
)
def test_break_glass_with_trivial_reason_is_refused(world: World, reason: str | None) -> None:
    doctor = world.people["other_doctor"]
    path = f"/api/doctor/patients/{world.ids['patient_id']}/access"
    body = {name: value for name, value in {**OPENING, "reason": reason}.items() if value is not None}
    refused = made(doctor.http.post(path, json=body), 422)
    assert [error["field"] for error in refused["errors"]] == ["body.reason"]
    if reason == "asdfg":
        assert "in 3 words and 20 letters or more" in refused["errors"][0]["message"]


def test_break_glass_needs_name_and_birth_date(world: World, patient: Person) -> None:
    doctor, path = world.people["other_doctor"], f"/api/doctor/patients/{patient.id}/access"
    same = {"X-Request-Id": "break-glass-by-id"}
    wrong = ({"full_name": "Ines"}, {"full_name": "Ines Bekannt"}, {"date_of_birth": "1961-02-04"})
    answers = [doctor.http.post(path, json={**OPENING, **one}, headers=same) for one in wrong]
    unknown = doctor.http.post(f"/api/doctor/patients/{2**40}/access", json=OPENING, headers=same)
    assert {(answer.status_code, answer.content) for answer in (*answers, unknown)} == {(404, unknown.content)}
    assert doctor.http.post(path, json={"reason": REASON}).status_code == 422
    made(doctor.http.post(path, json={**OPENING, "full_name": "unbekannt INES"}))
