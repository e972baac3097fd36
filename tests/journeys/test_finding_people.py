"""People and specialties are found and sorted by name in any spelling."""

from collections.abc import Iterator
from typing import Any

import pytest

from careplus_clinic.search_keys import fold
from tests.hospital import Hospital, Person
from tests.world import World, made

PUBLIC_HEALTH = "Öffentliche Gesundheit"


@pytest.fixture(scope="module")
def doctor(hospital: Hospital, admin: Person) -> Iterator[Person]:
    person = hospital.add_doctor(admin, "yildiz@names.example", "Prof. Dr. Özlem Yıldız-Müller", PUBLIC_HEALTH)
    yield person
    person.http.close()


@pytest.fixture(scope="module")
def patients(hospital: Hospital) -> dict[str, int]:
    """Return the ids of patients by name."""
    names = ("Ирина Соколова", "Änne Ahl", "Anna Ahl", "Zoë Zahl", "de Vries, Jan", "Dora O’Brien", "Eva Müller")
    found = {}
    for number, name in enumerate(names):
        person = hospital.register(f"p{number}@names.example", name, date_of_birth="1984-05-17")
        found[name] = person.id
        person.http.close()
    return found


def ids(http: Any, path: str, **query: Any) -> list[int]:
    """Return the ids of all pages of two."""
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = made(http.get(path, params={"limit": 2, **query, **cursor}), 200)
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize(
    "specialty", [PUBLIC_HEALTH, "öffentliche gesundheit", "O\u0308ffentliche  Gesundheit", "Oeffentliche Gesundheit"]
)
def test_listed_specialty_finds_its_doctors(hospital: Hospital, doctor: Person, admin: Person, specialty: str) -> None:
    with hospital.client() as visitor:
        listed = {one["name"]: one["doctors"] for one in made(visitor.get("/api/specialties"), 200)["items"]}
        assert listed[PUBLIC_HEALTH] == 1
        assert ids(visitor, "/api/doctors", specialty=specialty) == [doctor.id]
    assert ids(admin.http, "/api/admin/doctors", specialty=specialty) == [doctor.id]


@pytest.mark.parametrize("q", ["özlem", "OZLEM", "oezlem mueller", "Müller, Özlem", "yildiz", "offentliche özlem"])
def test_doctor_is_found_in_any_spelling(hospital: Hospital, doctor: Person, admin: Person, q: str) -> None:
    with hospital.client() as visitor:
        assert ids(visitor, "/api/doctors", q=q) == [doctor.id]
    assert ids(admin.http, "/api/admin/doctors", q=q) == [doctor.id]


def test_spellings_of_a_specialty_are_listed_once(hospital: Hospital, doctor: Person, admin: Person) -> None:
    colleague = hospital.add_doctor(admin, "colleague@names.example", "Dr Bo Lind", "öffentliche gesundheit")
    with hospital.client() as visitor:
        listed = {one["name"]: one["doctors"] for one in made(visitor.get("/api/specialties"), 200)["items"]}
        assert [listed.get(PUBLIC_HEALTH), listed.get("öffentliche gesundheit")] == [2, None]
        assert list(listed) == sorted(listed, key=fold)
    made(admin.http.put(f"/api/admin/accounts/{colleague.id}", json={"role": "patient", "active": False}), 200)
    colleague.http.close()


def test_people_are_found_and_sorted_in_any_script(admin: Person, patients: dict[str, int]) -> None:
    for q, name in (("ирина", "Ирина Соколова"), ("СОКОЛОВА ир", "Ирина Соколова"), ("obrien dora", "Dora O’Brien")):
        assert ids(admin.http, "/api/admin/accounts", q=q) == [patients[name]], q
    for q in ("mueller", "muller", "MÜLLER", "müller eva"):
        assert patients["Eva Müller"] in ids(admin.http, "/api/admin/accounts", q=q)
    order = ("Anna Ahl", "Änne Ahl", "de Vries, Jan", "Dora O’Brien", "Eva Müller", "Zoë Zahl", "Ирина Соколова")
    listed = ids(admin.http, "/api/admin/accounts", q="names.example", role="patient")
    assert [one for one in listed if one in patients.values()] == [patients[name] for name in order]


def test_referral_reaches_the_specialty_in_any_spelling(world: World, doctor: Person) -> None:
    body = {"patient_id": world.people["patient"].id, "to_specialty": "öffentliche gesundheit", "reason": "Vaccination"}
    sent = made(world.people["doctor"].http.post("/api/doctor/referrals", json=body))
    assert sent["to_specialty"] == "öffentliche gesundheit"
    assert sent["id"] in ids(doctor.http, "/api/doctor/referrals", direction="received")
    accepted = made(doctor.http.put(f"/api/doctor/referrals/{sent['id']}", json={"status": "accepted"}), 200)
    assert accepted["to_doctor"]["id"] == doctor.id
    assert world.people["patient"].id in ids(doctor.http, "/api/doctor/patients", q="NOVAK pía")


def test_emergency_search_takes_any_spelling(world: World, patients: dict[str, int]) -> None:
    for name in ("eva mueller", "Müller, Eva", "EVA MULLER"):
        query = {"full_name": name, "date_of_birth": "1984-05-17"}
        found = made(world.people["doctor"].http.get("/api/doctor/patient-search", params=query), 200)["items"]
        assert [one["patient"]["id"] for one in found] == [patients["Eva Müller"]]


def test_own_specialty_may_be_spelled_anew(doctor: Person) -> None:
    profile = made(doctor.http.get("/api/doctor/profile"), 200)
    body = {name: profile[name] for name in ("full_name", "bio", "languages", "phone", "room", "booking")}
    made(doctor.http.put("/api/doctor/profile", json={**body, "specialty": "OEFFENTLICHE Gesundheit"}), 200)
    refused = doctor.http.put("/api/doctor/profile", json={**body, "specialty": "Chirurgie"})
    assert (refused.status_code, refused.json()["code"]) == (409, "specialty_fixed")
    made(doctor.http.put("/api/doctor/profile", json={**body, "specialty": PUBLIC_HEALTH}), 200)


def test_laboratory_test_is_found_in_any_spelling(admin: Person, world: World) -> None:
    body = {"code": "HAEM-Ö", "name": "Hämoglobin, Ölprobe", "category": "Blut", "specimen": "blood", "plain": "Für Eisen"}
    rest = {"preparation": "", "turnaround_hours": 4, "price_minor": 100, "currency": "EUR", "analytes": []}
    made(admin.http.post("/api/labs/tests", json={**rest, **body, "code": "HAEMOEL"}))
    for q in ("ölprobe HÄMO", "oelprobe", "eisen olprobe"):
        found = made(world.people["lab"].http.get("/api/labs/tests", params={"q": q}), 200)["items"]
        assert [one["code"] for one in found] == ["HAEMOEL"], q
    renamed = {name: value for name, value in {**rest, **body, "name": "Färbung"}.items() if name != "code"}
    made(admin.http.put("/api/labs/tests/HAEMOEL", json={**renamed, "active": True}), 200)
    assert made(world.people["lab"].http.get("/api/labs/tests", params={"q": "farbung"}), 200)["items"] != []
