"""The doctor's inbox of results: one responsible doctor, marks of each doctor, order, counts, and release in one step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

INBOX = "/api/doctor/lab-results"
NORMAL, LOW, CRITICAL = 13.2, 10.4, 3.1


@dataclass
class Inbox:
    """A responsible doctor, a colleague with the same patients in care, and a doctor without a relation to them."""

    hospital: Hospital
    doctor: Person
    colleague: Person
    stranger: Person
    lab: Person
    admin: Person
    patients: list[Person] = field(default_factory=list)

    def patient(self, name: str = "Ida Quist", **more: Any) -> Person:
        email = f"inbox-{len(self.patients)}@example.org"
        details = {"date_of_birth": "1984-05-17", "sex": "female", **more}
        patient = self.hospital.register(email, name, **details)
        self.patients.append(patient)
        for number, doctor in enumerate((self.doctor, self.colleague)):
            at = free_times(patient.http, doctor.id, days=12)[-1 - len(self.patients) - 40 * number]
            made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
        return patient

    def result(self, patient: Person, value: float = NORMAL, *, ordered: bool = True, **more: Any) -> int:
        """Return the id of a verified hemoglobin."""
        body = {"patient_id": patient.id, "test_codes": ["CBC"]}
        if ordered:
            order = made(self.doctor.http.post("/api/doctor/lab-orders", json=body))
        else:
            slot = next(one for one in made(patient.http.get("/api/labs/slots", params={"day": self.day()}), 200)["items"])
            order = made(patient.http.post("/api/labs/bookings", json={"test_codes": ["CBC"], "starts_at": slot["starts_at"]}))
        for status in ("collected", "received", "in_progress"):
            made(self.lab.http.put(f"/api/labs/bookings/{order['id']}/status", json={"status": status}), 200)
        observation = {"analyte": "hemoglobin", "value": value, "unit": "g/dL", **more}
        entered = {"test_code": "CBC", "observations": [observation]}
        result = made(self.lab.http.post(f"/api/labs/bookings/{order['id']}/results", json=entered))
        made(self.lab.http.put(f"/api/labs/results/{result['id']}/verify"), 200)
        return int(result["id"])

    def correct(self, result_id: int, value: float) -> None:
        body = {"observations": [{"analyte": "hemoglobin", "value": value, "unit": "g/dL"}], "reason": "Two digits were swapped."}
        version = made(self.doctor.http.get(f"{INBOX}/{result_id}"), 200)["version"]
        headers = {"If-Match": f'"{version}"'}
        made(self.lab.http.post(f"/api/labs/results/{result_id}/correction", json=body, headers=headers))

    def day(self) -> str:
        return free_times(self.patients[0].http, self.doctor.id, days=10)[-1].date().isoformat()

    def change(self, statement: str, *values: Any) -> None:
        databases.execute(self.hospital.database, statement, *values)


@pytest.fixture(scope="module")
def inbox(hospital: Hospital, world: World) -> Iterator[Inbox]:
    admin = world.people["admin"]
    doctors = [
        hospital.add_doctor(admin, f"{name}-inbox@example.org", f"Dr {name} Inbox", specialty)
        for name, specialty in (("Ada", "Nephrology"), ("Ben", "Urology"), ("Cem", "Neurology"))
    ]
    opened = Inbox(hospital, doctors[0], doctors[1], doctors[2], world.people["lab"], admin)
    yield opened
    for person in (*doctors, *opened.patients):
        person.http.close()


def listed(person: Person, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = made(person.http.get(INBOX, params={"limit": 100, **query}), 200)["items"]
    return items


def ids(person: Person, **query: Any) -> list[int]:
    return [one["id"] for one in listed(person, **query)]


def counts(person: Person, **query: Any) -> dict[str, Any]:
    return made(person.http.get(f"{INBOX}/counts", params=query), 200)


def review(person: Person, result_id: int, **body: Any) -> Any:
    return person.http.put(f"{INBOX}/{result_id}", json=body)


def test_look_of_another_doctor_hides_no_result(inbox: Inbox) -> None:
    patient = inbox.patient()
    result = inbox.result(patient, CRITICAL)
    assert result not in ids(inbox.colleague), "it is the inbox of the ordering doctor"
    assert result in ids(inbox.colleague, scope="care")
    seen = made(review(inbox.colleague, result, seen=True), 200)
    assert seen["seen_at"] is not None
    assert result not in ids(inbox.colleague, scope="care", seen=False)
    assert result in ids(inbox.doctor, seen=False)
    [mine] = [one for one in listed(inbox.doctor, seen=False) if one["id"] == result]
    assert (mine["seen_at"], [one["doctor"]["id"] for one in mine["seen_by"]]) == (None, [inbox.colleague.id])
    assert (mine["responsible"], seen["responsible"]) == (True, False)
    assert made(review(inbox.doctor, result, seen=True), 200)["version"] == seen["version"], "a look is no change"
    assert result not in ids(inbox.doctor, seen=False)


def test_only_the_responsible_doctor_comments_and_releases(inbox: Inbox) -> None:
    result = inbox.result(inbox.patient())
    for body in ({"comment": "Fine."}, {"release": True}):
        refused = review(inbox.colleague, result, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_responsible"), refused.text
        assert refused.json()["responsible"]["id"] == inbox.doctor.id
        assert review(inbox.stranger, result, **body).status_code == 404
    assert inbox.stranger.http.get(f"{INBOX}/{result}").status_code == 404
    assert made(inbox.colleague.http.get(f"{INBOX}/{result}"), 200)["status"] == "verified"
    assert made(review(inbox.doctor, result, comment="Fine.", release=True), 200)["comment"] == "Fine."


def test_seen_is_taken_back_within_the_clinic_day(inbox: Inbox) -> None:
    result = inbox.result(inbox.patient())
    assert made(review(inbox.doctor, result, seen=False), 200)["seen_at"] is None, "without effect"
    made(review(inbox.doctor, result, seen=True), 200)
    assert result not in ids(inbox.doctor, seen=False)
    assert made(review(inbox.doctor, result, seen=False), 200)["seen_at"] is None
    assert result in ids(inbox.doctor, seen=False)
    made(review(inbox.doctor, result, seen=True), 200)
    inbox.change("UPDATE result_reviews SET seen_at = '2026-01-02T10:00:00Z' WHERE result_id = ?", result)
    late = review(inbox.doctor, result, seen=False)
    assert (late.status_code, late.json()["code"]) == (409, "seen_earlier")
    assert "seen=true" in late.json()["detail"]
    assert result not in ids(inbox.doctor, seen=False)


def test_result_verified_again_is_unseen(inbox: Inbox) -> None:
    result = inbox.result(inbox.patient())
    made(review(inbox.doctor, result, seen=True), 200)
    inbox.change("UPDATE lab_results SET verified_at = '2040-01-02T10:00:00Z', version = version + 1 WHERE id = ?", result)
    assert result in ids(inbox.doctor, seen=False)
    assert result not in ids(inbox.doctor, seen=True)
    made(review(inbox.doctor, result, seen=True), 200)
    assert result not in ids(inbox.doctor, seen=False)


def test_inbox_is_ordered_over_all_pages(inbox: Inbox) -> None:
    first, other = inbox.patient("Una First"), inbox.patient("Uwe Other")
    values = [
        (first, NORMAL, 1),
        (other, CRITICAL, 2),
        (first, LOW, 3),
        (first, CRITICAL, 4),
        (other, NORMAL, 5),
        (other, LOW, 6),
    ]
    found = {}
    for patient, value, day in values:
        found[day] = inbox.result(patient, value)
        inbox.change("UPDATE lab_results SET specimen_at = ? WHERE id = ?", f"2026-02-0{day}T08:00:00Z", found[day])
    expected = [found[day] for day in (4, 2, 6, 3, 5, 1)]
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while cursor or not seen:
        page = made(inbox.doctor.http.get(INBOX, params={"limit": 2, "seen": "false", **cursor}), 200)
        seen += [one["id"] for one in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert [id_ for id_ in seen if id_ in expected] == expected
    of_patient = {"critical": 1, "outside_range": 1, "rest": 1}
    found_counts = counts(inbox.doctor, patient_id=first.id, seen=False)
    assert found_counts == {"total": 3, **of_patient, "normal": 1, "patients": [{"patient_id": first.id, **of_patient}]}
    assert counts(inbox.doctor, seen=False)["patients"][0]["critical"] == 1
    made(review(inbox.doctor, found[4], seen=True), 200)
    later = counts(inbox.doctor, patient_id=first.id, seen=False)
    assert (later["total"], later["critical"]) == (2, 0)


def test_row_has_worst_value_and_the_one_before(inbox: Inbox) -> None:
    patient = inbox.patient()
    before = inbox.result(patient, 12.4)
    inbox.change("UPDATE lab_results SET specimen_at = '2026-03-04T08:00:00Z' WHERE id = ?", before)
    now = inbox.result(patient, LOW)
    worst = made(inbox.doctor.http.get(f"{INBOX}/{now}"), 200)["worst"]
    assert (worst["analyte"], worst["value"], worst["unit"], worst["flag"]) == ("hemoglobin", LOW, "g/dL", "low")
    assert worst["direction"] == "down"
    assert (worst["previous"]["value"], worst["previous"]["at"]) == (12.4, "2026-03-04T08:00:00Z")
    first = made(inbox.doctor.http.get(f"{INBOX}/{before}"), 200)["worst"]
    assert (first["direction"], first["previous"]) == (None, None)


def shown(inbox: Inbox, *result_ids: int) -> list[dict[str, int]]:
    found = {one["id"]: one["version"] for one in listed(inbox.doctor)}
    return [{"result_id": id_, "version": found.get(id_, 1)} for id_ in result_ids]


def test_normal_results_are_released_in_one_step(inbox: Inbox) -> None:
    patient = inbox.patient()
    normal, low = [inbox.result(patient) for _ in range(3)], inbox.result(patient, LOW)
    unclear = inbox.result(patient, 14, comparator="<")
    changed = inbox.result(patient)
    sent = shown(inbox, *normal, low, unclear, changed)
    made(review(inbox.doctor, changed, comment="Wait."), 200)
    body = {"results": sent, "comment": "All as expected."}
    assert inbox.colleague.http.post(f"{INBOX}/release-normal", json=body).status_code == 404, "not the colleague's"
    unknown = {"results": [*sent, {"result_id": 987654, "version": 1}]}
    assert inbox.doctor.http.post(f"{INBOX}/release-normal", json=unknown).status_code == 404
    done = made(inbox.doctor.http.post(f"{INBOX}/release-normal", json=body), 200)
    assert (done["released"], done["seen"]) == (3, 3)
    left = {one["result_id"]: one["reason"] for one in done["left"]}
    assert left == {low: "not_normal", unclear: "not_normal", changed: "changed"}
    mine = {one["id"]: one for one in made(patient.http.get("/api/labs/results"), 200)["items"]}
    assert mine.keys() == set(normal)
    assert {one["comment"] for one in mine.values()} == {"All as expected."}
    again = made(inbox.doctor.http.post(f"{INBOX}/release-normal", json={"results": shown(inbox, *normal)}), 200)
    assert again == {"released": 0, "seen": 0, "left": [], "comment": None}
    log = made(patient.http.get("/api/me/access-log"), 200)["items"]
    assert "release_normal_results" in [one["action"] for one in log]


@pytest.mark.parametrize("wrong", [LOW, CRITICAL], ids=["low", "critical"])
def test_corrected_result_is_not_released_with_normal_ones(inbox: Inbox, wrong: float) -> None:
    normal, corrected = (inbox.result(inbox.patient(), value) for value in (NORMAL, wrong))
    before = counts(inbox.doctor, seen=False)["normal"]
    inbox.correct(corrected, NORMAL)
    assert corrected in ids(inbox.doctor, seen=False, normal=True)
    assert counts(inbox.doctor, seen=False)["normal"] == before, "a correction is read by itself"
    body = {"results": shown(inbox, normal, corrected)}
    done = made(inbox.doctor.http.post(f"{INBOX}/release-normal", json=body), 200)
    assert (done["released"], done["seen"]) == (1, 1)
    assert done["left"] == [{"result_id": corrected, "reason": "corrected"}]
    assert corrected in ids(inbox.doctor, seen=False)


def test_result_corrected_from_critical_stays_on_top(inbox: Inbox) -> None:
    patient = inbox.patient()
    low, corrected = (inbox.result(patient, value) for value in (LOW, CRITICAL))
    inbox.change("UPDATE lab_results SET specimen_at = '2026-01-05T08:00:00Z' WHERE id = ?", corrected)
    inbox.correct(corrected, NORMAL)
    found = listed(inbox.doctor, seen=False, patient_id=patient.id)
    assert [(one["id"], one["review_class"]) for one in found] == [(corrected, "critical"), (low, "outside_range")]
    assert (found[0]["critical"], found[0]["critical_open"]) == (False, False)
    assert counts(inbox.doctor, seen=False, patient_id=patient.id)["critical"] == 1


def test_critical_result_without_order_is_in_the_inbox_of_care(inbox: Inbox) -> None:
    patient = inbox.patient()
    normal, critical = inbox.result(patient, ordered=False), inbox.result(patient, CRITICAL, ordered=False)
    for doctor in (inbox.doctor, inbox.colleague):
        assert critical in ids(doctor, seen=False)
        assert normal not in ids(doctor, seen=False), "the patient has it already"
        assert normal in ids(doctor, scope="care")
    assert critical not in ids(inbox.stranger)
    assert inbox.stranger.http.put(f"{INBOX}/{critical}", json={"release": True}).status_code == 404
    assert patient.http.get(f"/api/labs/results/{critical}").status_code == 404, "a person tells it first"
    early = review(inbox.colleague, critical, comment="Please come today.", release=True)
    assert (early.status_code, early.json()["code"]) == (409, "critical_waits")
    made(inbox.colleague.http.put(f"/api/doctor/critical-results/{critical}", json={"action": "Called the patient in"}), 200)
    assert made(review(inbox.colleague, critical, comment="Please come today.", release=True), 200)["status"] == "released"
    assert critical in ids(inbox.doctor, seen=False), "the look of the colleague hides nothing"
