"""Phrases are found in typed text with other words, in any order, in plural, and with one slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_clinic.phrases import Phrases, is_slip, longest, stem_of

KNOWN = Phrases(
    [
        *(("chest pain", "heart"), ("chest", "rib"), ("Rückenschmerzen", "back"), ("can't breathe", "lungs"), ("eye", "eye")),
        *(("Knie", "knee"), ("Migräne", "head"), ("diarrhoea", "bowel"), ("toe", "foot"), ("breathe", "air")),
    ]
)


def meanings(text: str) -> set[str]:
    return {hit.meaning for hit in longest(KNOWN.find(text))}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *(("chest pain", "heart"), ("Pain in my chest!", "heart"), ("my chest hurts", "heart"), ("chset pain", "heart")),
        *(("Rückenschmerzen", "back"), ("Rueckenschmerz", "back"), ("Rücken tut weh", "back"), ("Rükenschmerzen", "back")),
        *(
            ("can\u2019t breathe", "lungs"),
            ("I can't breath", "lungs"),
            ("eyes", "eye"),
            ("Knieschmerzen", "knee"),
            ("knei", "knee"),
        ),
        *(("Migraene", "head"), ("migrene", "head"), ("diarhoea", "bowel"), ("my toe", "foot"), ("TOES", "foot")),
    ],
)
def test_phrase_is_found_in_typed_text(text: str, meaning: str) -> None:
    assert meanings(text) == {meaning}


@pytest.mark.parametrize("text", ["", "pain", "to the", "cheese", "kne", "rack", "Laut", "breath of air on a mountain"])
def test_other_text_holds_no_phrase_but_its_own(text: str) -> None:
    assert meanings(text) <= {"air"}


def test_longer_phrase_leaves_no_shorter_one() -> None:
    assert {hit.meaning for hit in KNOWN.find("chest pain")} == {"heart", "rib"}
    assert meanings("chest pain") == {"heart"}


def test_exact_search_forgives_no_slip() -> None:
    assert KNOWN.find("Rükenschmerzen", slips=False) == []
    assert [hit.slipped for hit in KNOWN.find("Rükenschmerzen")] == [True]


def test_beginnings_of_words_start_phrases() -> None:
    assert [meaning for _, meaning in KNOWN.starting("pa ch")] == ["heart"]
    assert [meaning for _, meaning in KNOWN.starting("rück")] == ["back"]
    assert list(KNOWN.starting(" ?! ")) == []


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        *(("alergie", "allergie", True), ("allergei", "allergie", True), ("migrene", "migrane", True), ("knei", "knie", True)),
        *(("haut", "laut", False), ("haut", "haut", False), ("hautarst", "hautartz", False), ("ohr", "ohrs", False)),
    ],
)
def test_slip_is_one_letter_or_two_neighbours(one: str, other: str, slip: bool) -> None:
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip


@pytest.mark.parametrize(
    "forms",
    [("knee", "knees"), ("eye", "eyes"), ("auge", "augen"), ("niere", "nieren"), ("huft", "hufte", "huften"), ("bein", "beine")],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem_of(form) for form in forms}) == 1


@given(st.text(max_size=100))
def test_any_text_can_be_searched(text: str) -> None:
    KNOWN.find(text)
    list(KNOWN.starting(text))


@given(st.text(alphabet="abcdeäé", min_size=5, max_size=12), st.data())
def test_one_changed_letter_is_a_slip(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    assert is_slip(word, word[:place] + "z" + word[place + 1 :])
    assert is_slip(word, word[:place] + "z" + word[place:])
