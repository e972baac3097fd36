"""Two records of one patient: they are found, previewed, merged as a whole, and given back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests import databases
from tests.hospital import PASSWORD, Hospital, Person, free_times
from tests.test_every_endpoint import check_problem
from tests.world import made

BORN = "1971-03-14"
PHONE = "+49 30 5550 7788"


@dataclass
class Ward:
    """A hospital with a doctor; `names` counts the people that tests register."""

    hospital: Hospital
    admin: Person
    reception: Person
    doctor: Person
    numbers: list[int] = field(default_factory=list)

    def record(self, full_name: str, **more: object) -> dict[str, Any]:
        body = {"full_name": full_name, "date_of_birth": BORN, "sex": "female", "another_person": True, **more}
        return made(self.reception.http.post("/api/reception/patients", json=body))

    def account(self, full_name: str) -> Person:
        self.numbers.append(1)
        email = f"merge{len(self.numbers)}@example.org"
        return self.hospital.register(email, full_name, date_of_birth=BORN, sex="female")

    def book(self, patient_id: int, number: int) -> dict[str, Any]:
        start = free_times(self.reception.http, self.doctor.id, days=10)[number]
        body = {"patient_id": patient_id, "doctor_id": self.doctor.id, "starts_at": start.isoformat()}
        return made(self.reception.http.post("/api/admin/appointments", json=body))

    def treat(self, patient_id: int, substance: str, severity: str, medicine: str) -> None:
        """Write an allergy and a prescription."""
        entry = {"substance": substance, "severity": severity}
        made(self.doctor.http.put(f"/api/doctor/patients/{patient_id}/allergies", json={"allergies": [entry]}), 200)
        item = {"medicine": medicine, "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 7}
        made(self.doctor.http.post("/api/doctor/prescriptions", json={"patient_id": patient_id, "items": [item]}))

    def chart(self, patient_id: int) -> dict[str, Any]:
        return made(self.doctor.http.get(f"/api/doctor/patients/{patient_id}"), 200)

    def preview(self, merged: int, kept: int) -> dict[str, Any]:
        return made(self.admin.http.get(f"/api/admin/patients/{merged}/merge-preview?into_id={kept}"), 200)

    def merge(self, merged: int, kept: int, **more: object) -> httpx.Response:
        seen = self.preview(merged, kept)
        versions = {"version": seen["merged"]["record"]["version"], "into_version": seen["kept"]["record"]["version"]}
        body = {"into_id": kept, **versions, "reason": "Registered twice; identity card shown", **more}
        return self.admin.http.post(f"/api/admin/patients/{merged}/merge", json=body)

    def undo(self, merged: int) -> httpx.Response:
        return self.admin.http.post(f"/api/admin/merges/{merged}/undo")


@pytest.fixture(scope="module")
def ward(hospital: Hospital, admin: Person) -> Iterator[Ward]:
    reception = hospital.invite(admin, "rita@merge.example", "Rita Rezeption", "reception")
    doctor = hospital.add_doctor(admin, "doc@merge.example", "Dr Mona Merge", "Cardiology", slot_minutes=10)
    yield Ward(hospital, admin, reception, doctor)
    reception.http.close()
    doctor.http.close()


def substances(chart: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["substance"], one["severity"]) for one in chart["allergies"]]


def medicines(chart: dict[str, Any]) -> set[str]:
    return {item["medicine"] for one in chart["prescriptions"] for item in one["items"]}


def rows_of(hospital: Hospital) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of the tables that a merge moves, and of the charts."""
    from careplus_tables.merging import MOVED

    names = [name for name, column in MOVED.items() if column == "patient_id"]
    rows = {name: sorted(databases.query(hospital.database, f"SELECT * FROM {name}"), key=repr) for name in names}
    for name in ("allergies", "problems"):
        rows[name] = sorted(databases.query(hospital.database, f"SELECT * FROM {name}"), key=repr)
    return rows


def test_merged_chart_has_allergies_and_medicines_of_both(ward: Ward) -> None:
    kept, merged = ward.record("Safira Safe"), ward.record("Safira Safe")
    for number, one in enumerate((kept, merged)):
        ward.book(one["id"], number * 3)
    ward.treat(kept["id"], "Penicillin", "mild", "Amlodipine")
    ward.treat(merged["id"], "penicillin", "severe", "Metformin")
    seen = ward.preview(merged["id"], kept["id"])
    entries = {one["kind"]: one["count"] for one in seen["merged"]["entries"]}
    assert entries == {"visits": 1, "prescriptions": 1, "allergies": 1}
    before = rows_of(ward.hospital)

    merge = made(ward.merge(merged["id"], kept["id"]))
    assert {one["kind"]: one["count"] for one in merge["moved"]} == {"visits": 1, "prescriptions": 1}
    chart = ward.chart(kept["id"])
    assert substances(chart) == [("penicillin", "severe")]
    assert medicines(chart) == {"Amlodipine", "Metformin"}
    assert len(chart["visits"]) == 2
    check_problem(ward.doctor.http.get(f"/api/doctor/patients/{merged['id']}"), 404)
    history = made(ward.doctor.http.get(f"/api/doctor/patients/{kept['id']}/history"), 200)["items"]
    assert len(history) == 3, "the changes of both charts, and the merge"

    made(ward.undo(merged["id"]), 200)
    assert rows_of(ward.hospital) == before
    check_problem(ward.undo(merged["id"]), 409)
    assert substances(ward.chart(merged["id"])) == [("penicillin", "severe")]


