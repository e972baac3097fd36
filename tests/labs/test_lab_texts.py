"""Texts of the catalogue have each language, and every language's words find a test."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from careplus_clinic.lab_texts import GERMAN, coded_value, key_of_test, names_of, names_with
from careplus_clinic.search_keys import search_words
from careplus_contracts.values import InLanguages
from careplus_tables.catalogue import FILE, fill
from careplus_tables.engine import sync_engine
from careplus_tables.labs import LabTestRow
from careplus_tables.registry import METADATA

CATALOGUE: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
ANALYTES, TESTS = CATALOGUE["analytes"], CATALOGUE["tests"]
VALUES = ("values", "usual", "abnormal")
ENGLISH = {
    "names": {one["name"] for one in [*ANALYTES, *TESTS]},
    "explanations": {one["plain"] for one in [*ANALYTES, *TESTS]},
    "preparations": {one["preparation"] for one in TESTS} - {""},
    "specimens": {one["specimen"] for one in TESTS},
    "categories": {one["category"] for one in TESTS},
    "values": {text for one in ANALYTES for member in VALUES for text in one.get(member, ())},
}
SAME_IN_GERMAN = {
    *("INR", "Fibrinogen", "Magnesium", "Albumin", "Amylase", "Lipase", "Haptoglobin", "Lipoprotein(a)", "Apolipoprotein B"),
    *("Transferrin", "Ferritin", "Vitamin B12", "Procalcitonin", "NT-proBNP", "CA 125", "CA 19-9", "Lithium", "diabetes"),
    *(
        "transfusion",
        "D-dimer",
        "Gamma-glutamyltransferase",
        "Gamma-glutamyltransferase (GGT)",
        "Vitamin D (25-hydroxy)",
        "orange",
        "1+",
        "2+",
        "3+",
        "4+",
        "A",
        "B",
        "AB",
    ),
}


@pytest.mark.parametrize("kind", ENGLISH)
def test_every_text_of_the_catalogue_is_in_german(kind: str) -> None:
    missing, stale = ENGLISH[kind] - GERMAN[kind].keys(), GERMAN[kind].keys() - ENGLISH[kind]
    assert not missing, f"lab_german.toml, [{kind}]: add {sorted(missing)}"
    assert not stale, f"lab_german.toml, [{kind}]: the catalogue does not have {sorted(stale)}"


@pytest.mark.parametrize("kind", ENGLISH)
def test_german_texts_are_not_english(kind: str) -> None:
    same = {en for en, de in GERMAN[kind].items() if en.casefold() == de.casefold()}
    assert same <= SAME_IN_GERMAN, f"lab_german.toml, [{kind}]: {sorted(same - SAME_IN_GERMAN)} is still English"


def test_text_of_an_administrator_stays_as_typed() -> None:
    assert names_of("Sodium") == InLanguages(en="Sodium", de="Natrium")
    assert names_of("Sodium, our method") == InLanguages(en="Sodium, our method", de="Sodium, our method")


def test_typed_result_text_is_not_translated() -> None:
    assert coded_value("negative", ["negative", "positive"]) == InLanguages(en="negative", de="negativ")
    assert coded_value("negative", []) == InLanguages(en="negative", de="negative")
    assert coded_value(None, ["negative"]) is None


@pytest.mark.parametrize("words", ["Blutzucker", "blutkörperchen rote", "BLUTKOERPERCHEN", "Blutkorperchen", "haematologie"])
def test_german_words_are_in_the_key_of_a_test(words: str) -> None:
    keys = [key_of_test(one["code"], one["name"], one["category"], one["plain"]) for one in TESTS]
    assert any(all(any(one in key for one in spellings) for spellings in search_words(words)) for key in keys)


def test_german_name_finds_the_stored_name() -> None:
    assert "Uric acid" in names_with("harnsaure")
    assert "Uric acid" in names_with("Harnsaeure")
    assert names_with("Xylophon") == []
    assert names_with(" ") == []


def test_fill_refreshes_keys_of_an_older_database(tmp_path: Path) -> None:
    with sync_engine(f"sqlite:///{tmp_path / 'catalogue.db'}").begin() as connection:
        METADATA.create_all(connection)
        fill(connection)
        is_sodium = col(LabTestRow.code) == "NA"
        connection.execute(sa.update(LabTestRow).where(is_sodium).values(search_key="na sodium chemistry"))
        fill(connection)
        assert "natrium" in str(connection.scalar(sa.select(col(LabTestRow.search_key)).where(is_sodium)))
