"""Units of tests that one worker runs."""

from pathlib import Path

import pytest

from tests.scheduling import ONE_HOSPITAL, SWEEP_PARTS, scope_of

ROOT = Path(__file__).parents[2]
SWEEP_FILE = "tests/browser/test_page_sweep.py"


@pytest.mark.parametrize("file", [*ONE_HOSPITAL, SWEEP_FILE])
def test_scheduled_file_exists(file: str) -> None:
    assert (ROOT / file).exists()


def test_file_is_one_unit() -> None:
    assert (
        scope_of("tests/labs/test_flags.py::test_a[x]")
        == scope_of("tests/labs/test_flags.py::test_b")
        == "tests/labs/test_flags.py"
    )


def test_files_of_one_hospital_are_one_unit() -> None:
    assert scope_of("tests/openapi/test_document.py::test_a") == scope_of("tests/openapi/test_odd_values.py::test_b") == "sandbox"


def test_lists_of_one_database_are_one_unit() -> None:
    lists = "tests/test_every_list.py"
    assert scope_of(f"{lists}::test_a[sqlite-list_tests]") == scope_of(f"{lists}::test_b[sqlite-list_visits]")
    assert scope_of(f"{lists}::test_a[sqlite-list_tests]") != scope_of(f"{lists}::test_a[postgresql-list_tests]")


def test_views_of_the_sweep_are_divided() -> None:
    views = [f"patient /results/{number}" for number in range(100)]
    units = {scope_of(f"{SWEEP_FILE}::test_a[{view}]") for view in views}
    assert len(units) == SWEEP_PARTS
    for view in views:
        assert scope_of(f"{SWEEP_FILE}::test_a[{view}]") == scope_of(f"{SWEEP_FILE}::test_axe[{view}-(('light', 1280),)]")
