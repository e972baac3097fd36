"""The audit events of every kind of request, the endpoints that show them, and the CSV file."""

import csv
import io
import random
import time
from itertools import count
from typing import Any

import pytest
from pyotp import TOTP

from careplus_auth.audit.csv_export import COLUMNS, audit_csv
from careplus_contracts.audit import AuditEvent, Separator
from careplus_contracts.emergency import EmergencyReason
from careplus_contracts.endpoints import SIGNED_IN, Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import Line
from careplus_runtime.audit.recorder import Auditor
from tests import databases
from tests.acts.catalogue import act_of
from tests.attacks.hostile import EMERGENCY_REASONS, HOSTILE, LINES, stored
from tests.audit.audit_rows import ask, of_request, rows, wait_until_chained
from tests.hospital import ADMIN, DETAILS, PASSWORD, Hospital, Person
from tests.test_every_endpoint import named, path_of
from tests.world import World, made

numbers = count(1)


def new_request_id() -> str:
    return f"audit-test-{next(numbers):06}"


READS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET" and not endpoint.public and endpoint.service != "gateway"]


@pytest.mark.parametrize("endpoint", READS, ids=named)
def test_every_read_names_its_patients_or_is_exempt(endpoint: Endpoint[..., Any]) -> None:
    auditor = Auditor(endpoint)
    names_patients = auditor.patient_ids_in is not None or "{patient_id}" in endpoint.path or endpoint.always_audited
    is_own_record = [role for role in Role if endpoint.admits(role)] == [Role.PATIENT]
    assert (names_patients or is_own_record) != bool(act_of(endpoint).no_patient) or endpoint.roles == SIGNED_IN


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET" and one.service != "gateway"], ids=named)
def test_read_of_a_record_leaves_one_event(world: World, hospital: Hospital, endpoint: Endpoint[..., Any]) -> None:
    for role in ("patient", "doctor", "lab", "reception", "admin"):
        if endpoint.public or not endpoint.admits(Role(role)) or endpoint.name == "search_patients":
            continue
        person, request_id = world.people[role], new_request_id()
        path = path_of(endpoint, world.ids) + act_of(endpoint).finds.format(**world.ids)
        answer = ask(person, "GET", path, request_id)
        assert answer.status_code == 200, answer.text
        found = of_request(hospital, request_id)
        if act_of(endpoint).no_patient:
            # a patient's own read is recorded
            assert [one["patients"] for one in found] in ([], [[]])
            continue
        if not found:
            assert (answer.json().get("items") or answer.json().get("to_move") or []) == [], "a read of a record needs an event"
            continue
        [event] = found
        assert (event["account_id"], event["role"], event["action"], event["kind"]) == (person.id, role, endpoint.name, "read")
        assert (event["outcome"], event["service"], event["address"]) == ("ok", endpoint.service, "127.0.0.1")
        assert len(event["session_id"]) >= 16
        if role != "patient" and endpoint.name not in {"list_audit", "export_audit"}:
            assert patients_read(world, endpoint, answer.json()) <= set(event["patients"])
        if endpoint.conditional:
            again = new_request_id()
            unchanged = ask(person, "GET", path, again, headers={"If-None-Match": answer.headers["etag"]})
            assert (unchanged.status_code, of_request(hospital, again)) == (304, [])


def patients_read(world: World, endpoint: Endpoint[..., Any], answer: dict[str, Any]) -> set[int]:
    """Return patients that the event of a staff member's read must name."""
    if endpoint.name == "list_emergency_access":
        # the opened charts are those of other patients
        return {one["patient"]["id"] for one in answer["items"]}
    if endpoint.name == "show_board":
        return {visit["patient"]["id"] for column in answer["items"] for visit in column["visits"]}
    if endpoint.name == "show_merge":
        return {answer["kept"]["id"], answer["merged"]["id"]}
    if endpoint.name == "list_duplicates":
        return {one["record"]["id"] for one in answer["items"]}
    return {world.ids["account_id" if "{account_id}" in endpoint.path else "patient_id"]}