def test_merge_ends_sign_in_and_undo_opens_it_again(ward: Ward) -> None:
    person, kept = ward.account("Sina Signed"), ward.record("Sina Signed")
    refused = ward.merge(kept["id"], person.id, take=["email"])
    assert (refused.status_code, refused.json()["code"]) == (409, "keeps_its_address")
    made(ward.merge(person.id, kept["id"]))
    check_problem(person.http.get("/auth/me"), 401)
    with ward.hospital.client() as http:
        credentials = {"email": f"merge{len(ward.numbers)}@example.org", "password": PASSWORD}
        check_problem(http.post("/auth/login", json=credentials), 403)
    shown = made(ward.reception.http.get(f"/api/reception/patients/{person.id}"), 200)
    assert (shown["active"], shown["merged_into_id"]) == (False, kept["id"])
    account = made(ward.admin.http.get(f"/api/admin/accounts/{person.id}"), 200)
    opened = ward.admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": True})
    assert (opened.status_code, opened.json()["code"]) == (409, "record_merged"), account
    made(ward.undo(person.id), 200)
    again = ward.hospital.sign_in(credentials["email"])
    assert made(again.http.get("/auth/me"), 200)["id"] == person.id
    for one in (again, person):
        one.http.close()


def test_details_are_taken_and_given_back(ward: Ward) -> None:
    kept = ward.record("Dita Detail", phone="+49 30 1111 2222")
    merged = ward.record("Dita Detail-Married", phone=PHONE, date_of_birth="1971-03-15")
    seen = ward.preview(merged["id"], kept["id"])
    assert seen["differs"] == ["full_name", "date_of_birth", "phone"]
    merge = made(ward.merge(merged["id"], kept["id"], take=["full_name", "phone"]))
    now = merge["kept"]
    assert (now["full_name"], now["phone"], now["date_of_birth"]) == ("Dita Detail-Married", PHONE, BORN)
    changes = f"/api/admin/accounts/{kept['id']}/legal-details/changes"
    assert [one["after"]["full_name"] for one in made(ward.reception.http.get(changes), 200)["items"]] == ["Dita Detail-Married"]
    now = made(ward.undo(merged["id"]), 200)["kept"]
    assert (now["full_name"], now["phone"]) == ("Dita Detail", "+49 30 1111 2222")


def test_entries_after_the_merge_stay_with_the_kept_record(ward: Ward) -> None:
    kept, merged = ward.record("Anna After"), ward.record("Anna After")
    ward.book(merged["id"], 10)
    ward.treat(merged["id"], "Latex", "moderate", "Metformin")
    made(ward.merge(merged["id"], kept["id"]))
    ward.book(kept["id"], 14)
    ward.treat(kept["id"], "Nickel", "mild", "Amlodipine")
    shown = made(ward.admin.http.get(f"/api/admin/merges/{merged['id']}"), 200)
    assert {one["kind"]: one["count"] for one in shown["stays"]} == {"visits": 1, "prescriptions": 1}
    assert shown["chart_stays"]
    made(ward.undo(merged["id"]), 200)
    assert (medicines(ward.chart(kept["id"])), substances(ward.chart(kept["id"]))) == ({"Amlodipine"}, [("Nickel", "mild")])
    assert (medicines(ward.chart(merged["id"])), substances(ward.chart(merged["id"]))) == (
        {"Metformin"},
        [("Latex", "moderate")],
    )


def test_visits_at_one_time_refuse_the_merge(ward: Ward) -> None:
    kept, merged = ward.record("Ola Overlap"), ward.record("Ola Overlap")
    doctor = ward.hospital.add_doctor(ward.admin, "doc2@merge.example", "Dr Otto Other", "Dermatology", slot_minutes=10)
    mine = ward.book(kept["id"], 20)
    body = {"patient_id": merged["id"], "doctor_id": doctor.id, "starts_at": mine["starts_at"]}
    other = made(ward.reception.http.post("/api/admin/appointments", json=body))
    doctor.http.close()
    refused = ward.merge(merged["id"], kept["id"])
    check_problem(refused, 409)
    [pair] = refused.json()["overlaps"]
    assert (pair["of_kept"]["id"], pair["of_merged"]["id"]) == (mine["id"], other["id"])
    assert ward.preview(merged["id"], kept["id"])["overlaps"] == [pair]


