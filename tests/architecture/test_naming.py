"""Names of tests and files, and the width of the documents."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
LONGEST_NAME, LONGEST_LINE = 60, 100
INDIRECT = re.compile(r"test_(an?|the|it|there|who|what|nobody)_")


def unplain(source: str) -> list[str]:
    """Return the names of test functions that are too long or begin with an article or an indirect word."""
    names = [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [name for name in names if name.startswith("test_") and (len(name) > LONGEST_NAME or INDIRECT.match(name))]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_test_names_are_short_and_direct(path: Path) -> None:
    assert unplain(path.read_text()) == []


def test_unplain_test_names_are_found() -> None:
    planted = f"def test_who_asks(): ...\nasync def test_{'a' * 60}(): ...\ndef test_plain(): ...\n"
    assert unplain(planted) == ["test_who_asks", f"test_{'a' * 60}"]


def test_test_files_have_different_names() -> None:
    assert [name for name, number in Counter(path.name for path in TESTS).items() if number > 1] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_document_lines_are_wrapped(path: Path) -> None:
    # blocks of commands keep their line numbers, but are not measured
    prose = re.sub(r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), path.read_text(), flags=re.DOTALL | re.MULTILINE)
    lines = enumerate(prose.splitlines(), 1)
    assert [number for number, line in lines if len(line) > LONGEST_LINE and not line.startswith(("|", "!["))] == []