def test_change_event_names_members_without_values(world: World, hospital: Hospital) -> None:
    doctor, request_id = world.people["doctor"], new_request_id()
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


def test_create_event_names_the_new_object(world: World, hospital: Hospital) -> None:
    doctor, request_id = world.people["doctor"], new_request_id()
    body = {"patient_id": world.ids["patient_id"], "to_external": "Radiology", "reason": "Film", "urgency": "routine"}
    referral = made(ask(doctor, "POST", "/api/doctor/referrals", request_id, json=body))
    [event] = of_request(hospital, request_id)
    assert (event["object_id"], event["patients"]) == (str(referral["id"]), [world.ids["patient_id"]])
    assert event["members"] == "patient_id reason to_external urgency"


def test_refusal_to_known_caller_is_audited(world: World, hospital: Hospital, admin: Person) -> None:
    # a new doctor: earlier tests may have made each other doctor treat each patient
    stranger = hospital.add_doctor(admin, "surgeon@example.org", "Dr Sam Stranger", "Surgery")
    patient_id = world.people["other_patient"].id
    for path, patients in ((f"/api/doctor/patients/{patient_id}", [patient_id]), (f"/api/doctor/patients/{2**62}", [2**62])):
        request_id = new_request_id()
        assert ask(stranger, "GET", path, request_id).status_code == 404
        [event] = of_request(hospital, request_id)
        assert (event["account_id"], event["outcome"], event["patients"]) == (stranger.id, "not_found", patients)
    malformed, anonymous = new_request_id(), new_request_id()
    assert ask(stranger, "GET", "/api/doctor/patients/none", malformed).status_code == 422
    with hospital.client() as http:
        assert http.get(f"/api/doctor/patients/{patient_id}", headers={"X-Request-Id": anonymous}).status_code == 401
    stranger.http.close()
    assert of_request(hospital, malformed) == of_request(hospital, anonymous) == []


def test_wrong_role_is_audited(world: World, hospital: Hospital) -> None:
    patient, request_id = world.people["other_patient"], new_request_id()
    assert ask(patient, "GET", "/api/admin/accounts", request_id).status_code == 403
    [event] = of_request(hospital, request_id)
    assert (event["account_id"], event["role"], event["action"]) == (patient.id, "patient", "list_accounts")
    assert (event["outcome"], event["kind"]) == ("forbidden", "read")


def test_sign_in_and_out_are_audited_without_email(hospital: Hospital, admin: Person) -> None:
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}
    with hospital.client() as http:
        ids = [new_request_id() for _ in range(6)]
        for id_, email in zip(ids[:2], (ADMIN, "nobody@example.org"), strict=True):
            wrong = {"email": email, "password": "wrong-password"}
            assert http.post("/auth/login", json=wrong, headers={"X-Request-Id": id_}).status_code == 401
        signed_in = http.post("/auth/login", json={"email": ADMIN, "password": PASSWORD}, headers={"X-Request-Id": ids[2]})
        assert signed_in.status_code == 200
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
    assert events[3] == [], "renewing a session is not audited"
    assert events[5] == [], "an anonymous request is not audited"
    assert events[2][0]["session_id"] == events[4][0]["session_id"]
    assert "example.org" not in repr(events)


def test_reused_refresh_token_is_audited_and_not_revealed(hospital: Hospital) -> None:
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
    visible = [(one.status_code, one.content, {**one.headers, "date": "", "ratelimit": ""}) for one in answers]
    assert visible[0] == visible[1]
    [event] = of_request(hospital, request_id)
    assert (event["action"], event["account_id"], event["outcome"]) == ("refresh", person.id, "refresh_reused")
    person.http.close()


def test_event_has_its_link_within_a_second(world: World, hospital: Hospital) -> None:
    waited = seconds_until_linked(world, hospital, 20)
    # two outliers are allowed on a busy machine
    assert sorted(waited)[-2] < 1.0, waited


