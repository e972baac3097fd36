"""The cases of medicine checks: the prescription, the patient's medicines and record, and the alerts."""

import json
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.medicines import MedicineCheck
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines.check import check
from careplus_doctors.rules.medicines.medicine_list import load

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "medicine_cases.json").read_text(encoding="utf-8"))


def check_of(case: dict[str, Any]) -> MedicineCheck:
    return check(
        load(),
        [PrescriptionItem(**item) for item in case["prescribed"]],
        [PrescriptionItem(**item) for item in case["active"]],
        [Allergy(substance=one["substance"], severity=Severity(one["severity"])) for one in case["allergies"]],
        None if case["age_years"] is None else round(case["age_years"] * 365.25) + 1,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_raises_its_alerts_and_no_others(case: dict[str, Any]) -> None:
    found = check_of(case)
    alerts = {(one.kind, one.severity, one.key) for one in found.alerts}
    assert alerts == {(one["kind"], one["severity"], one["key"]) for one in case["alerts"]}
    assert [(one.reason, one.text) for one in found.unchecked] == [(one["reason"], one["text"]) for one in case["unchecked"]]


def test_cases_are_many_and_often_quiet() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 120
    assert sum(not case["alerts"] for case in CASES) >= 15
