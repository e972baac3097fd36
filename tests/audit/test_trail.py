"""The audit events of every endpoint, and their absence."""

import csv
import io
import random
import time
from itertools import count
from typing import Any

import pysqlite3
import pytest
from pyotp import TOTP

from careplus_auth.audit_file import COLUMNS, audit_file
from careplus_contracts.audit import AuditEvent
from careplus_contracts.endpoints import SIGNED_IN, Endpoint, Role
from careplus_contracts.everything import ENDPOINTS
from careplus_contracts.values import Justification
from careplus_runtime.audit import Auditor
from tests.acts.catalogue import act_of
from tests.attacks.hostile import HOSTILE, LINES, accepts
from tests.audit.trail import ask, of_request, rows, wait_until_sealed
from tests.hospital import ADMIN, PASSWORD, Hospital, Person
from tests.test_every_endpoint import named, path_of
from tests.world import World, made

numbers = count(1)


def fresh() -> str:
    return f"audit-test-{next(numbers):06}"


READS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET" and not endpoint.public and endpoint.service != "gateway"]


@pytest.mark.parametrize("endpoint", READS, ids=named)
def test_every_read_names_its_patients_or_says_why_not(endpoint: Endpoint[..., Any]) -> None:
    auditor = Auditor(endpoint)
    names_patients = auditor.patients_in is not None or "{patient_id}" in endpoint.path or endpoint.watched
    is_own_record = [role for role in Role if endpoint.admits(role)] == [Role.PATIENT]
    assert (names_patients or is_own_record) != bool(act_of(endpoint).no_patient) or endpoint.roles == SIGNED_IN


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET" and one.service != "gateway"], ids=named)
def test_reads_of_records_leave_one_event_and_others_none(world: World, hospital: Hospital, endpoint: Endpoint[..., Any]) -> None:
    for role in ("patient", "doctor", "lab", "admin"):
        if endpoint.public or not endpoint.admits(Role(role)) or endpoint.name == "search_patients":
            continue
        person, request_id = world.people[role], fresh()
        path = path_of(endpoint, world.ids) + act_of(endpoint).finds.format(**world.ids)
        answer = ask(person, "GET", path, request_id)
        assert answer.status_code == 200, answer.text
        found = of_request(hospital, request_id)
        if act_of(endpoint).no_patient:
            assert found == []
            continue
        if not found:
            assert answer.json()["items"] == [], "what shows a record is noted"
            continue
        [event] = found
        assert (event["account_id"], event["role"], event["action"], event["kind"]) == (person.id, role, endpoint.name, "read")
        assert (event["outcome"], event["service"], event["address"]) == ("ok", endpoint.service, "127.0.0.1")
        assert len(event["session_id"]) >= 16
        if role != "patient" and endpoint.name not in {"list_audit", "export_audit"}:
            assert world.ids["patient_id"] in event["patients"] or endpoint.name == "show_account"
        if endpoint.polled:
            again = fresh()
            unchanged = ask(person, "GET", path, again, headers={"If-None-Match": answer.headers["etag"]})
            assert (unchanged.status_code, of_request(hospital, again)) == (304, [])


def test_a_change_names_members_and_never_values(world: World, hospital: Hospital) -> None:
    doctor, request_id = world.people["doctor"], fresh()
    path = f"/api/doctor/patients/{world.ids['patient_id']}/problems"
    problems = [{"name": "Unlikely-word hypertension", "icd10": "I10", "status": "active"}]
    made(ask(doctor, "PUT", path, request_id, json={"problems": problems}), 200)
    [event] = of_request(hospital, request_id)
    assert (event["kind"], event["action"], event["members"], event["object_id"]) == (
        "change",
        "set_problems",
        "problems",
        str(world.ids["patient_id"]),
    )
    assert event["patients"] == [world.ids["patient_id"]]
    assert "Unlikely" not in repr(event)


