"""Medicines that raise an alert for an allergy, for notes as people write them."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.medicines import AlertKind, UncheckedReason
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines.check import check
from careplus_doctors.rules.medicines.medicine_list import load

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


def checked(note: str, medicine: str) -> tuple[bool, bool]:
    """Return whether an allergy alert is raised, and whether the note is known."""
    item = PrescriptionItem(medicine=medicine, dose="1 tablet", route="oral", frequency="once a day", duration_days=5)
    found = check(load(), [item], [], [Allergy(substance=note, severity=Severity.MODERATE)], None)
    is_alerted = any(one.kind in (AlertKind.ALLERGY, AlertKind.CLASS) for one in found.alerts)
    return is_alerted, all(one.reason != UncheckedReason.UNKNOWN_ALLERGY for one in found.unchecked)


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
def test_note_as_people_write_it_raises_an_alert(note: str, medicine: str) -> None:
    assert checked(note, medicine)[0]


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
    assert not checked(note, medicine)[0]


@given(
    substance=st.sampled_from(sorted(load().substances)),
    form=st.sampled_from(FORMS),
    change=st.sampled_from([str.lower, str.upper, str.title, lambda text: unicodedata.normalize("NFD", text)]),
)
def test_substance_in_any_form_is_known(substance: str, form: str, change: Callable[[str], str]) -> None:
    name = load().name_of(substance)
    is_compound = "}a" in form or "}u" in form
    # a compound is made of names of one word
    for spoken in [one for one in (name.en, name.de) if not (is_compound and {" ", "-"} & set(one))]:
        assert checked(change(form.format(spoken)), f"{name.en} 10 mg") == (True, True), spoken


@pytest.mark.parametrize("note", ["Birch pollen", "Biene", "Foobaril 5", "siehe Akte", "?", "Pflaster"])
def test_note_without_known_substance_is_not_checked(note: str) -> None:
    assert not checked(note, "Paracetamol 500 mg")[1]
