"""A doctor's charts: notes that are drafted and signed, allergies that stop a prescription, searches for patients."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from careplus_contracts.charts import Chart, PatientsInCare
from careplus_contracts.notes import Notes
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> Iterator[Person]:
    registered = hospital.register("quinn@example.org", "Quinn O'Hara_100%", date_of_birth="1977-07-07", sex="other")
    yield registered
    registered.http.close()


@pytest.fixture(scope="module")
def visit(patient: Person, world: World) -> dict[str, Any]:
    """Book a visit to the world's doctor."""
    doctor_id = world.ids["doctor_id"]
    at = free_times(patient.http, doctor_id, days=10)[20]
    return made(patient.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))


def put(http: httpx.Client, path: str, body: dict[str, Any], version: int) -> httpx.Response:
    return http.put(path, json=body, headers={"If-Match": f'"{version}"'})


def prescribe(doctor: Person, patient: Person, medicine: str, **more: str) -> httpx.Response:
    item = {"medicine": medicine, "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 7}
    return doctor.http.post("/api/doctor/prescriptions", json={"patient_id": patient.id, "items": [item], **more})


def test_notes_are_drafted_signed_and_amended(world: World, patient: Person, visit: dict[str, Any]) -> None:
    doctor, stranger = world.people["doctor"], world.people["other_doctor"]
    path, chart = f"/api/doctor/appointments/{visit['id']}/notes", f"/api/doctor/patients/{patient.id}"
    empty = made(doctor.http.get(path), 200)
    assert (empty["text"], empty["status"], empty["version"], empty["author"], empty["updated_at"]) == (
        "",
        "draft",
        1,
        None,
        None,
    )
    assert made(doctor.http.get(chart), 200)["visits"][0]["notes"] is None

    first = put(doctor.http, path, {"text": "BP 13"}, 1)
    assert made(first, 200)["version"] == 2
    assert first.headers["etag"] == '"2"'
    typed = made(put(doctor.http, path, {"text": "BP 132/84"}, 2), 200)
    assert typed == made(put(doctor.http, path, {"text": "BP 132/84"}, 3), 200) == made(doctor.http.get(path), 200)
    assert (typed["version"], typed["author"]["id"], typed["signed_at"]) == (3, doctor.id, None)
    late = put(doctor.http, path, {"text": "BP 13"}, 2)
    assert (late.status_code, late.json()["version"]) == (412, 3)
    assert put(doctor.http, path, {"text": " ", "sign": True}, 3).status_code == 422
    assert made(doctor.http.get(chart), 200)["visits"][0]["notes"] == typed

    # a colleague with the same patient in their care sees the visit, not the draft
    referral = {"patient_id": patient.id, "to_doctor_id": stranger.id, "reason": "Rash", "urgency": "routine"}
    sent = made(doctor.http.post("/api/doctor/referrals", json=referral))
    assert stranger.http.get(chart).status_code == 404
    made(stranger.http.put(f"/api/doctor/referrals/{sent['id']}", json={"status": "accepted"}), 200)
    seen = made(stranger.http.get(chart), 200)["visits"][0]
    assert (seen["id"], seen["notes"]) == (visit["id"], None)
    assert [stranger.http.get(path).status_code, put(stranger.http, path, {"text": "Mine"}, 3).status_code] == [404, 404]

    signed = made(put(doctor.http, path, {"text": "BP 132/84. Continue.", "sign": True}, 3), 200)
    assert (signed["status"], signed["version"], signed["signed_at"]) == ("signed", 4, signed["updated_at"])
    assert made(put(doctor.http, path, {"text": "BP 132/84. Continue.", "sign": True}, 4), 200) == signed
    assert made(stranger.http.get(chart), 200)["visits"][0]["notes"] == signed
    emptied = put(doctor.http, path, {"text": ""}, 4)
    assert (emptied.status_code, emptied.json()["code"]) == (409, "notes_signed")

    added = made(put(doctor.http, path, {"text": "Left arm."}, 4), 200)
    assert (added["text"], added["version"], added["signed_at"]) == ("BP 132/84. Continue.", 5, signed["signed_at"])
    assert [(one["text"], one["by"]["id"]) for one in added["addenda"]] == [("Left arm.", doctor.id)]
    assert made(put(doctor.http, path, {"text": "Left arm."}, 5), 200) == added
    assert Notes.model_validate(made(stranger.http.get(chart), 200)["visits"][0]["notes"]) == Notes.model_validate(added)


def test_draft_note_stays_when_visit_moves_to_a_colleague(admin: Person, world: World, patient: Person) -> None:
    doctor, colleague = world.people["doctor"], world.people["other_doctor"]
    at = free_times(patient.http, doctor.id, days=10)[25].isoformat()
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at}))
    path = f"/api/doctor/appointments/{visit['id']}/notes"
    made(put(doctor.http, path, {"text": "Between us"}, 1), 200)
    free = free_times(patient.http, colleague.id, days=10)[40].isoformat()
    moved = {"doctor_id": colleague.id, "starts_at": free}
    made(admin.http.put(f"/api/admin/appointments/{visit['id']}", json=moved), 200)
    assert doctor.http.get(path).status_code == 404
    assert made(colleague.http.get(path), 200)["text"] == ""
    chart = made(colleague.http.get(f"/api/doctor/patients/{patient.id}"), 200)
    assert [one["notes"] for one in chart["visits"] if one["id"] == visit["id"]] == [None]
    written = made(put(colleague.http, path, {"text": "Mine"}, 2), 200)
    assert (written["text"], written["author"]["id"], written["version"]) == ("Mine", colleague.id, 3)
    made(patient.http.put(f"/api/appointments/{visit['id']}/cancel"), 200)


