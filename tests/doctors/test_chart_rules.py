"""Whether allergies are recorded, and the days that a search names."""

from datetime import date

from careplus_contracts.allergies import Allergy, AllergyStatus, Severity
from careplus_doctors.rules.charts import allergy_status, parse_day

PENICILLIN = Allergy(substance="Penicillin", reaction="Hives", severity=Severity.SEVERE)


def test_allergy_status_separates_not_asked_from_none() -> None:
    assert allergy_status([], False) is AllergyStatus.NOT_ASKED
    assert allergy_status([], True) is AllergyStatus.NONE_KNOWN
    assert allergy_status([PENICILLIN], False) is AllergyStatus.NOTED


def test_parse_day_takes_whole_iso_days_only() -> None:
    assert parse_day("1984-05-17") == date(1984, 5, 17)
    assert [parse_day(q) for q in ("1984-02-30", "19840517", "1984-05", "Pia", "\u0661984-05-17")] == [None] * 5
