"""Everyday words lead to the specialties that see the complaint, and signs of an emergency are recognised."""

import tomllib
from pathlib import Path

import pytest

from careplus_appointments.rules import complaints
from careplus_appointments.rules.complaints import understand
from careplus_clinic.specialties import SPECIALTIES

DATA = Path(complaints.__file__).parents[1] / "data"
EVERYDAY = tomllib.loads((Path(__file__).parent / "everyday_words.toml").read_text(encoding="utf-8"))
NO_EMERGENCY = ("rash", "Knieschmerzen", "tired", "Osei", "heartburn", "Brust", "Schnupfen", "Hautarzt", "stress", "back pain")


@pytest.mark.parametrize(
    ("specialty", "text"), [(code, text) for code, texts in EVERYDAY["specialties"].items() for text in texts]
)
def test_everyday_words_lead_to_specialty(specialty: str, text: str) -> None:
    assert specialty in understand(text, None).specialties


@pytest.mark.parametrize("text", EVERYDAY["emergencies"]["words"])
def test_sign_of_emergency_is_recognised(text: str) -> None:
    understood = understand(text, None)
    assert understood.red_flags
    assert understood.specialties, "doctors are listed too"


@pytest.mark.parametrize("text", NO_EMERGENCY)
def test_everyday_complaint_is_no_emergency(text: str) -> None:
    assert understand(text, None).red_flags == ()


@pytest.mark.parametrize("text", ["", "!?", "xyzzy", "Osei", "Dr Kowalski", "Blaubeeren", "'; DROP TABLE x; --", "%", "_"])
def test_unknown_words_mean_nothing(text: str) -> None:
    assert understand(text, None).specialties == ()


def test_longer_phrase_decides_the_specialty() -> None:
    assert "gynaecology" in understand("Brust", None).specialties
    assert "gynaecology" not in understand("Brustschmerzen", None).specialties


def test_sign_of_emergency_counts_within_a_longer_phrase() -> None:
    understood = understand("short of breath on stairs", None)
    assert understood.specialties[0] == "general_practice"
    assert understood.red_flags


def test_despair_names_the_crisis_line() -> None:
    assert [flag.crisis for flag in understand("Suizidgedanken", None).red_flags] == [True]
    assert [flag.crisis for flag in understand("chest pain", None).red_flags] == [False]


def test_advice_names_the_emergency_number() -> None:
    [flag] = understand("Herzinfarkt", None).red_flags
    assert ["999" in text for text in (flag.advice_with("999").en, flag.advice_with("999").de)] == [True, True]


def test_words_beside_a_phrase_may_be_a_name() -> None:
    assert understand("Hautarzt Dr. Müller-Lüdenscheidt", None).rest == "muller ludenscheidt"
    assert understand("my knee hurts", None).rest == ""


def test_adult_is_not_offered_paediatrics_for_a_complaint() -> None:
    for text in ("fever", "Husten", "Ohrenschmerzen"):
        assert "paediatrics" in understand(text, None).specialties
        assert "paediatrics" not in understand(text, 18).specialties
        assert understand(text, 17).specialties[0] == "paediatrics"


def test_child_is_offered_no_specialty_of_adults() -> None:
    assert "cardiology" not in understand("Herzrasen", 9).specialties
    assert understand("Herzrasen", 9).specialties[0] == "paediatrics"
    assert "geriatrics" not in understand("stürzt oft", 40).specialties


@pytest.mark.parametrize("text", ["Kinderarzt", "paediatrics", "my child has a rash"])
def test_adult_finds_paediatrics_by_its_name(text: str) -> None:
    assert "paediatrics" in understand(text, 40).specialties


@pytest.mark.parametrize("language", ["en", "de"])
def test_lists_are_long_and_each_phrase_finds_its_entry(language: str) -> None:
    rows = {
        name: tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))[name] for name in ("complaints", "red_flags")
    }
    phrases = [phrase for row in rows["complaints"] for phrase in row[language]]
    assert len(set(phrases)) >= 300
    lost = [
        phrase
        for row in rows["complaints"]
        for phrase in row[language]
        if not row.get("general") and not set(row["specialties"]) & set(understand(phrase, None, slips=False).specialties)
    ]
    assert lost == []
    assert [
        phrase for row in rows["red_flags"] for phrase in row[language] if not understand(phrase, None, slips=False).red_flags
    ] == []


def test_texts_of_emergencies_are_complete() -> None:
    rows = tomllib.loads((DATA / "red_flags.toml").read_text(encoding="utf-8"))["red_flags"]
    for row in rows:
        assert all("{number}" in row["advice"][language] and row["sign"][language] for language in ("en", "de"))
        assert set(row["specialties"]) <= SPECIALTIES.keys()


def test_suggestions_are_specialties_then_short_complaints() -> None:
    found = [phrase for phrase, _ in complaints.suggestions("haut")]
    assert found[0] in SPECIALTIES["dermatology"].words
    assert "Hautausschlag" in found
    assert list(complaints.suggestions("   ")) == []