def test_created_record_is_named_in_its_event(world: World, hospital: Hospital) -> None:
    doctor, request_id = world.people["doctor"], fresh()
    body = {"patient_id": world.ids["patient_id"], "to_external": "Radiology", "reason": "Film", "urgency": "routine"}
    referral = made(ask(doctor, "POST", "/api/doctor/referrals", request_id, json=body))
    [event] = of_request(hospital, request_id)
    assert (event["object_id"], event["patients"]) == (str(referral["id"]), [world.ids["patient_id"]])
    assert event["members"] == "patient_id reason to_external urgency"


def test_refusals_to_somebody_are_noted(world: World, hospital: Hospital, admin: Person) -> None:
    # a new doctor: earlier tests may have brought any patient into any doctor's care
    stranger = hospital.employ(admin, "surgeon@example.org", "Dr Sam Stranger", "Surgery")
    patient_id = world.people["other_patient"].id
    for path, about in ((f"/api/doctor/patients/{patient_id}", [patient_id]), (f"/api/doctor/patients/{2**62}", [2**62])):
        request_id = fresh()
        assert ask(stranger, "GET", path, request_id).status_code == 404
        [event] = of_request(hospital, request_id)
        assert (event["account_id"], event["outcome"], event["patients"]) == (stranger.id, "not_found", about)
    malformed, nobody = fresh(), fresh()
    assert ask(stranger, "GET", "/api/doctor/patients/none", malformed).status_code == 422
    with hospital.client() as http:
        assert http.get(f"/api/doctor/patients/{patient_id}", headers={"X-Request-Id": nobody}).status_code == 401
    stranger.http.close()
    assert of_request(hospital, malformed) == of_request(hospital, nobody) == []


def test_a_wrong_role_is_noted(world: World, hospital: Hospital) -> None:
    patient, request_id = world.people["other_patient"], fresh()
    assert ask(patient, "GET", "/api/admin/accounts", request_id).status_code == 403
    [event] = of_request(hospital, request_id)
    assert (event["account_id"], event["role"], event["action"]) == (patient.id, "patient", "list_accounts")
    assert (event["outcome"], event["kind"]) == ("forbidden", "read")


def test_signing_in_and_out_is_noted_without_the_address_of_mail(hospital: Hospital, admin: Person) -> None:
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}
    with hospital.client() as http:
        ids = [fresh() for _ in range(6)]
        for id_, email in zip(ids[:2], (ADMIN, "nobody@example.org"), strict=True):
            wrong = {"email": email, "password": "wrong-password"}
            assert http.post("/auth/login", json=wrong, headers={"X-Request-Id": id_}).status_code == 401
        good = http.post("/auth/login", json={"email": ADMIN, "password": PASSWORD}, headers={"X-Request-Id": ids[2]})
        assert good.status_code == 200
        assert http.post("/auth/refresh", headers={**ours, "X-Request-Id": ids[3]}).status_code == 200
        assert http.post("/auth/logout", headers={**ours, "X-Request-Id": ids[4]}).status_code == 204
        assert http.post("/auth/refresh", headers={**ours, "X-Request-Id": ids[5]}).status_code == 401
    events = [of_request(hospital, id_) for id_ in ids]
    assert [(one[0]["action"], one[0]["account_id"], one[0]["outcome"]) for one in events[:5] if one] == [
        ("login", admin.id, "invalid_credentials"),
        ("login", None, "invalid_credentials"),
        ("login", admin.id, "ok"),
        ("logout", admin.id, "ok"),
    ]
    assert events[3] == [], "staying signed in is no act"
    assert events[5] == [], "whoever shows nothing leaves nothing"
    assert events[2][0]["session_id"] == events[4][0]["session_id"]
    assert "example.org" not in repr(events)


