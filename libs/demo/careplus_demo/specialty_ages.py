"""The age limits of the demo hospital: paediatricians see patients up to 17 years."""

from collections.abc import Iterator
from typing import Any

from careplus_clinic.specialties import PAEDIATRICS


def plan_rows() -> Iterator[dict[str, Any]]:
    yield {"id": 1, "version": 2}


def limit_rows() -> Iterator[dict[str, Any]]:
    yield {"code": PAEDIATRICS, "min_age": 0, "max_age": 17}