@pytest.mark.attack
def test_hundreds_of_events_have_links_within_a_second(world: World, hospital: Hospital) -> None:
    waited = sorted(seconds_until_linked(world, hospital, 200))
    assert waited[-3] < 1.0, waited


def seconds_until_linked(world: World, hospital: Hospital, events: int) -> list[float]:
    """Return the seconds from each request to the link of its event.

    Requests start at random intervals, at any phase of the chain writer's period.
    """
    started: dict[str, float] = {}
    waited: dict[str, float] = {}
    ask_at = time.monotonic()
    while len(waited) < events:
        now = time.monotonic()
        if len(started) < events and now >= ask_at:
            request_id = new_request_id()
            started[request_id], ask_at = now, now + random.uniform(0, 0.2)
            assert ask(world.people["patient"], "GET", "/api/appointments", request_id).status_code == 200
        for request_id in started.keys() - waited.keys():
            if rows(hospital, "SELECT 1 FROM audit_links JOIN audit_events ON id = event_id WHERE request_id = ?", request_id):
                waited[request_id] = time.monotonic() - started[request_id]
        assert now - ask_at < 20, "no link within 20 s"
        time.sleep(0.01)
    return list(waited.values())


def test_audit_tables_are_append_only(hospital: Hospital, world: World) -> None:
    wait_until_chained(hospital)
    for table, column in (("audit_events", "account_id"), ("audit_patients", "patient_id"), ("audit_links", "mac")):
        replaced = [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"] if databases.IS_SQLITE else []
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", *replaced):
            with pytest.raises(databases.Refused, match="append_only"):
                databases.execute(hospital.database, statement)


def test_admin_filters_and_pages_the_trail(world: World, hospital: Hospital, admin: Person) -> None:
    doctor, patient_id, request_id = world.people["doctor"], world.ids["patient_id"], new_request_id()
    made(ask(doctor, "GET", f"/api/doctor/patients/{patient_id}", request_id), 200)
    wait_until_chained(hospital)
    query = {"account_id": doctor.id, "patient_id": patient_id, "action": "show_chart", "outcome": "ok"}
    newest = made(admin.http.get("/api/admin/audit", params=query), 200)["items"][0]
    assert (newest["request_id"], newest["account"]["full_name"]) == (request_id, "Dr Ama Osei")
    assert newest["patients"] == [{"id": patient_id, "full_name": "Pia Novak"}]
    assert newest["seal"] >= 1
    at = newest["at"]
    assert made(admin.http.get("/api/admin/audit", params={**query, "from": at}), 200)["items"][0] == newest
    assert newest not in made(admin.http.get("/api/admin/audit", params={**query, "to": at}), 200)["items"]
    pages: list[int] = []
    cursor = None
    while cursor or not pages:
        query = {"limit": 7, "account_id": doctor.id, **({"cursor": cursor} if cursor else {})}
        page = made(admin.http.get("/api/admin/audit", params=query), 200)
        pages += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    stored = rows(hospital, "SELECT id FROM audit_events WHERE account_id = ? ORDER BY id DESC", doctor.id)
    assert pages == [one["id"] for one in stored]
    assert ask(doctor, "GET", f"/api/doctor/patients/{2**62}", new_request_id()).status_code == 404
    refused = made(admin.http.get("/api/admin/audit", params={"outcome": "not_found", "limit": 1}), 200)
    assert [one["outcome"] for one in refused["items"]] == ["not_found"]


def test_csv_has_the_filtered_events_newest_first(world: World, hospital: Hospital, admin: Person) -> None:
    patient = hospital.register("formula@example.org", "=1+1 Formula")
    assert patient.http.get("/api/appointments").status_code == 200
    request_id = new_request_id()
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
REASONS = EMERGENCY_REASONS


def cell(text: str) -> str:
    """Return the text as the CSV file holds it."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def cells(file: str, separator: str = ",") -> list[list[str]]:
    """Return the cells by line, parsed as in RFC 4180, after a check that each line has all columns."""
    head, *lines = csv.reader(io.StringIO(file, newline=""), strict=True, delimiter=separator)
    assert tuple(head) == COLUMNS
    assert {len(line) for line in lines} <= {len(COLUMNS)}
    return lines


def test_csv_escapes_formulas_and_keeps_columns() -> None:
    texts = [*(f"{begins}1+1" for begins in FORMULAS), *HOSTILE]
    members = dict.fromkeys(("session_id", "address", "seal", "object_id"))
    values = {"action": "show_chart", "kind": "read", "outcome": "ok", "service": "doctors", "role": "doctor", "request_id": "r"}
    event: dict[str, Any] = {"at": "2030-01-07T09:00:00Z", "patients": [], "members": [], **values, **members}
    events = [
        AuditEvent.model_validate({**event, "id": number, "account": {"id": number, "full_name": text}, "reason": text})
        for number, text in enumerate(texts, 1)
    ]
    for separator, character in ((Separator.COMMA, ","), (Separator.SEMICOLON, ";")):
        lines = cells(audit_csv(events, separator), character)
        for name in ("account", "reason"):
            assert [line[COLUMNS.index(name)] for line in lines] == [cell(text) for text in texts]
        assert not any(value.startswith(FORMULAS) for line in lines for value in line)


def test_csv_has_the_wanted_separator(world: World, hospital: Hospital, admin: Person) -> None:
    patient = hospital.register("separator@example.org", "One, Two; Three")
    query: dict[str, Any] = {"patient_id": patient.id, "action": "register"}
    for wanted, character in (({}, ","), ({"separator": "comma"}, ","), ({"separator": "semicolon"}, ";")):
        answer = admin.http.get("/api/admin/audit.csv", params={**query, **wanted})
        assert answer.text.startswith(character.join(COLUMNS))
        [line] = cells(answer.content.decode(), character)
        assert line[COLUMNS.index("account")] == "One, Two; Three"
    assert admin.http.get("/api/admin/audit.csv", params={**query, "separator": "|"}).status_code == 422
    assert admin.http.get("/api/admin/audit", params={"separator": "comma"}).status_code == 422
    patient.http.close()


def test_csv_escapes_names_and_reasons(hospital: Hospital, admin: Person) -> None:
    reasons, names = ([text for text in texts if text.startswith(FORMULAS)] for texts in (REASONS, LINES))
    assert_csv_escapes(hospital, admin, [*reasons, *REASONS[::30]], [*names, *LINES[::30]])


@pytest.mark.attack
def test_csv_escapes_every_hostile_name_and_reason(hospital: Hospital, admin: Person) -> None:
    assert_csv_escapes(hospital, admin, REASONS, LINES)


def assert_csv_escapes(hospital: Hospital, admin: Person, reasons: list[str], names: list[str]) -> None:
    """Check the line of each break-glass reason, and the patient's name in every line after each change of it."""
    number = next(numbers)
    doctor = hospital.add_doctor(admin, f"curious-{number}@example.org", "Dr Cora Curious", "Surgery")
    patient = hospital.register(f"looked-at-{number}@example.org", "Lotte Looked-at")
    for reason in reasons:
        who = {"full_name": "Lotte Looked-at", "date_of_birth": DETAILS["date_of_birth"]}
        made(doctor.http.post(f"/api/doctor/patients/{patient.id}/access", json={**who, "reason": reason}))
    opened: dict[str, Any] = {"patient_id": patient.id, "action": "open_chart"}
    lines = cells(admin.http.get("/api/admin/audit.csv", params=opened).content.decode())
    kept = [cell(stored(EmergencyReason, reason)) for reason in reversed(reasons)]
    assert [line[COLUMNS.index("reason")] for line in lines] == kept
    for changes, name in enumerate(names, 1):
        hospital.rename(admin, patient.id, name)
        made(patient.http.put("/auth/me", json={}), 200)
        changed: dict[str, Any] = {"account_id": patient.id, "action": "update_me"}
        lines = cells(admin.http.get("/api/admin/audit.csv", params=changed).content.decode())
        assert [line[COLUMNS.index("account")] for line in lines] == [cell(stored(Line, name))] * changes
    doctor.http.close()
    patient.http.close()


def test_deletions_are_audited(hospital: Hospital, admin: Person) -> None:
    lab = hospital.invite(admin, "taken-away@example.org", "Tara Taken", "lab")
    other = hospital.sign_in("taken-away@example.org")
    [ended] = [one["id"] for one in made(lab.http.get("/auth/sessions"), 200)["items"] if not one["current"]]
    # before the second factor is on, because that ends other sessions
    assert_deletion_is_audited(hospital, lab, f"/auth/sessions/{ended}", "end_session", ended)
    doctor = hospital.add_doctor(admin, "taken-off@example.org", "Dr Off", "Surgery")
    off = {"starts_at": "2031-01-07T09:00:00Z", "ends_at": "2031-01-08T09:00:00Z"}
    time_off = made(doctor.http.post("/api/doctor/time-off", json=off))["id"]
    secret = made(lab.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(lab.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).at(int(time.time()), counter_offset=-1)}), 200)
    proved = hospital.sign_in("taken-away@example.org", otp=TOTP(secret).now())
    assert_deletion_is_audited(hospital, doctor, f"/api/doctor/time-off/{time_off}", "cancel_time_off", str(time_off))
    assert_deletion_is_audited(hospital, proved, "/auth/mfa", "remove_second_factor", None)
    for person in (lab, other, proved, doctor):
        person.http.close()


