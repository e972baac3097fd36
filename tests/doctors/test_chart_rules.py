"""Medicines that an allergy rules out, and the days that a search names."""

from datetime import date

import pytest

from careplus_contracts.allergies import Allergy, AllergyConflict, AllergyStatus, Severity
from careplus_doctors.rules.charts import allergy_status, check_allergies, parse_day

PENICILLIN = Allergy(substance="Penicillin", reaction="Hives", severity=Severity.SEVERE)
ASPIRIN = Allergy(substance="acetylsalicylic ACID", severity=Severity.MILD)


@pytest.mark.parametrize(
    "medicine", ["Penicillin", "PENICILLIN V 1 Mega", "Benzathine-penicillin", "\uff30enicillin G", "tablets (penicillin)"]
)
def test_medicine_with_allergenic_substance_is_refused(medicine: str) -> None:
    with pytest.raises(AllergyConflict, match="Penicillin") as refused:
        check_allergies(["Ramipril 5 mg", medicine], [ASPIRIN, PENICILLIN], None)
    [conflict] = refused.value.extras["conflicts"]
    assert conflict.model_dump() == {"medicine": medicine, "substance": "Penicillin", "severity": "severe", "reaction": "Hives"}


@pytest.mark.parametrize("medicine", ["Amoxicillin 500 mg", "Penicillinase", "Acetylsalicylic", "Folic acid 0.4 mg", "5 mg"])
def test_medicine_without_every_word_is_allowed(medicine: str) -> None:
    check_allergies([medicine], [ASPIRIN, PENICILLIN], None)


def test_conflict_names_every_medicine() -> None:
    with pytest.raises(AllergyConflict) as refused:
        check_allergies(["Penicillin V", "Acetylsalicylic acid 100 mg", "Penicillin G"], [PENICILLIN, ASPIRIN], None)
    assert [conflict.medicine for conflict in refused.value.extras["conflicts"]] == [
        "Penicillin V",
        "Acetylsalicylic acid 100 mg",
        "Penicillin G",
    ]


def test_reason_overrides_and_signs_are_no_substance() -> None:
    check_allergies(["Penicillin V"], [PENICILLIN], "Tested negative in May")
    check_allergies(["5 % (w/v)"], [Allergy(substance="%", severity=Severity.MILD)], None)


def test_allergy_status_separates_not_asked_from_none() -> None:
    assert allergy_status([], False) is AllergyStatus.NOT_ASKED
    assert allergy_status([], True) is AllergyStatus.NONE_KNOWN
    assert allergy_status([PENICILLIN], False) is AllergyStatus.NOTED


def test_parse_day_takes_whole_iso_days_only() -> None:
    assert parse_day("1984-05-17") == date(1984, 5, 17)
    assert [parse_day(q) for q in ("1984-02-30", "19840517", "1984-05", "Pia", "\u0661984-05-17")] == [None] * 5
