"""Medicines that an allergy rules out, for notes as people write them."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_doctors.rules.allergies import PREFIX, check_of, is_named, name_of, words_of
from careplus_doctors.rules.substances import CLASSES, SUBSTANCES

FORMS = (
    "{}",
    "{} allergy",
    "Allergic to {}",
    "allergy to {}, severe",
    "{} (rash as a child)",
    "?{}",
    "{}-Allergie",
    "{}allergie",
    "{}unverträglichkeit",
    "Allergie gegen {}",
    "Z.n. Anaphylaxie auf {} 2019",
    "Nickel, {} und Latex",
    "{}/latex",
    "no {} allergy",
    "keine {}allergie",
)
ENDINGS = ("", "s", "e", "en")


def is_refused(note: str, medicine: str) -> bool:
    names = check_of(note[:200]).names
    return any(is_named(word, name) for word in words_of(medicine) for name in names)


@pytest.mark.parametrize(
    ("note", "medicine"),
    [
        ("Penicillins", "Penicillin V 1 Mega"),
        ("Penicillins", "Amoxicillin 500 mg capsules"),
        ("penicillin allergy", "Benzylpenicillin"),
        ("Penicilin", "Penicillin V"),
        ("Penicillinallergie", "Co-Amoxiclav 875/125"),
        ("Allergie gegen Penicillin", "Amoxicillin-ratiopharm 1000"),
        ("Amoxi\u0301cillin", "AMPICILLIN"),
        ("\uff30enicillin", "Penicillin G"),
        ("Paracetamol (acetaminophen)", "Paracetamol 500 mg tablets"),
        ("acetaminophen", "Paracetamol 500 mg"),
        ("Aspirin, ibuprofen", "Ibuprofen 400 mg tablets"),
        ("Aspirin, ibuprofen", "Aspirin 100"),
        ("ASS", "Acetylsalicylic acid 100 mg"),
        ("ASS", "Acetylsalicylsäure 100 mg"),
        ("ASS-Allergie", "Aspirin protect"),
        ("Assallergie", "ASS 100"),
        ("Acetylsalicylsaeure", "ASS-ratiopharm 100"),
        ("Sulfa drugs", "Cotrimoxazol forte"),
        ("NSAIDs", "Diclofenac 75 mg"),
        ("β-Lactam-Antibiotika", "Cefuroxim 500"),
        ("Schmerzmittelunverträglichkeit", "Ibuprofen 600"),
        ("Röntgenkontrastmittel", "Iomeprol"),
        ("no penicillin allergy", "Penicillin V"),
        ("keine Penicillinallergie", "Penicillin V"),
        ("Tozinameran", "Tozinameran 30 µg"),
        ("Rash after Foobaril", "Foobaril 5 mg"),
        ("MCP", "MCP-ratiopharm"),
    ],
)
def test_note_as_people_write_it_refuses_medicine(note: str, medicine: str) -> None:
    assert is_refused(note, medicine)


@pytest.mark.parametrize(
    ("note", "medicine"),
    [
        ("Acetylsalicylic acid", "Folic acid 0.4 mg"),
        ("Penicillin", "Ramipril 5 mg"),
        ("Penicillin", "5 mg"),
        ("Sulfa drugs", "Ferrous sulfate 100 mg"),
        ("ASS", "Assistant plaster"),
        ("Birch pollen", "Paracetamol 500 mg"),
        ("Rash after penicillin as a child", "Ibuprofen for children"),
        ("%", "5 % (w/v)"),
    ],
)
def test_note_allows_other_medicines(note: str, medicine: str) -> None:
    assert not is_refused(note, medicine)


@given(
    names=st.sampled_from(SUBSTANCES).map(str.split),
    form=st.sampled_from(FORMS),
    ending=st.sampled_from(ENDINGS),
    change=st.sampled_from([str.lower, str.upper, str.title, lambda text: unicodedata.normalize("NFD", text)]),
    data=st.data(),
)
def test_any_name_in_any_form_refuses_any_other_name(
    names: list[str], form: str, ending: str, change: Callable[[str], str], data: st.DataObject
) -> None:
    noted, prescribed = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
    note = change(form.format(noted + (ending if len(name_of(noted)) >= PREFIX and "{}a" not in form else "")))
    assert check_of(note).known
    assert is_refused(note, f"{prescribed.title()} 10 mg")


@given(group=st.sampled_from(CLASSES), form=st.sampled_from(FORMS), data=st.data())
def test_class_in_any_form_refuses_each_member(group: tuple[str, str], form: str, data: st.DataObject) -> None:
    named, members = (data.draw(st.sampled_from(names.split())) for names in group)
    assert is_refused(form.format(named), f"{members} 10 mg")


@given(text=st.text(max_size=200))
def test_any_text_is_known_by_its_names(text: str) -> None:
    check = check_of(text)
    assert check.substance == text
    assert check.known == any(name_of(name) in check.names for names in SUBSTANCES for name in names.split())


@pytest.mark.parametrize("note", ["Latex", "Birch pollen", "Biene", "Foobaril 5", "siehe Akte", "?", "Pflaster"])
def test_note_without_known_substance_is_not_checked(note: str) -> None:
    assert not check_of(note).known


def test_every_member_of_a_class_is_a_known_name() -> None:
    known = {name for names in SUBSTANCES for name in names.split()}
    assert [name for _, members in CLASSES for name in members.split() if name not in known] == []