def test_reused_refresh_token_is_audited_and_answered_alike(hospital: Hospital) -> None:
    person, request_id = hospital.register("twice@example.org", "Theo Twice"), "audit-test-twice"
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1", "X-Request-Id": request_id}
    with hospital.client() as http:
        made(http.post("/auth/login", json={"email": "twice@example.org", "password": PASSWORD}), 200)
        stolen = http.cookies["careplus-refresh"]
        for _ in range(2):
            made(http.post("/auth/refresh", headers=ours), 200)
    answers = []
    for token in (stolen, "invented"):
        with hospital.client() as thief:
            thief.cookies.set("careplus-refresh", token)
            answers.append(thief.post("/auth/refresh", headers=ours))
    told = [(one.status_code, one.content, {**one.headers, "date": "", "ratelimit": ""}) for one in answers]
    assert told[0] == told[1]
    [event] = of_request(hospital, request_id)
    assert (event["action"], event["account_id"], event["outcome"]) == ("refresh", person.id, "refresh_reused")
    person.http.close()


def test_an_event_has_its_seal_within_a_second(world: World, hospital: Hospital) -> None:
    waited = seconds_until_sealed(world, hospital, 20)
    # one of them may be late on a busy machine
    assert sorted(waited)[-2] < 1.0, waited


@pytest.mark.attack
def test_hundreds_of_events_have_their_seals_within_a_second(world: World, hospital: Hospital) -> None:
    waited = sorted(seconds_until_sealed(world, hospital, 200))
    assert waited[-3] < 1.0, waited


def seconds_until_sealed(world: World, hospital: Hospital, events: int) -> list[float]:
    """How long each of these had no seal, counted from before it was asked for. They come at odd times, so that rounds are met
    at every moment.
    """
    began: dict[str, float] = {}
    waited: dict[str, float] = {}
    ask_at = time.monotonic()
    while len(waited) < events:
        now = time.monotonic()
        if len(began) < events and now >= ask_at:
            request_id = fresh()
            began[request_id], ask_at = now, now + random.uniform(0, 0.2)
            assert ask(world.people["patient"], "GET", "/api/appointments", request_id).status_code == 200
        for request_id in began.keys() - waited.keys():
            if rows(hospital, "SELECT 1 FROM audit_seals JOIN audit_events ON id = event_id WHERE request_id = ?", request_id):
                waited[request_id] = time.monotonic() - began[request_id]
        assert now - ask_at < 20, "not sealed"
        time.sleep(0.01)
    return list(waited.values())


def test_audit_tables_are_append_only(hospital: Hospital, world: World) -> None:
    wait_until_sealed(hospital)
    connection = pysqlite3.connect(hospital.data / "careplus.db", isolation_level=None)
    for statement in (
        "UPDATE audit_events SET account_id = 1",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events LIMIT 1",
        "UPDATE audit_patients SET patient_id = 1",
        "DELETE FROM audit_patients",
        "INSERT OR REPLACE INTO audit_patients SELECT * FROM audit_patients LIMIT 1",
        "UPDATE audit_seals SET mac = x'00'",
        "DELETE FROM audit_seals",
        "INSERT OR REPLACE INTO audit_seals SELECT * FROM audit_seals LIMIT 1",
    ):
        with pytest.raises(pysqlite3.IntegrityError, match="append_only"):
            connection.execute(statement)
    connection.close()


def test_administrators_read_the_trail(world: World, hospital: Hospital, admin: Person) -> None:
    doctor, patient_id, request_id = world.people["doctor"], world.ids["patient_id"], fresh()
    made(ask(doctor, "GET", f"/api/doctor/patients/{patient_id}", request_id), 200)
    wait_until_sealed(hospital)
    asked = {"account_id": doctor.id, "patient_id": patient_id, "action": "show_chart", "outcome": "ok"}
    newest = made(admin.http.get("/api/admin/audit", params=asked), 200)["items"][0]
    assert (newest["request_id"], newest["account"]["full_name"]) == (request_id, "Dr Ama Osei")
    assert newest["patients"] == [{"id": patient_id, "full_name": "Pia Novak"}]
    assert newest["seal"] >= 1
    at = newest["at"]
    assert made(admin.http.get("/api/admin/audit", params={**asked, "from": at}), 200)["items"][0] == newest
    assert newest not in made(admin.http.get("/api/admin/audit", params={**asked, "to": at}), 200)["items"]
    pages: list[int] = []
    cursor = None
    while cursor or not pages:
        asked = {"limit": 7, "account_id": doctor.id, **({"cursor": cursor} if cursor else {})}
        page = made(admin.http.get("/api/admin/audit", params=asked), 200)
        pages += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    stored = rows(hospital, "SELECT id FROM audit_events WHERE account_id = ? ORDER BY id DESC", doctor.id)
    assert pages == [one["id"] for one in stored]
    assert ask(doctor, "GET", f"/api/doctor/patients/{2**62}", fresh()).status_code == 404
    refused = made(admin.http.get("/api/admin/audit", params={"outcome": "not_found", "limit": 1}), 200)
    assert [one["outcome"] for one in refused["items"]] == ["not_found"]


