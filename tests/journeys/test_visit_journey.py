"""From registration to a released laboratory result, in the order in which people do it."""

import json
from datetime import datetime

from careplus_contracts.appointments import Appointment
from tests.hospital import Hospital, Person, free_times, post_when_allowed
from tests.world import World, made


def test_patient_registers_books_and_reads_lab_result(hospital: Hospital, admin: Person, world: World) -> None:
    before = made(admin.http.get("/api/admin/stats"), 200)
    patient = hospital.register("noor@example.org", "Noor Haddad", date_of_birth="1984-05-17", sex="female")
    doctor, lab = world.people["doctor"], world.people["lab"]

    with hospital.client() as visitor:
        found = visitor.get("/api/doctors", params={"q": "osei"}).json()["items"]
        assert [one["id"] for one in found] == [doctor.id]
        assert found[0]["next_available"] is not None
    at = free_times(patient.http, doctor.id)[5]
    visit = made(
        patient.http.post(
            "/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat(), "reason": "Palpitations"}
        )
    )
    assert visit["status"] == "booked"
    assert at not in free_times(patient.http, doctor.id)

    address = f"/api/doctor/appointments/{visit['id']}"
    day = doctor.http.get("/api/doctor/appointments", params={"limit": 100}).json()["items"]
    assert any(one["id"] == visit["id"] and one["patient"]["date_of_birth"] == "1984-05-17" for one in day)
    assert made(doctor.http.put(address, json={"status": "confirmed"}), 200)["status"] == "confirmed"
    hospital.let_begin(visit["id"])
    for status in ("in_progress", "completed"):
        assert made(doctor.http.put(address, json={"status": status}), 200)["status"] == status
    refused = doctor.http.put(address, json={"status": "booked"})
    assert (refused.status_code, refused.json()["code"], refused.json()["legal"]) == (409, "illegal_transition", [])

    item = {
        "medicine": "Bisoprolol 2.5 mg",
        "dose": "1 tablet",
        "route": "oral",
        "frequency": "every morning",
        "duration_days": 30,
    }
    prescription = made(
        doctor.http.post(
            "/api/doctor/prescriptions", json={"patient_id": patient.id, "appointment_id": visit["id"], "items": [item]}
        )
    )
    assert made(patient.http.get(f"/api/prescriptions/{prescription['id']}"), 200)["items"][0]["medicine"] == item["medicine"]

    colleague = world.people["other_doctor"]
    referral = made(
        doctor.http.post(
            "/api/doctor/referrals",
            json={"patient_id": patient.id, "to_doctor_id": colleague.id, "reason": "Rash on the arm", "urgency": "urgent"},
        )
    )
    assert (
        made(colleague.http.put(f"/api/doctor/referrals/{referral['id']}", json={"status": "accepted"}), 200)["status"]
        == "accepted"
    )

    order = made(doctor.http.post("/api/doctor/lab-orders", json={"patient_id": patient.id, "test_codes": ["CBC"]}))
    for status in ("collected", "received", "in_progress"):
        made(lab.http.put(f"/api/labs/bookings/{order['id']}/status", json={"status": status}), 200)
    values = [
        {"analyte": "hemoglobin", "value": 10.1, "unit": "g/dL"},
        {"analyte": "platelets", "value": 5, "comparator": "<", "unit": "10*3/uL"},
    ]
    result = made(lab.http.post(f"/api/labs/bookings/{order['id']}/results", json={"test_code": "CBC", "observations": values}))
    assert [one["flag"] for one in result["observations"]] == ["low", "critical_low"]
    assert made(admin.http.get("/api/admin/stats"), 200)["waiting_results"] == before["waiting_results"] + 1
    made(lab.http.put(f"/api/labs/results/{result['id']}/verify"), 200)
    assert patient.http.get(f"/api/labs/results/{result['id']}").status_code == 404, "the patient reads it only after the release"
    action = {"action": "Called the patient: platelets today, then the emergency department."}
    made(doctor.http.put(f"/api/doctor/critical-results/{result['id']}", json=action), 200)
    review = {"comment": "Please come back on Monday.", "release": True}
    made(doctor.http.put(f"/api/doctor/lab-results/{result['id']}", json=review), 200)
    seen = made(patient.http.get(f"/api/labs/results/{result['id']}"), 200)
    assert (seen["comment"], seen["outside_range"], seen["critical"]) == ("Please come back on Monday.", 2, True)
    trend = made(patient.http.get("/api/labs/trends/hemoglobin"), 200)
    assert [point["value"] for point in trend["items"]] == [10.1]

    summary = made(patient.http.get("/api/me/summary"), 200)
    assert {"new_result", "referral_to_book"} <= {task["kind"] for task in summary["to_do"]}
    after = made(admin.http.get("/api/admin/stats"), 200)
    assert after["patients"] == before["patients"] + 1
    assert after["new_patients"] == before["new_patients"] + 1
    assert after["waiting_results"] == before["waiting_results"]
    assert after["by_status"]["completed"] == before["by_status"]["completed"] + 1
    was, now = ({one["doctor"]["id"]: one["completed"] for one in stats["by_doctor"]} for stats in (before, after))
    assert now[doctor.id] == was.get(doctor.id, 0) + 1
    assert sum(one["appointments"] for one in after["by_doctor"]) == after["appointments"]
    patient.http.close()


