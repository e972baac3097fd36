"""The age limits of the demo hospital: paediatricians see patients up to 17 years."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import SQLModel

from careplus_clinic.specialties import PAEDIATRICS
from careplus_tables.specialty_ages import SpecialtyAgePlanRow, SpecialtyAgeRow


def rows_by_table() -> Iterator[tuple[type[SQLModel], Iterable[dict[str, Any]]]]:
    """Yield each table with its rows."""
    yield SpecialtyAgePlanRow, [{"id": 1, "version": 2}]
    yield SpecialtyAgeRow, [{"code": PAEDIATRICS, "min_age": 0, "max_age": 17}]
