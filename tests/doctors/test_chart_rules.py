"""Which medicines an allergy forbids, and what a search means."""

from datetime import date

import pytest

from careplus_contracts.allergies import Allergy, AllergyConflict, AllergyStatus, Severity
from careplus_doctors.rules.charts import allergy_status, check_allergies, day_meant

PENICILLIN = Allergy(substance="Penicillin", reaction="Hives", severity=Severity.SEVERE)
ASPIRIN = Allergy(substance="acetylsalicylic ACID", severity=Severity.MILD)


@pytest.mark.parametrize(
    "medicine", ["Penicillin", "PENICILLIN V 1 Mega", "Benzathine-penicillin", "\uff30enicillin G", "tablets (penicillin)"]
)
def test_a_medicine_that_names_the_substance_is_refused(medicine: str) -> None:
    with pytest.raises(AllergyConflict, match="Penicillin") as refused:
        check_allergies(["Ramipril 5 mg", medicine], [ASPIRIN, PENICILLIN], None)
    [conflict] = refused.value.extras["conflicts"]
    assert conflict.model_dump() == {"medicine": medicine, "substance": "Penicillin", "severity": "severe", "reaction": "Hives"}


@pytest.mark.parametrize("medicine", ["Amoxicillin 500 mg", "Penicillinase", "Acetylsalicylic", "Folic acid 0.4 mg", "5 mg"])
def test_only_whole_words_and_all_of_them_count(medicine: str) -> None:
    check_allergies([medicine], [ASPIRIN, PENICILLIN], None)


def test_every_conflict_is_named() -> None:
    with pytest.raises(AllergyConflict) as refused:
        check_allergies(["Penicillin V", "Acetylsalicylic acid 100 mg", "Penicillin G"], [PENICILLIN, ASPIRIN], None)
    assert [conflict.medicine for conflict in refused.value.extras["conflicts"]] == [
        "Penicillin V",
        "Acetylsalicylic acid 100 mg",
        "Penicillin G",
    ]


def test_a_reason_is_enough_and_signs_are_no_substance() -> None:
    check_allergies(["Penicillin V"], [PENICILLIN], "Tested negative in May")
    check_allergies(["5 % (w/v)"], [Allergy(substance="%", severity=Severity.MILD)], None)


def test_not_asked_is_not_none_known() -> None:
    assert allergy_status([], False) is AllergyStatus.NOT_ASKED
    assert allergy_status([], True) is AllergyStatus.NONE_KNOWN
    assert allergy_status([PENICILLIN], False) is AllergyStatus.NOTED


def test_a_day_is_written_whole() -> None:
    assert day_meant("1984-05-17") == date(1984, 5, 17)
    assert [day_meant(q) for q in ("1984-02-30", "19840517", "1984-05", "Pia", "\u0661984-05-17")] == [None] * 5