def test_visit_is_moved_and_cancelled(hospital: Hospital, world: World) -> None:
    doctor = world.people["doctor"]
    patient = hospital.register("mo@example.org", "Mo Farouk")
    first, second = free_times(patient.http, doctor.id)[20:22]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": first.isoformat()}))
    moved = patient.http.put(
        f"/api/appointments/{visit['id']}", json={"starts_at": second.isoformat()}, headers={"If-Match": '"1"'}
    )
    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"')
    assert first in free_times(patient.http, doctor.id)
    nowhere = second.replace(minute=second.minute + 1)
    refused = patient.http.put(f"/api/appointments/{visit['id']}", json={"starts_at": nowhere.isoformat()})
    assert (refused.status_code, refused.json()["code"], len(refused.json()["alternatives"])) == (409, "slot_taken", 5)
    assert datetime.fromisoformat(patient.http.get(f"/api/appointments/{visit['id']}").json()["starts_at"]) == second
    calendar = patient.http.get(f"/api/appointments/{visit['id']}/calendar.ics").text
    assert f"DTSTART:{second:%Y%m%dT%H%M%SZ}" in calendar
    cancelled = patient.http.put(f"/api/appointments/{visit['id']}/cancel", json={"reason": "I feel better"})
    again = patient.http.put(f"/api/appointments/{visit['id']}/cancel")
    assert cancelled.json() == again.json()
    assert (cancelled.json()["status"], cancelled.json()["cancelled_by"]) == ("cancelled", "patient")
    assert second in free_times(patient.http, doctor.id)
    listed = patient.http.get("/api/appointments", params={"status": "cancelled"}).json()["items"]
    assert [Appointment.model_validate_json(json.dumps(one)).id for one in listed] == [visit["id"]]
    lists = {when: patient.http.get("/api/appointments", params={"when": when}).json()["items"] for when in ("upcoming", "past")}
    assert {when: [one["id"] for one in items] for when, items in lists.items()} == {"upcoming": [], "past": [visit["id"]]}
    patient.http.close()


def test_time_off_lists_booked_visits_and_keeps_them(hospital: Hospital, admin: Person) -> None:
    doctor = hospital.add_doctor(admin, "away@example.org", "Dr Wen Away", "Neurology")
    patient = hospital.register("tia@example.org", "Tia Berg")
    at, following = free_times(patient.http, doctor.id)[10:12]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    away = {"starts_at": at.isoformat(), "ends_at": following.replace(hour=23, minute=59).isoformat()}
    taken = made(doctor.http.post("/api/doctor/time-off", json=away))
    assert [one["id"] for one in taken["to_move"]] == [visit["id"]]
    assert patient.http.get(f"/api/appointments/{visit['id']}").json()["status"] == "booked"
    assert following not in free_times(patient.http, doctor.id)
    assert doctor.http.delete(f"/api/doctor/time-off/{taken['id']}").status_code == 204
    assert following in free_times(patient.http, doctor.id)
    for person in (doctor, patient):
        person.http.close()


