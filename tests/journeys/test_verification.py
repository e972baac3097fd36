"""Verification: all normal results at once, and by a second person where the hospital wants one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hospital import ADMIN, Hospital, Person, free_times
from tests.world import World, made

VALUES = {"normal": 14.0, "low": 11.0, "critical": 4.0}


@pytest.fixture(scope="module", params=["never", "critical", "always"])
def policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def strict(policy: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield a world in a hospital with this policy, and a second person of the laboratory."""
    hospital = Hospital(tmp_path_factory.mktemp(policy), extra={"CAREPLUS_LAB_SECOND_VERIFICATION": policy})
    with hospital.running_with_admin():
        admin = hospital.sign_in(ADMIN)
        lab = hospital.invite(admin, "second@example.org", "Sam Second", "lab")
        doctor = hospital.add_doctor(admin, "doc@example.org", "Dr Dora Dee", "Cardiology")
        patient = hospital.register("pat@example.org", "Pat Penn", date_of_birth="1984-05-17", sex="female")
        first = hospital.invite(admin, "first@example.org", "Finn First", "lab")
        people = {"admin": admin, "lab": first, "second": lab, "doctor": doctor, "patient": patient}
        made(patient.http.post("/api/appointments", json=_visit(patient, doctor)))
        yield World(hospital, people)
        for person in people.values():
            person.http.close()


def _visit(patient: Person, doctor: Person) -> dict[str, Any]:
    at = free_times(patient.http, doctor.id, days=10)[20]
    return {"doctor_id": doctor.id, "starts_at": at.isoformat()}


def entered(world: World, value: float) -> dict[str, Any]:
    order = {"patient_id": world.people["patient"].id, "test_codes": ["CBC"]}
    booking = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))["id"]
    lab = world.people["lab"].http
    for status in ("collected", "received"):
        made(lab.put(f"/api/labs/bookings/{booking}/status", json={"status": status}), 200)
    body = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": value, "unit": "g/dL"}]}
    return made(lab.post(f"/api/labs/bookings/{booking}/results", json=body))


def needs_second(policy: str, kind: str) -> bool:
    return policy == "always" or (policy == "critical" and kind == "critical")


@pytest.mark.parametrize("kind", VALUES)
def test_person_who_entered_values_verifies_by_policy(strict: World, policy: str, kind: str) -> None:
    result = entered(strict, VALUES[kind])
    path = f"/api/labs/results/{result['id']}/verify"
    own = strict.people["lab"].http.put(path)
    if needs_second(policy, kind):
        assert (own.status_code, own.json()["code"]) == (409, "second_person_required")
        assert made(strict.people["second"].http.put(path), 200)["verified_by"]["full_name"] == "Sam Second"
    else:
        assert made(own, 200)["verified_by"]["full_name"] == "Finn First"


@pytest.mark.parametrize("kind", VALUES)
def test_correction_waits_for_second_person_by_policy(strict: World, policy: str, kind: str) -> None:
    lab, second, doctor = (strict.people[name].http for name in ("lab", "second", "doctor"))
    result = entered(strict, 13.0)
    path = f"/api/labs/results/{result['id']}"
    made(second.put(f"{path}/verify"), 200)
    made(doctor.put(f"/api/doctor/lab-results/{result['id']}", json={"release": True}), 200)
    before = made(lab.get(path), 200)
    body = {
        "observations": [{"analyte": "hemoglobin", "value": VALUES[kind], "unit": "g/dL"}],
        "reason": "Another specimen was measured.",
    }
    after = made(lab.post(f"{path}/correction", json=body))
    if not needs_second(policy, kind):
        assert (after["observations"][0]["value"], after["correction_waits_since"]) == (VALUES[kind], None)
        return
    assert after["correction_waits_since"] is not None
    assert after == {**before, "version": before["version"] + 1, "correction_waits_since": after["correction_waits_since"]}
    booking = f"/api/labs/bookings/{result['booking_id']}"
    waiting = made(lab.get(f"{path}/versions"), 200)["proposed"]
    assert (waiting["observations"][0]["value"], waiting["reason"]) == (VALUES[kind], body["reason"])
    assert made(strict.people["patient"].http.get(f"{path}/versions"), 200)["proposed"] is None
    own = lab.put(f"{path}/verify")
    assert (own.status_code, own.json()["code"]) == (409, "second_person_required")
    corrected = made(second.put(f"{path}/verify"), 200)
    assert (corrected["observations"][0]["value"], corrected["status"]) == (VALUES[kind], "released")
    assert [corrected[name]["full_name"] for name in ("corrected_by", "verified_by")] == ["Finn First", "Sam Second"]
    assert corrected["correction_waits_since"] is None
    assert len(made(lab.get(f"{path}/versions"), 200)["items"]) == 1
    # a panel of one value: the rest of the blood count was not measured
    assert made(lab.get(booking), 200)["status"] == "verified"


def test_verify_normal_verifies_normal_ones_and_says_why_not(strict: World, policy: str) -> None:
    lab, second = strict.people["lab"].http, strict.people["second"].http
    results = {kind: entered(strict, value) for kind, value in VALUES.items()}
    done = entered(strict, 14.0)
    made(second.put(f"/api/labs/results/{done['id']}/verify"), 200)
    listed = made(lab.get(f"/api/labs/bookings/{results['normal']['booking_id']}"), 200)["tests"][0]
    assert listed["to_verify"] == {"version": 1, "normal": True}
    stale = entered(strict, 14.0)
    wanted = [{"result_id": one["id"], "version": 1} for one in (*results.values(), done)]
    wanted += [{"result_id": stale["id"], "version": 2}, {"result_id": 2**40, "version": 1}]
    reasons = {results["low"]["id"]: "not_normal", results["critical"]["id"]: "not_normal", done["id"]: "closed"}
    reasons |= {stale["id"]: "changed", 2**40: "not_found"}

    own = made(lab.post("/api/labs/results/verify-normal", json={"results": wanted}), 200)
    mine = reasons | ({results["normal"]["id"]: "second_person"} if policy == "always" else {})
    assert {one["result_id"]: one["reason"] for one in own["left"]} == mine
    assert [one["result_id"] for one in own["verified"]] == ([] if policy == "always" else [results["normal"]["id"]])
    others = made(second.post("/api/labs/results/verify-normal", json={"results": wanted}), 200)
    again = reasons | ({} if policy == "always" else {results["normal"]["id"]: "closed"})
    assert {one["result_id"]: one["reason"] for one in others["left"]} == again
    shown = made(lab.get(f"/api/labs/results/{results['normal']['id']}"), 200)
    assert (shown["status"], shown["version"]) == ("verified", 2)


def test_verify_normal_names_each_result_once(strict: World) -> None:
    twice = {"results": [{"result_id": 1, "version": 1}] * 2}
    assert strict.people["lab"].http.post("/api/labs/results/verify-normal", json=twice).status_code == 422
