"""Every control in docs/clinical-safety.md names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clinical-safety.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| hazard")]
TESTS = {name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


@pytest.mark.parametrize("row", ROWS)
def test_each_hazard_names_a_test_that_exists(row: str) -> None:
    named = re.findall(r"`([^`]+)`", row.rsplit(" | ", maxsplit=1)[-1])
    assert named
    missing = [name for name in named if name not in TESTS and not (ROOT / name).is_file()]
    assert not missing