def test_one_key_books_once(hospital: Hospital, world: World) -> None:
    patient, doctor = hospital.register("kim@example.org", "Kim Ode"), world.people["other_doctor"]
    one, other = free_times(patient.http, doctor.id)[30:32]
    body = {"doctor_id": doctor.id, "starts_at": one.isoformat()}
    key = {"Idempotency-Key": "the same"}
    first, again = (patient.http.post("/api/appointments", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert (again.headers["idempotency-replayed"], again.headers["etag"]) == ("true", '"1"')
    reused = patient.http.post("/api/appointments", json={**body, "starts_at": other.isoformat()}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
    assert len(patient.http.get("/api/appointments").json()["items"]) == 1
    patient.http.close()


def test_session_cookie_is_usable_by_own_origin_only(hospital: Hospital) -> None:
    hospital.register("ida@example.org", "Ida Ruh").http.close()
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}
    with hospital.client() as browser:
        signed_in = browser.post("/auth/login", json={"email": "IDA@example.org", "password": "seven-quiet-herons"})
        cookie = signed_in.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/"))
        first = browser.cookies["careplus-refresh"]
        for missing in ({}, {"Origin": "https://evil.example", "X-CarePlus": "1"}, {"Origin": ours["Origin"]}):
            assert browser.post("/auth/refresh", headers=missing).status_code == 401
        assert browser.post("/auth/refresh", headers=ours).status_code == 200
        second = browser.cookies["careplus-refresh"]
        assert first != second
        browser.cookies.clear()
        assert browser.post("/auth/refresh", headers={**ours, "Cookie": f"careplus-refresh={first}"}).status_code == 200
        assert browser.cookies["careplus-refresh"] == second, "two tabs get the same successor"
        assert browser.post("/auth/refresh", headers=ours).status_code == 200
        browser.cookies.clear()
        stolen = browser.post("/auth/refresh", headers={**ours, "Cookie": f"careplus-refresh={first}"})
        assert stolen.status_code == 401
    with hospital.client() as browser:
        browser.post("/auth/login", json={"email": "ida@example.org", "password": "seven-quiet-herons"})
        kept = browser.cookies["careplus-refresh"]
        assert browser.post("/auth/logout", headers=ours).status_code == 204
        assert "careplus-refresh" not in browser.cookies
        assert browser.post("/auth/refresh", headers={**ours, "Cookie": f"careplus-refresh={kept}"}).status_code == 401


def test_staff_need_an_invitation(hospital: Hospital, admin: Person, world: World) -> None:
    body = {"email": "new@example.org", "password": "seven-quiet-herons", "full_name": "New Person", "role": "doctor"}
    with hospital.client() as visitor:
        refused = post_when_allowed(visitor, "/auth/register", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "invitation_required")
    assert post_when_allowed(world.people["patient"].http, "/auth/register", body).status_code == 403
    made(post_when_allowed(admin.http, "/auth/register", body))
    assert post_when_allowed(admin.http, "/auth/register", body).json()["code"] == "email_taken"
    invited = made(
        admin.http.post("/api/admin/invitations", json={"email": "tech@example.org", "full_name": "Tech", "role": "lab"})
    )
    with hospital.client() as visitor:
        accept = {**body, "email": "tech@example.org", "role": "lab", "invitation": invited["code"]}
        assert post_when_allowed(visitor, "/auth/register", {**accept, "email": "thief@example.org"}).status_code == 403
        assert post_when_allowed(visitor, "/auth/register", {**accept, "role": "admin"}).status_code == 403
        assert made(post_when_allowed(visitor, "/auth/register", accept))["role"] == "lab"
        assert post_when_allowed(visitor, "/auth/register", accept).status_code == 403, "one booking exists"
