"""The age limits of the demo hospital: paediatricians see patients up to 17 years."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import SQLModel

from careplus_clinic.specialties import PAEDIATRICS
from careplus_tables.specialty_ages import SpecialtyAgePlanRow, SpecialtyAgeRow

Rows = list[tuple[type[SQLModel], Iterable[dict[str, Any]]]]
"""Tables with their rows."""


def rows_by_table() -> Rows:
    """Return each table with its rows."""
    limit = {"code": PAEDIATRICS, "min_age": 0, "max_age": 17}
    return [(SpecialtyAgePlanRow, [{"id": 1, "version": 2}]), (SpecialtyAgeRow, [limit])]
