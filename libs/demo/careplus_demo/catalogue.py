"""The laboratory's catalogue, read from the database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_demo.people import Patient
from careplus_tables.columns import core
from careplus_tables.labs import AnalyteRow, LabTestAnalyteRow, LabTestRow, ReferenceRangeRow

USUAL = ("CBC", "LIPID", "CMP", "TSH", "CRP", "HBA1C", "FERRITIN", "VITD", "UA", "GLU", "CREA", "K")
"""Tests that the demo hospital orders; pat and sam get the first two."""


@dataclass(frozen=True)
class Analyte:
    code: str
    unit: str | None
    decimals: int
    usual: Sequence[str]
    choices: Sequence[str]
    is_text: bool
    ranges: Sequence[Any]

    def range_for(self, patient: Patient, day: date) -> Any:
        """Return the range at this age: for this sex before one for any; None without a fitting one."""
        age = (day - patient.date_of_birth).days
        fitting = [
            one
            for one in self.ranges
            if one.sex in (None, patient.sex) and one.age_from_days <= age and (one.age_to_days is None or age < one.age_to_days)
        ]
        return min(fitting, key=lambda one: one.sex is None, default=None)


@dataclass(frozen=True)
class LabTest:
    code: str
    price_minor: int
    currency: str
    turnaround_hours: int
    specimen: str
    analytes: Sequence[Analyte]


def read(connection: sa.Connection) -> list[LabTest]:
    """Return the tests of `USUAL`, in that order."""
    ranges: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(core(ReferenceRangeRow)).order_by(col(ReferenceRangeRow.id))):
        ranges[row.analyte_code].append(row)
    analytes = {
        row.code: Analyte(row.code, row.unit, row.decimals, row.usual, row.choices, row.kind == "text", ranges[row.code])
        for row in connection.execute(sa.select(core(AnalyteRow)))
    }
    measured: dict[str, list[Analyte]] = defaultdict(list)
    for row in connection.execute(
        sa.select(core(LabTestAnalyteRow)).order_by(col(LabTestAnalyteRow.test_code), col(LabTestAnalyteRow.position))
    ):
        measured[row.test_code].append(analytes[row.analyte_code])
    tests = connection.execute(sa.select(core(LabTestRow)).where(col(LabTestRow.code).in_(USUAL)))
    found = [
        LabTest(row.code, row.price_minor, row.currency, row.turnaround_hours, row.specimen, measured[row.code]) for row in tests
    ]
    return sorted(found, key=lambda test: USUAL.index(test.code))
