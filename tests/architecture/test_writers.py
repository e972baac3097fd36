"""A service writes its own tables only. SQLite itself says who writes what: in every process, on every connection."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyotp import TOTP

from careplus_contracts.everything import ENDPOINTS, SERVICES
from careplus_tables import everything
from tests.gateway.journal import requested, said
from tests.hospital import ADMIN, PASSWORD, Hospital, free_times
from tests.mailbox import reset_code
from tests.world import World, build, made

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "idempotency_keys": "a kept answer is part of the act it answers, so it is in the acting service's transaction",
    "audit_events": "what was done and that it was done are one transaction",
    "audit_patients": "whom an event concerns is part of it",
}
"""Tables that others than their owner write, with the reason."""
LISTENER = Path(__file__).parent / "listener"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """A hospital whose processes note in `writes` who writes which table."""
    running = Hospital(tmp_path_factory.mktemp("hospital"), measured=True)
    before = running.environment.get("PYTHONPATH")
    running.extra["PYTHONPATH"] = f"{LISTENER}:{before}" if before else str(LISTENER)
    running.extra["WRITES_ARE_NOTED_IN"] = str(running.data / "writes")
    with running.founded():
        yield running


@pytest.fixture(scope="module")
def world(hospital: Hospital) -> Iterator[World]:
    """One of everything, and everything done once that can be done."""
    admin = hospital.sign_in(ADMIN)
    with build(hospital, admin) as built:
        do_the_rest(built, hospital)
        yield built


def do_the_rest(world: World, hospital: Hospital) -> None:
    """What building the world left undone."""
    ids, people = world.ids, world.people
    patient, doctor, lab, admin = (people[name].http for name in ("patient", "doctor", "lab", "admin"))
    visit, key = f"/api/appointments/{ids['appointment_id']}", {"Idempotency-Key": "writers"}
    times = [at.isoformat() for at in free_times(patient, ids["doctor_id"], days=10)[60:62]]
    made(patient.put(visit, json={"starts_at": times[0]}), 200)
    made(doctor.put(f"/api/doctor/appointments/{ids['appointment_id']}", json={"status": "confirmed"}), 200)
    made(patient.put(f"{visit}/cancel"), 200)
    made(patient.post("/api/appointments", json={"doctor_id": ids["doctor_id"], "starts_at": times[1]}, headers=key))
    assert doctor.delete(f"/api/doctor/time-off/{ids['time_off_id']}").status_code == 204
    profile = {"full_name": "Dr Ama Osei", "specialty": "Cardiology"}
    made(doctor.put("/api/doctor/profile", json=profile), 200)
    made(admin.put(f"/api/admin/doctors/{ids['doctor_id']}", json={**profile, "active": True}), 200)
    chart = f"/api/doctor/patients/{people['other_patient'].id}"
    made(doctor.post(f"{chart}/access", json={"reason": "Unconscious in the emergency room"}, headers=key))
    made(admin.put(f"/api/admin/accounts/{ids['account_id']}", json={"role": "patient", "active": False}), 200)
    called = {"patient_id": people["patient"].id, "doctor_id": people["other_doctor"].id, "starts_at": times[0]}
    arranged = made(admin.post("/api/admin/appointments", json=called, headers=key))
    made(admin.put(f"/api/admin/appointments/{arranged['id']}", json={"status": "arrived"}), 200)
    made(doctor.put(f"/api/doctor/prescriptions/{ids['prescription_id']}/stop"), 200)
    made(doctor.put(f"/api/doctor/referrals/{ids['referral_id']}", json={"status": "seen"}), 200)
    at = patient.get("/api/labs/slots", params={"day": times[0][:10]}).json()["items"][0]["starts_at"]
    booking = made(patient.post("/api/labs/bookings", json={"test_codes": ["CBC"], "starts_at": at}, headers=key))
    made(patient.put(f"/api/labs/bookings/{booking['id']}/cancel"), 200)
    made(doctor.post("/api/doctor/lab-orders", json={"patient_id": people["patient"].id, "test_codes": ["CRP"]}, headers=key))
    test = {"name": "Ours", "category": "ours", "specimen": "serum", "turnaround_hours": 4, "price_minor": 450}
    made(admin.post("/api/labs/tests", json={"code": "OURS", **test, "analytes": ["potassium"]}))
    made(admin.put("/api/labs/tests/OURS", json=test), 200)
    made(lab.put("/auth/me", json={"full_name": "Lea Labor"}), 200)
    use_a_session(hospital)
    use_an_account(world, hospital)


def use_a_session(hospital: Hospital) -> None:
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}
    with hospital.client() as browser:
        made(browser.post("/auth/login", json={"email": ADMIN, "password": PASSWORD}), 200)
        made(browser.post("/auth/refresh", headers=ours), 200)
        out = browser.post("/auth/logout", headers=ours)
    assert requested(said(hospital, out)) == [("POST", "/auth/logout", 204, "info")]


def use_an_account(world: World, hospital: Hospital) -> None:
    """A second factor switched on and off, another device signed out, and a password changed, forgotten and chosen anew."""
    person, old, new = hospital.register("ways@example.org", "Will Ways"), PASSWORD, "nine-loud-kestrels"
    secret = made(person.http.post("/auth/mfa", json={"password": old}))["secret"]
    codes = made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)["codes"]
    again = hospital.sign_in("ways@example.org", otp=codes[0])
    assert again.http.delete("/auth/mfa").status_code == 204
    sessions = made(again.http.get("/auth/sessions"), 200)["items"]
    other = next(session["id"] for session in sessions if not session["current"])
    assert again.http.delete(f"/auth/sessions/{other}").status_code == 204
    changed = again.http.post("/auth/password", json={"current_password": old, "new_password": new})
    assert changed.status_code == 204, changed.text
    assert again.http.post("/auth/password/forgot", json={"email": "ways@example.org"}).status_code == 204
    chosen = again.http.post("/auth/password/reset", json={"code": reset_code(hospital, "ways@example.org"), "new_password": old})
    assert chosen.status_code == 204, chosen.text
    # its line is the last that the log is asked for
    assert said(hospital, chosen)
    for one in (person, again):
        one.http.close()


def written(hospital: Hospital) -> set[tuple[str, str]]:
    """Which service wrote which table."""
    lines = [line.split() for line in (hospital.data / "writes").read_text().splitlines()]
    return {(service, table) for service, _, table in lines if service != "command"}


def strangers(writes: set[tuple[str, str]]) -> list[tuple[str, str]]:
    owners = everything.owners()
    return sorted((service, table) for service, table in writes if owners[table] != service and table not in ALLOWED)


def test_everything_that_can_be_done_was_done(world: World, hospital: Hospital) -> None:
    done = re.findall(r'"method": "(\w+)", "path": "([^"]+)", "status": (200|201|204)', hospital.log.read_text())
    for endpoint in ENDPOINTS:
        path = re.compile(re.sub(r"{\w+}", "[^/]+", endpoint.path))
        assert endpoint.method == "GET" or any(
            method == endpoint.method and path.fullmatch(asked) for method, asked, _ in done
        ), f"{endpoint.name}: do it in do_the_rest"


def test_nobody_writes_what_is_not_theirs(world: World, hospital: Hospital) -> None:
    writes = written(hospital)
    assert strangers(writes) == []
    assert {service for service, _ in writes} == set(SERVICES), "each was listened to"
    assert {table for _, table in writes} >= set(ALLOWED), "exceptions that nobody needs"


def test_a_stranger_is_noticed() -> None:
    assert strangers({("labs", "accounts"), ("labs", "lab_results"), ("labs", "idempotency_keys")}) == [("labs", "accounts")]


def rows(service: str) -> Iterator[tuple[Path, str, str]]:
    """Files of a service that make, insert, update or delete rows, with the row's class and its owner."""
    owners: dict[str, Any] = {
        name: file.OWNER for file in everything.FILES for name, kind in vars(file).items() if isinstance(kind, type)
    }
    for path in (ROOT / "services" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                verb = node.func.id in {"insert", "update", "delete"}
                named = node.args[0] if verb and node.args else node.func
                if isinstance(named, ast.Name) and named.id.endswith("Row") and named.id in owners:
                    yield path, named.id, owners[named.id]


@pytest.mark.parametrize("service", SERVICES)
def test_the_code_names_no_row_of_others_to_write(service: str) -> None:
    assert [(path.name, row) for path, row, owner in rows(service) if owner != service] == []


def test_writes_are_recognised_in_the_code() -> None:
    assert {row for service in SERVICES for _, row, _ in rows(service)} >= {"AppointmentRow", "LabResultRow", "InvitationRow"}