def test_the_file_for_spreadsheets(world: World, hospital: Hospital, admin: Person) -> None:
    patient = hospital.register("formula@example.org", "=1+1 Formula")
    assert patient.http.get("/api/appointments").status_code == 200
    request_id = fresh()
    answer = ask(admin, "GET", "/api/admin/audit.csv", request_id, params={"patient_id": patient.id})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {line["account"] for line in lines} == {"'=1+1 Formula"}
    assert {line["action"] for line in lines} == {"list_appointments", "login", "register"}
    assert [line["id"] for line in lines] == sorted((line["id"] for line in lines), key=int, reverse=True)
    [event] = of_request(hospital, request_id)
    assert (event["action"], event["account_id"]) == ("export_audit", admin.id)
    patient.http.close()


FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
REASONS = [text for text in HOSTILE if accepts(Justification, text)]


def cell(text: str) -> str:
    """Return the cell of the CSV file for a text."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def cells(file: str) -> list[list[str]]:
    """By line, read as RFC 4180 says, after looking that none has more or fewer columns."""
    head, *lines = csv.reader(io.StringIO(file, newline=""), strict=True)
    assert tuple(head) == COLUMNS
    assert {len(line) for line in lines} <= {len(COLUMNS)}
    return lines


def test_no_cell_is_a_formula_and_none_is_two() -> None:
    written = [*(f"{begins}1+1" for begins in FORMULAS), *HOSTILE]
    members = dict.fromkeys(("session_id", "address", "seal", "object_id"))
    said = {"action": "show_chart", "kind": "read", "outcome": "ok", "service": "doctors", "role": "doctor", "request_id": "r"}
    event: dict[str, Any] = {"at": "2030-01-07T09:00:00Z", "patients": [], "members": [], **said, **members}
    events = [
        AuditEvent.model_validate({**event, "id": number, "account": {"id": number, "full_name": text}, "reason": text})
        for number, text in enumerate(written, 1)
    ]
    lines = cells(audit_file(events))
    for name in ("account", "reason"):
        assert [line[COLUMNS.index(name)] for line in lines] == [cell(text) for text in written]
    assert not any(value.startswith(FORMULAS) for line in lines for value in line)


def test_names_and_reasons_in_the_file_for_spreadsheets(hospital: Hospital, admin: Person) -> None:
    reasons, names = ([text for text in texts if text.startswith(FORMULAS)] for texts in (REASONS, LINES))
    check_file(hospital, admin, [*reasons, *REASONS[::30]], [*names, *LINES[::30]])


@pytest.mark.attack
def test_every_name_and_reason_in_the_file_for_spreadsheets(hospital: Hospital, admin: Person) -> None:
    check_file(hospital, admin, REASONS, LINES)


def check_file(hospital: Hospital, admin: Person, reasons: list[str], names: list[str]) -> None:
    """Each reason for opening a chart in a line of its own, each name of the patient in every line."""
    number = next(numbers)
    doctor = hospital.employ(admin, f"curious-{number}@example.org", "Dr Cora Curious", "Surgery")
    patient = hospital.register(f"looked-at-{number}@example.org", "Lotte Looked-at")
    for reason in reasons:
        made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json={"reason": reason}))
    opened: dict[str, Any] = {"patient_id": patient.id, "action": "open_chart"}
    lines = cells(admin.http.get("/api/admin/audit.csv", params=opened).content.decode())
    assert [line[COLUMNS.index("reason")] for line in lines] == [cell(reason) for reason in reversed(reasons)]
    for changes, name in enumerate(names, 1):
        made(patient.http.put("/auth/me", json={"full_name": name}), 200)
        changed: dict[str, Any] = {"account_id": patient.id, "action": "update_me"}
        lines = cells(admin.http.get("/api/admin/audit.csv", params=changed).content.decode())
        assert [line[COLUMNS.index("account")] for line in lines] == [cell(name)] * changes
    doctor.http.close()
    patient.http.close()


def test_deletions_are_audited(hospital: Hospital, admin: Person) -> None:
    lab = hospital.invite(admin, "taken-away@example.org", "Tara Taken", "lab")
    other = hospital.sign_in("taken-away@example.org")
    [ended] = [one["id"] for one in made(lab.http.get("/auth/sessions"), 200)["items"] if not one["current"]]
    doctor = hospital.employ(admin, "taken-off@example.org", "Dr Off", "Surgery")
    off = {"starts_at": "2031-01-07T09:00:00Z", "ends_at": "2031-01-08T09:00:00Z"}
    time_off = made(doctor.http.post("/api/doctor/time-off", json=off))["id"]
    secret = made(lab.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(lab.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).at(int(time.time()), counter_offset=-1)}), 200)
    proved = hospital.sign_in("taken-away@example.org", otp=TOTP(secret).now())
    for person, path, name, object_id in (
        (lab, f"/auth/sessions/{ended}", "end_session", ended),
        (doctor, f"/api/doctor/time-off/{time_off}", "cancel_time_off", str(time_off)),
        (proved, "/auth/mfa", "remove_second_factor", None),
    ):
        request_id = fresh()
        answer = ask(person, "DELETE", path, request_id, **({"json": {"password": PASSWORD}} if path == "/auth/mfa" else {}))
        assert answer.status_code == 204, answer.text
        [event] = of_request(hospital, request_id)
        assert (event["action"], event["kind"], event["outcome"]) == (name, "change", "ok")
        assert (event["account_id"], event["object_id"]) == (person.id, object_id)
    for person in (lab, other, proved, doctor):
        person.http.close()


def test_access_log_lists_readers_of_own_record(world: World, hospital: Hospital) -> None:
    patient, doctor, lab = (world.people[name] for name in ("patient", "doctor", "lab"))
    made(doctor.http.get(f"/api/doctor/patients/{patient.id}"), 200)
    assert world.people["other_doctor"].http.get(f"/api/doctor/patients/{patient.id}").status_code == 404
    log = made(patient.http.get("/api/me/access-log", params={"limit": 100}), 200)["items"]
    assert (log[0]["action"], log[0]["by"], log[0]["role"], log[0]["kind"], log[0]["reason"]) == (
        "show_chart",
        {"id": doctor.id, "full_name": "Dr Ama Osei"},
        "doctor",
        "read",
        None,
    )
    assert lab.id in {one["by"]["id"] for one in log}
    assert patient.id not in {one["by"]["id"] for one in log}
    assert {"set_allergies", "prescribe", "verify_result"} <= {one["action"] for one in log}
    own = made(patient.http.get("/api/me/access-log", params={"own": True}), 200)["items"]
    assert own[0]["by"]["id"] == patient.id
    pages: list[int] = []
    cursor = None
    while cursor or not pages:
        page = made(patient.http.get("/api/me/access-log", params={"limit": 5, **({"cursor": cursor} if cursor else {})}), 200)
        pages += page["items"]
        cursor = page["next_cursor"]
    assert pages[: len(log)] == log or len(log) == 100
    strangers = made(world.people["other_patient"].http.get("/api/me/access-log"), 200)["items"]
    assert not {one["id"] for one in strangers} & {one["id"] for one in log if one["action"] == "show_chart"}