def test_doctor_cannot_change_own_specialty(hospital: Hospital, admin: Person, world: World) -> None:
    doctor, patient = world.people["doctor"], world.people["patient"]
    curious = hospital.add_doctor(admin, "curious.charts@example.org", "Dr Curious", "Surgery")
    profile = {"full_name": "Dr Curious", "specialty": "Phlebology"}
    refused = curious.http.put("/api/doctor/profile", json=profile)
    assert (refused.status_code, refused.json()["code"]) == (409, "specialty_fixed")
    made(curious.http.put("/api/doctor/profile", json={**profile, "specialty": " SURGERY"}), 200)
    open_to_all = {"patient_id": patient.id, "to_specialty": "Phlebology", "reason": "Veins", "urgency": "routine"}
    sent = made(doctor.http.post("/api/doctor/referrals", json=open_to_all))
    received, path = {"direction": "received"}, f"/api/doctor/referrals/{sent['id']}"
    assert made(curious.http.get("/api/doctor/referrals", params=received), 200)["items"] == []
    assert curious.http.put(path, json={"status": "accepted"}).status_code == 404
    made(admin.http.put(f"/api/admin/doctors/{curious.id}", json={**profile, "active": True}), 200)
    assert [one["id"] for one in made(curious.http.get("/api/doctor/referrals", params=received), 200)["items"]] == [sent["id"]]
    # withdrawn from a specialty, its doctors do not see it
    made(doctor.http.put(path, json={"status": "cancelled"}), 200)
    assert made(curious.http.get("/api/doctor/referrals", params=received), 200)["items"] == []
    curious.http.close()


@pytest.mark.usefixtures("visit")
def test_prescription_against_allergy_is_refused(world: World, admin: Person, patient: Person) -> None:
    doctor, chart = world.people["doctor"], f"/api/doctor/patients/{patient.id}"
    blank = made(doctor.http.get(chart), 200)
    assert (blank["allergy_status"], blank["allergies"], blank["problems"], blank["version"]) == ("not_asked", [], [], 1)
    none = made(put(doctor.http, f"{chart}/allergies", {"allergies": [], "no_known_allergies": True}, 1), 200)
    assert none == {"allergy_status": "none_known", "allergies": [], "checks": [], "version": 2}

    proven = {"certainty": "confirmed", "onset": "1999-03-01", "noted_on": "1999-03-02"}
    penicillin = {"substance": "Penicillin", "reaction": "Hives", "severity": "severe", **proven}
    latex = {"substance": "Latex", "reaction": None, "severity": "mild", "certainty": None, "onset": None, "noted_on": None}
    noted = made(put(doctor.http, f"{chart}/allergies", {"allergies": [penicillin, latex]}, 2), 200)
    checks = [(one["substance"], one["known"]) for one in noted.pop("checks")]
    assert checks == [("Penicillin", True), ("Latex", False)]
    written = [{**one, "emergency": False} for one in (penicillin, latex)]
    assert noted == {"allergy_status": "noted", "allergies": written, "version": 3}
    assert made(put(doctor.http, f"{chart}/allergies", {"allergies": [penicillin, latex]}, 3), 200).items() >= noted.items()
    stale = put(doctor.http, f"{chart}/problems", {"problems": []}, 2)
    assert (stale.status_code, stale.json()["version"]) == (412, 3)
    for wrong in (
        {"allergies": [latex], "no_known_allergies": True},
        {"allergies": [latex, {"substance": "LATEX", "severity": "mild"}]},
        {"allergies": [{**latex, "substance": "Jod-Lösung"}, {**latex, "substance": "jod loesung"}]},
        {"allergies": [{**latex, "noted_on": "2099-01-01"}]},
        {"allergies": [{**latex, "onset": "2099-01-01"}]},
        {"allergies": [{**latex, "certainty": "refuted"}]},
    ):
        assert doctor.http.put(f"{chart}/allergies", json=wrong).status_code == 422

    refused = prescribe(doctor, patient, "PENICILLIN V 1 Mega")
    assert (refused.status_code, refused.json()["code"]) == (409, "unsafe")
    assert made(doctor.http.get(chart), 200)["prescriptions"] == []
    assert made(prescribe(doctor, patient, "Ramipril 5 mg"))["override_reason"] is None

    problem = {"name": "Hypertension", "icd10": "I10", "status": "active", "since": "1995-06-01"}
    problems = put(doctor.http, f"{chart}/problems", {"problems": [problem]}, 3)
    kept = [problem | {"emergency": False}]
    assert (made(problems, 200), problems.headers["etag"]) == ({"problems": kept, "version": 4}, '"4"')
    assert doctor.http.put(f"{chart}/problems", json={"problems": [{**problem, "icd10": "high"}]}).status_code == 422
    whole = doctor.http.get(chart)
    assert whole.headers["etag"] == '"4"'
    assert [one["items"][0]["medicine"] for one in whole.json()["prescriptions"]] == ["Ramipril 5 mg"]
    assert {name: whole.json()[name] for name in ("allergies", "problems")} == {
        "allergies": noted["allergies"],
        "problems": kept,
    }


