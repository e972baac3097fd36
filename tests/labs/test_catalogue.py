"""The catalogue of tests in a new database."""

import itertools
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.lab_catalogue import AnalyteKind
from careplus_tables.catalogue import FILE, days, fill
from careplus_tables.engine import sync_engine
from careplus_tables.registry import METADATA

CATALOGUE: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
ANALYTES: list[dict[str, Any]] = CATALOGUE["analytes"]
TESTS: list[dict[str, Any]] = CATALOGUE["tests"]


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    created = sync_engine(f"sqlite:///{tmp_path / 'catalogue.db'}")
    with created.begin() as connection:
        METADATA.create_all(connection)
    return created


def _count(connection: sa.Connection, table: str) -> Any:
    return connection.execute(sa.select(sa.func.count()).select_from(METADATA.tables[table])).scalar()


def test_fill_inserts_each_row_once(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        assert fill(connection) == len(TESTS) >= 40
        assert fill(connection) == 0
        assert _count(connection, "analytes") == len(ANALYTES)
        assert _count(connection, "reference_ranges") == sum(len(one.get("ranges", ())) for one in ANALYTES)
        assert _count(connection, "lab_test_analytes") == sum(len(one["analytes"]) for one in TESTS)


def test_fill_keeps_changes_and_adds_missing_tests(engine: sa.Engine) -> None:
    tests, measured = METADATA.tables["lab_tests"], METADATA.tables["lab_test_analytes"]
    with engine.begin() as connection:
        fill(connection)
        connection.execute(sa.update(tests).where(tests.c.code == "CBC").values(price_minor=1, active=False))
        connection.execute(sa.delete(measured).where(measured.c.test_code.in_(["CBC", "K"])))
        connection.execute(sa.delete(tests).where(tests.c.code == "K"))
        assert fill(connection) == 1
        changed = connection.execute(sa.select(tests.c.price_minor, tests.c.active).where(tests.c.code == "CBC")).one()
        assert tuple(changed) == (1, False)
        found = connection.execute(sa.select(measured.c.test_code).where(measured.c.test_code.in_(["CBC", "K"]))).scalars()
        assert set(found) == {"K"}


@given(st.dates(date(1920, 1, 1), date(2027, 2, 28)), st.integers(1, 72))
def test_days_reaches_an_age_on_the_birthday(born: date, years: int) -> None:
    try:
        birthday = born.replace(year=born.year + years)
    except ValueError:
        birthday = date(born.year + years, 3, 1)
    reached = days(f"{years}y")
    assert reached is not None
    assert 0 <= (birthday - born).days - reached <= 1


def test_age_texts_are_parsed_to_days() -> None:
    assert [days(age) for age in (None, "0d", "28d", "1m", "6m", "12m", "1y", "18y")] == [None, 0, 28, 30, 182, 365, 365, 6574]


@pytest.mark.parametrize("one", [*ANALYTES, *TESTS], ids=lambda one: str(one["code"]))
def test_loinc_codes_have_valid_check_digits(one: dict[str, Any]) -> None:
    number, digit = re.fullmatch(r"([0-9]{1,7})-([0-9])", one["loinc"]).groups()  # type: ignore[union-attr]
    doubled = [int(figure) * (2 if place % 2 == 0 else 1) for place, figure in enumerate(reversed(number))]
    total = sum(value // 10 + value % 10 for value in doubled)
    assert (10 - total % 10) % 10 == int(digit)


@pytest.mark.parametrize("one", ANALYTES, ids=lambda one: str(one["code"]))
def test_quantities_have_units_and_texts_have_choices(one: dict[str, Any]) -> None:
    if AnalyteKind(one["kind"]) is AnalyteKind.QUANTITY:
        assert one["unit"]
        assert 0 <= one["decimals"] <= 4
    else:
        assert one.get("values") or one["usual"]
        assert "ranges" not in one
    assert one["source"]


@pytest.mark.parametrize("one", [one for one in ANALYTES if one.get("ranges")], ids=lambda one: str(one["code"]))
def test_bounds_are_ordered_and_ranges_do_not_overlap(one: dict[str, Any]) -> None:
    for row in one["ranges"]:
        bounds = [row[name] for name in ("critical_low", "low", "high", "critical_high") if name in row]
        assert bounds
        assert bounds == sorted(bounds)
    for sex in ("female", "male", None):
        spans = sorted(
            (days(row.get("age_from", "0d")) or 0, days(row.get("age_to")) or 10**6)
            for row in one["ranges"]
            if row.get("sex") == sex
        )
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_tests_name_known_analytes_once() -> None:
    codes = {one["code"] for one in ANALYTES}
    assert len(codes) == len(ANALYTES)
    assert len({one["code"] for one in TESTS}) == len(TESTS)
    for test in TESTS:
        assert test["analytes"]
        assert len(set(test["analytes"])) == len(test["analytes"])
        assert codes.issuperset(test["analytes"])