def assert_deletion_is_audited(hospital: Hospital, person: Person, path: str, name: str, object_id: str | None) -> None:
    request_id = new_request_id()
    answer = ask(person, "DELETE", path, request_id)
    assert answer.status_code == 204, answer.text
    [event] = of_request(hospital, request_id)
    assert (event["action"], event["kind"], event["outcome"]) == (name, "change", "ok")
    assert (event["account_id"], event["object_id"]) == (person.id, object_id)


def access_log(patient: Person, limit: int) -> list[dict[str, Any]]:
    """Return the whole log, read in pages of `limit` lines."""
    lines: list[dict[str, Any]] = []
    cursor = None
    while cursor or not lines:
        query = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = made(patient.http.get("/api/me/access-log", params=query), 200)
        lines += page["items"]
        cursor = page["next_cursor"]
    return lines


def test_access_log_shows_staff_reads_to_the_patient(world: World, hospital: Hospital, admin: Person) -> None:
    patient, doctor, lab = (world.people[name] for name in ("patient", "doctor", "lab"))
    made(doctor.http.get(f"/api/doctor/patients/{patient.id}"), 200)
    # a new doctor: earlier tests may have made each other doctor treat each patient
    stranger = hospital.add_doctor(admin, "not-treating@example.org", "Dr Nora Not-treating", "Surgery")
    assert stranger.http.get(f"/api/doctor/patients/{patient.id}").status_code == 404
    stranger.http.close()
    log = access_log(patient, limit=100)
    assert (log[0]["action"], log[0]["by"], log[0]["role"], log[0]["kind"], log[0]["reason"]) == (
        "show_chart",
        {"id": doctor.id, "full_name": "Dr Ama Osei"},
        "doctor",
        "read",
        None,
    )
    assert lab.id in {one["by"]["id"] for one in log}
    assert stranger.id not in {one["by"]["id"] for one in log}
    assert patient.id not in {one["by"]["id"] for one in log}
    assert {"set_allergies", "prescribe", "verify_result"} <= {one["action"] for one in log}
    own = made(patient.http.get("/api/me/access-log", params={"own": True}), 200)["items"]
    assert own[0]["by"]["id"] == patient.id
    assert access_log(patient, limit=5) == log
    strangers = made(world.people["other_patient"].http.get("/api/me/access-log"), 200)["items"]
    assert not {one["id"] for one in strangers} & {one["id"] for one in log if one["action"] == "show_chart"}