def test_chart_lists_every_kind_of_record(world: World) -> None:
    doctor, patient = world.people["doctor"], world.people["patient"]
    chart = Chart.model_validate_json(doctor.http.get(f"/api/doctor/patients/{patient.id}").content)
    assert (chart.patient.full_name, chart.patient.email) == ("Pia Novak", "pia@example.org")
    assert world.ids["prescription_id"] in [one.id for one in chart.prescriptions]
    assert world.ids["referral_id"] in [one.id for one in chart.referrals]
    [result] = [one for one in chart.results if one.id == world.ids["result_id"]]
    reviewed = made(doctor.http.get("/api/doctor/lab-results", params={"patient_id": patient.id}), 200)["items"]
    assert result.model_dump(mode="json").items() <= {one["id"]: one for one in reviewed}[result.id].items()
    [visit] = [one for one in chart.visits if one.id == world.ids["appointment_id"]]
    assert visit.notes is not None
    assert [visit.notes.text, *(addendum.text for addendum in visit.notes.addenda)] == ["BP 132/84. Continue.", "Call in a week."]


def test_patients_are_found_by_name_and_birthday(world: World, patient: Person, visit: dict[str, Any]) -> None:
    doctor = world.people["doctor"].http

    def found(**query: Any) -> list[str]:
        return [one["full_name"] for one in made(doctor.get("/api/doctor/patients", params=query), 200)["items"]]

    everybody = found(limit=100)
    assert everybody == sorted(everybody)
    assert {"Pia Novak", "Quinn O'Hara_100%"} <= set(everybody)
    assert found(q="o'hara_") == found(q="1977-07-07") == found(q=" 100% ") == ["Quinn O'Hara_100%"]
    assert found(q="%n_") == found(q="1977-07-08") == []
    pages: list[str] = []
    cursor = None
    while cursor or not pages:
        page = made(doctor.get("/api/doctor/patients", params={"limit": 1, **({"cursor": cursor} if cursor else {})}), 200)
        pages += [one["full_name"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert pages == everybody
    [quinn] = PatientsInCare.model_validate(made(doctor.get("/api/doctor/patients", params={"q": "Quinn"}), 200)).items
    assert (quinn.id, quinn.last_visit_at) == (patient.id, None)
    assert quinn.next_visit_at == datetime.fromisoformat(visit["starts_at"])
    assert set(quinn.allergies) <= {"Penicillin", "Latex"}


def test_cancelled_visit_gives_no_care_relationship(hospital: Hospital, world: World) -> None:
    doctor = world.people["doctor"]
    patient = hospital.register("rae@example.org", "Rae Cancels")
    at = free_times(patient.http, doctor.id, days=10)[30]
    chart = f"/api/doctor/patients/{patient.id}"
    assert doctor.http.get(chart).status_code == 404
    booked = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    assert doctor.http.get(chart).status_code == 200
    made(patient.http.put(f"/api/appointments/{booked['id']}/cancel"), 200)
    assert doctor.http.get(chart).status_code == 404
    assert doctor.http.put(f"{chart}/allergies", json={"allergies": []}).status_code == 404
    assert doctor.http.get("/api/doctor/patients", params={"q": "Rae"}).json()["items"] == []
    patient.http.close()
