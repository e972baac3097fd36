"""Specialties have one code in every language and spelling, and texts that are not listed stay as they are."""

import pytest

from careplus_clinic.specialties import SPECIALTIES, codes_of, names_of
from careplus_contracts.values import InLanguages
from careplus_demo.names import SPECIALTIES as OF_THE_DEMO

NOTHING = InLanguages(en="", de="")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        *(("Dermatology", {"dermatology"}), ("Dermatologie", {"dermatology"}), ("Hautärztin", {"dermatology"})),
        *(("haut- und geschlechtskrankheiten", {"dermatology"}), ("general_practice", {"general_practice"}), ("HNO", {"ent"})),
        *(("Innere Medizin und Kardiologie", {"internal_medicine", "cardiology"}), ("Plastic surgery", {"plastic_surgery"})),
        *(("Child and adolescent psychiatry", {"child_psychiatry"}), ("Orthopaedie", {"orthopaedics"}), ("Xenology", set())),
        *(("Augenheilkunde", {"ophthalmology"}), ("Gynecology", {"gynaecology"}), ("Öffentliche Gesundheit", set()), ("", set())),
    ],
)
def test_specialty_has_a_code_in_any_language(text: str, codes: set[str]) -> None:
    assert set(codes_of(text)) == codes


def test_names_are_of_the_whole_text() -> None:
    assert names_of("Hautarzt") == names_of("Dermatology") == InLanguages(en="Dermatology", de="Dermatologie")
    for own in ("Heart surgery", "Innere Medizin und Kardiologie", "Öffentliche Gesundheit"):
        assert names_of(own) == InLanguages(en=own, de=own)


@pytest.mark.parametrize("code", SPECIALTIES)
def test_each_word_of_a_specialty_names_it(code: str) -> None:
    words = (code, *SPECIALTIES[code].words)
    assert {word: codes_of(word) for word in words} == dict.fromkeys(words, (code,))


def test_specialties_of_the_demo_have_names() -> None:
    assert [(names_of(name) or NOTHING).en for name in OF_THE_DEMO] == list(OF_THE_DEMO)
    assert all((names_of(name) or NOTHING).de != name for name in OF_THE_DEMO)


def test_specialties_have_limits_of_age() -> None:
    assert [SPECIALTIES["paediatrics"].treats(age) for age in (0, 17, 18, None)] == [True, True, False, True]
    assert [SPECIALTIES["geriatrics"].treats(age) for age in (64, 65)] == [False, True]