def test_undo_ends_after_30_days_exactly(ward: Ward) -> None:
    pairs = [(ward.record("Ute Undone"), ward.record("Ute Undone")) for _ in range(2)]
    for (kept, merged), days in zip(pairs, (29.99, 30.01), strict=True):
        made(ward.merge(merged["id"], kept["id"]))
        shift = databases.shifted("merged_at", -days * 86_400)
        databases.execute(
            ward.hospital.database, f"UPDATE record_merges SET merged_at = {shift} WHERE merged_id = ?", merged["id"]
        )
    made(ward.undo(pairs[0][1]["id"]), 200)
    late = ward.undo(pairs[1][1]["id"])
    assert (late.status_code, late.json()["code"]) == (409, "undo_expired")


def test_newer_merge_is_undone_first(ward: Ward) -> None:
    first, second, third = (ward.record("Cleo Chain") for _ in range(3))
    ward.book(first["id"], 30)
    made(ward.merge(first["id"], second["id"]))
    made(ward.merge(second["id"], third["id"]))
    shown = made(ward.reception.http.get(f"/api/reception/patients/{first['id']}"), 200)
    assert shown["merged_into_id"] == third["id"]
    early = ward.undo(first["id"])
    assert (early.status_code, early.json()["code"]) == (409, "newer_merge")
    made(ward.undo(second["id"]), 200)
    made(ward.undo(first["id"]), 200)
    assert {one["kind"]: one["count"] for one in ward.preview(first["id"], third["id"])["kept"]["entries"]} == {}
    assert {one["kind"] for one in ward.preview(first["id"], third["id"])["merged"]["entries"]} == {"visits"}


def test_duplicates_need_two_common_details(ward: Ward) -> None:
    base = ward.record("Anna Maria Schmidt", phone=PHONE)
    alike = ward.record("Schmitt Anna", phone=None)
    called = ward.record("Dora Other", phone="(030) 5550-7788")
    child = ward.record("Kim Schmidt", phone=PHONE, date_of_birth="2019-01-01")
    items = made(ward.reception.http.get("/api/reception/duplicates?limit=100"), 200)["items"]
    found = {one["record"]["id"]: {two["record"]["id"]: two["same"] for two in one["likely"]} for one in items}
    assert found[alike["id"]][base["id"]] == ["full_name", "date_of_birth"]
    assert found[called["id"]][base["id"]] == ["date_of_birth", "phone"]
    assert child["id"] not in found
    made(ward.merge(alike["id"], base["id"]))
    items = made(ward.reception.http.get("/api/reception/duplicates?limit=100"), 200)["items"]
    assert alike["id"] not in [one["record"]["id"] for one in items]


def test_patient_reads_accesses_to_the_merged_record(ward: Ward) -> None:
    person, merged = ward.account("Lola Log"), ward.record("Lola Log")
    ward.book(merged["id"], 40)
    ward.treat(merged["id"], "Latex", "mild", "Metformin")
    path = "/api/me/access-log?limit=100"
    before = {one["id"] for one in made(person.http.get(path), 200)["items"]}
    made(ward.merge(merged["id"], person.id))
    log = [one for one in made(person.http.get(path), 200)["items"] if one["id"] not in before]
    assert len([one for one in log if one["action"] == "merge_record"]) == 1
    assert any(one["by"]["id"] == ward.doctor.id for one in log), "the doctor wrote to the merged record"
    person.http.close()


def test_record_is_not_merged_into_itself_or_a_closed_one(ward: Ward) -> None:
    one, two = ward.record("Tia Twice"), ward.record("Tia Twice")
    body = {"into_id": one["id"], "version": 1, "into_version": 1, "reason": "Registered twice"}
    check_problem(ward.admin.http.post(f"/api/admin/patients/{one['id']}/merge", json=body), 422)
    stale = ward.admin.http.post(f"/api/admin/patients/{two['id']}/merge", json={**body, "version": 7})
    check_problem(stale, 412)
    staff = {**body, "into_id": ward.doctor.id}
    check_problem(ward.admin.http.post(f"/api/admin/patients/{two['id']}/merge", json=staff), 404)
    check_problem(ward.reception.http.post(f"/api/admin/patients/{two['id']}/merge", json=body), 403)
    made(ward.merge(two["id"], one["id"]))
    again = ward.merge(two["id"], one["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_merged")
