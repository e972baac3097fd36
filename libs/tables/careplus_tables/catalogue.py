"""Fills the laboratory's catalogue from `data/lab_catalogue.toml`, which names the sources of its figures."""

import math
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from careplus_clinic.lab_texts import key_of_test
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, LabTestAnalyteRow, LabTestRow, ReferenceRangeRow

FILE = Path(__file__).parent / "data" / "lab_catalogue.toml"
CURRENCY = "EUR"
UNITS = 2
"""Number of the source of units; later ones are sources of ranges."""
DAYS = {"d": 1.0, "m": 30.4375, "y": 365.25}
BOUNDS = ("low", "high", "critical_low", "critical_high")


def fill(connection: sa.Connection) -> int:
    """Insert analytes and tests with missing codes and return the number of tests. Present rows keep their edits.

    Search keys follow the texts of every language, which a release may change.
    """
    catalogue = tomllib.loads(FILE.read_text(encoding="utf-8"))
    analytes = _missing(connection, AnalyteRow.code, catalogue["analytes"])
    tests = _missing(connection, LabTestRow.code, catalogue["tests"])
    _insert(connection, AnalyteRow, map(_analyte, analytes))
    _insert(connection, AnalyteVersionRow, (_version(one, catalogue["sources"]) for one in analytes))
    _insert(connection, ReferenceRangeRow, (_range(one["code"], row) for one in analytes for row in one.get("ranges", ())))
    _insert(connection, LabTestRow, map(_test, tests))
    _insert(
        connection,
        LabTestAnalyteRow,
        (
            {"test_code": test["code"], "position": position, "analyte_code": code}
            for test in tests
            for position, code in enumerate(test["analytes"])
        ),
    )
    _refresh_keys(connection)
    return len(tests)


def days(age: str | None) -> int | None:
    """Return an age such as `28d`, `6m` or `18y` as the fewest days in which a person reaches it, so that birthdays count."""
    return None if age is None else math.floor(int(age[:-1]) * DAYS[age[-1]])


def _refresh_keys(connection: sa.Connection) -> None:
    sources = (LabTestRow.code, LabTestRow.name, LabTestRow.category, LabTestRow.plain)
    for code, *others, key in connection.execute(sa.select(*map(col, (*sources, LabTestRow.search_key)))).all():
        if key != (fresh := key_of_test(code, *others)):
            connection.execute(sa.update(LabTestRow).where(col(LabTestRow.code) == code).values(search_key=fresh))


def _missing(connection: sa.Connection, code: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = set(connection.scalars(sa.select(col(code))))
    return [one for one in wanted if one["code"] not in known]


def _insert(connection: sa.Connection, kind: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    if found := list(rows):
        connection.execute(sa.insert(kind), found)


def _analyte(one: dict[str, Any]) -> dict[str, Any]:
    usual = one.get("usual", [])
    return {
        "code": one["code"],
        "name": one["name"],
        "loinc": one["loinc"],
        "kind": one["kind"],
        "unit": one.get("unit"),
        "decimals": one.get("decimals", 0),
        "plain": one["plain"],
        "usual": usual,
        "choices": one.get("values", [*usual, *one.get("abnormal", [])]),
    }


def _version(one: dict[str, Any], sources: dict[str, str]) -> dict[str, Any]:
    """Return the first version; the sources of codes and units have no ranges."""
    cited = [sources[str(number)] for number in one["source"] if number > UNITS]
    first = {"number": 1, "valid_from": None, "unit": one.get("unit"), "edited_by_id": None, "edited_at": None}
    return {**first, "analyte_code": one["code"], "source": "; ".join(cited) or sources["1"]}


def _range(analyte_code: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "analyte_code": analyte_code,
        "sex": row.get("sex"),
        "age_from_days": days(row.get("age_from", "0d")),
        "age_to_days": days(row.get("age_to")),
        "number": 1,
        **{bound: row.get(bound) for bound in BOUNDS},
    }


def _test(one: dict[str, Any]) -> dict[str, Any]:
    named = ("code", "name", "loinc", "category", "specimen", "preparation", "plain", "turnaround_hours", "price_minor")
    return {
        **{name: one[name] for name in named},
        **{name: one.get(name) for name in ("repeat_after_days", "stat_minutes", "collect_from", "collect_until")},
        "currency": CURRENCY,
        "active": True,
        "version": 1,
        "by_order_only": one.get("by_order_only", False),
        "fasting_hours": one.get("fasting_hours", 0),
    }
