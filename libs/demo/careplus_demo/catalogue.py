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
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, LabTestAnalyteRow, LabTestRow, ReferenceRangeRow

USUAL = ("CBC", "LIPID", "CMP", "TSH", "CRP", "HBA1C", "FERRITIN", "VITD", "UA", "GLU", "CREA")
CHILDRENS = ("CBC", "CRP", "VITD", "UA")
"""Tests of patients without a story."""
Catalogue = dict[str, "LabTest"]


@dataclass(frozen=True)
class Analyte:
    code: str
    unit: str | None
    decimals: int
    usual: Sequence[str]
    choices: Sequence[str]
    is_text: bool
    ranges: Sequence[Any]
    begins: Sequence[tuple[date | None, int]]
    """The first day and the number of each version of the ranges."""

    def range_for(self, patient: Patient, day: date) -> Any:
        """Return the range at this age on this day: for this sex before one for any; None without a fitting one."""
        number = max((number for first, number in self.begins if first is None or first <= day), default=1)
        age = (day - patient.date_of_birth).days
        fitting = [
            one
            for one in self.ranges
            if one.number == number
            and one.sex in (None, patient.sex)
            and one.age_from_days <= age
            and (one.age_to_days is None or age < one.age_to_days)
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


def read(connection: sa.Connection) -> Catalogue:
    """Return the tests by code."""
    ranges: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(core(ReferenceRangeRow)).order_by(col(ReferenceRangeRow.id))):
        ranges[row.analyte_code].append(row)
    begins: dict[str, list[tuple[date | None, int]]] = defaultdict(list)
    for row in connection.execute(sa.select(core(AnalyteVersionRow))):
        begins[row.analyte_code].append((row.valid_from, row.number))
    analytes = {
        row.code: Analyte(
            row.code, row.unit, row.decimals, row.usual, row.choices, row.kind == "text", ranges[row.code], begins[row.code]
        )
        for row in connection.execute(sa.select(core(AnalyteRow)))
    }
    measured: dict[str, list[Analyte]] = defaultdict(list)
    for row in connection.execute(
        sa.select(core(LabTestAnalyteRow)).order_by(col(LabTestAnalyteRow.test_code), col(LabTestAnalyteRow.position))
    ):
        measured[row.test_code].append(analytes[row.analyte_code])
    return {
        row.code: LabTest(row.code, row.price_minor, row.currency, row.turnaround_hours, row.specimen, measured[row.code])
        for row in connection.execute(sa.select(core(LabTestRow)).order_by(col(LabTestRow.code)))
    }
