"""A person finds a doctor by a complaint, in German or English, and sees the emergency number first where it matters."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.hospital import Hospital, Person
from tests.world import made

OWN = {
    "skin": ("Dr Hedda Kutis", "Dermatologie"),
    "skin_too": ("Dr Ivo Kutis", "Dermatology"),
    "family": ("Dr Jutta Hausmann", "Allgemeinmedizin"),
    "children": ("Dr Kim Kleinert", "Pädiatrie"),
    "heart": ("Dr Lorenz Kardel", "Innere Medizin und Kardiologie"),
}


@pytest.fixture(scope="module")
def doctors(hospital: Hospital, admin: Person) -> Iterator[dict[str, int]]:
    """Return the ids of doctors of this file by name."""
    people = {
        key: hospital.add_doctor(admin, f"{key}@complaint.example", name, specialty) for key, (name, specialty) in OWN.items()
    }
    yield {key: person.id for key, person in people.items()}
    for person in people.values():
        person.http.close()


def search(http: Any, doctors: dict[str, int], q: str, **more: Any) -> tuple[set[str], Any]:
    """Return which of this file's doctors are found, and how the words were understood."""
    page = made(http.get("/api/doctors", params={"q": q, "limit": 100, **more}), 200)
    ids = {one["id"] for one in page["items"]}
    return {key for key, id_ in doctors.items() if id_ in ids}, page["understood"]


@pytest.mark.parametrize(
    "q", ["Hautarzt", "dermatologist", "rash", "Ausschlag", "Ausschlg", "Haut", "itchy skin", "hautausschläge"]
)
def test_words_of_both_languages_find_one_specialty(hospital: Hospital, doctors: dict[str, int], q: str) -> None:
    with hospital.client() as visitor:
        found, understood = search(visitor, doctors, q)
    assert found == {"skin", "skin_too"}
    assert understood["match"] == "words"
    [meant] = understood["specialties"]
    assert (meant["code"], meant["names"]) == ("dermatology", {"en": "Dermatology", "de": "Dermatologie"})
    assert meant["doctors"] >= 2
    assert understood["emergencies"] == []


@pytest.mark.parametrize("specialty", ["dermatology", "Dermatologie", "DERMATOLOGY", "Hautarzt"])
def test_specialty_is_filtered_by_code_or_any_name(hospital: Hospital, doctors: dict[str, int], specialty: str) -> None:
    with hospital.client() as visitor:
        found = {
            one["id"] for one in made(visitor.get("/api/doctors", params={"specialty": specialty, "limit": 100}), 200)["items"]
        }
        listed = [one for one in made(visitor.get("/api/specialties"), 200)["items"] if one["code"] == "dermatology"]
    assert {key for key, id_ in doctors.items() if id_ in found} == {"skin", "skin_too"}
    assert [one["names"]["de"] for one in listed] == ["Dermatologie"], "two spellings are one specialty"


def test_unknown_words_find_general_practice(hospital: Hospital, doctors: dict[str, int]) -> None:
    with hospital.client() as visitor:
        assert search(visitor, doctors, "qwertzuiop")[0] == {"family"}
        assert search(visitor, doctors, "qwertzuiop")[1]["match"] == "general"
        found, understood = search(visitor, doctors, "Zahnschmerzen")
        assert (found, understood["match"]) == ({"family"}, "general"), "the hospital has no dentist"
        assert [(one["code"], one["doctors"]) for one in understood["specialties"]] == [("dentistry", 0)]
        found, nothing = search(visitor, doctors, "qwertzuiop", exact=True)
        assert (found, nothing) == (set(), None)


def test_name_is_found_with_a_slip(hospital: Hospital, doctors: dict[str, int]) -> None:
    with hospital.client() as visitor:
        found, understood = search(visitor, doctors, "Kleinrt")
        assert (found, understood["match"]) == ({"children"}, "similar")
        assert search(visitor, doctors, "Hautarzt Hedda")[0] == {"skin"}
        assert search(visitor, doctors, "Dr Ivo Kutsi Hautarzt")[0] == {"skin_too"}
        assert search(visitor, doctors, "Hautarzt gestern abend")[0] == {"skin", "skin_too"}


@pytest.mark.parametrize("q", ["chest pain", "Brustschmerzen", "chst pain"])
def test_emergency_shows_the_number_and_doctors(hospital: Hospital, doctors: dict[str, int], q: str) -> None:
    with hospital.client() as visitor:
        found, understood = search(visitor, doctors, q)
    assert found == {"heart", "family"}
    [emergency] = understood["emergencies"]
    assert (emergency["phone"], emergency["crisis_phone"]) == ("112", None)
    assert "112" in emergency["advice"]["en"]
    assert "112" in emergency["advice"]["de"]


def test_despair_shows_the_crisis_line(hospital: Hospital, doctors: dict[str, int]) -> None:
    with hospital.client() as visitor:
        _, understood = search(visitor, doctors, "ich will nicht mehr leben")
    assert [(one["phone"], one["crisis_phone"]) for one in understood["emergencies"]] == [("112", "116 123")]


def test_age_of_the_patient_chooses_paediatrics(hospital: Hospital, doctors: dict[str, int]) -> None:
    year = datetime.now(UTC).year
    adult = hospital.register("adult@complaint.example", "Ada Adult", date_of_birth=f"{year - 40}-01-01")
    child = hospital.register("child@complaint.example", "Cleo Child", date_of_birth=f"{year - 9}-01-01")
    with hospital.client() as visitor:
        assert search(visitor, doctors, "Fieber")[0] == {"family", "children"}
    assert search(adult.http, doctors, "Fieber")[0] == {"family"}
    assert search(adult.http, doctors, "Kinderarzt")[0] == {"children"}
    assert search(child.http, doctors, "Fieber")[0] == {"family", "children"}
    assert search(child.http, doctors, "Herzrasen")[0] == {"family", "children"}, "cardiology here treats adults"
    for person in (adult, child):
        person.http.close()


def test_pages_of_a_search_continue(hospital: Hospital, doctors: dict[str, int]) -> None:
    with hospital.client() as visitor:
        whole = made(visitor.get("/api/doctors", params={"q": "Ausschlag", "limit": 100}), 200)["items"]
        found: list[int] = []
        cursor: dict[str, str] = {}
        while True:
            page = made(visitor.get("/api/doctors", params={"q": "Ausschlag", "limit": 1, **cursor}), 200)
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
    assert found == [one["id"] for one in whole]


def test_suggestions_name_specialty_complaint_and_doctor(hospital: Hospital, doctors: dict[str, int]) -> None:
    with hospital.client() as visitor:

        def suggested(q: str) -> list[dict[str, Any]]:
            items: list[dict[str, Any]] = made(visitor.get("/api/doctors/suggestions", params={"q": q}), 200)["items"]
            assert len(items) <= 10
            return items

        assert suggested("dermat")[0] == {
            "kind": "specialty",
            "text": {"en": "Dermatology", "de": "Dermatologie"},
            "specialties": [],
            "code": "dermatology",
            "doctor_id": None,
        }
        [complaint] = [one for one in suggested("Hautauss") if one["kind"] == "complaint"]
        assert (complaint["text"]["de"], complaint["specialties"]) == (
            "Hautausschlag",
            [{"en": "Dermatology", "de": "Dermatologie"}],
        )
        [doctor] = [one for one in suggested("kutis hed") if one["kind"] == "doctor"]
        assert (doctor["doctor_id"], doctor["text"]["en"]) == (doctors["skin"], "Dr Hedda Kutis")
        assert suggested(" ?") == []
        assert visitor.get("/api/doctors/suggestions").status_code == 422
