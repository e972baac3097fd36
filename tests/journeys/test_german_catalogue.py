"""The laboratory's catalogue in German: searched in each language, answered in both."""

from careplus_contracts.values import InLanguages
from tests.hospital import Person
from tests.world import World, made


def test_german_word_finds_tests_and_analytes(admin: Person, world: World) -> None:
    lab = world.people["lab"].http
    for q in ("harnsäure", "HARNSAEURE", "Uric acid"):
        assert "URIC" in {one["code"] for one in made(lab.get("/api/labs/tests", params={"q": q}), 200)["items"]}, q
        analytes = made(admin.http.get("/api/labs/analytes", params={"q": q}), 200)["items"]
        assert "uric-acid" in {one["code"] for one in analytes}, q


def test_test_has_its_texts_in_each_language(world: World) -> None:
    [test] = made(world.people["lab"].http.get("/api/labs/tests", params={"q": "Nüchtern Glukose Blutzucker"}), 200)["items"][:1]
    assert test["names"] == {"en": "Glucose, fasting", "de": "Glukose, nüchtern"}
    assert test["explanations"]["de"].startswith("Prüft den Blutzucker")
    assert test["category_names"] == {"en": "chemistry", "de": "Klinische Chemie"}
    assert test["specimen_names"]["de"].startswith("Venenblut")


def test_administrator_reads_specialty_in_each_language(admin: Person, world: World) -> None:
    doctor = made(admin.http.get(f"/api/admin/doctors/{world.people['doctor'].id}"), 200)
    assert InLanguages(**doctor["specialty_names"]).en == doctor["specialty"]
    assert doctor["specialty_names"]["de"] != doctor["specialty"]
