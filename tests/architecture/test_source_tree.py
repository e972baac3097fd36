"""Text that may not be in the source tree, and packages that replace others."""

import ast
import json
import re
import statistics
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import sqlalchemy as sa

from careplus_tables import sqlite
from careplus_tables.engine import Database

ROOT = Path(__file__).parents[2]
GENERATED = {".git", ".venv", "node_modules", "dist", "types", "__pycache__", ".hypothesis"}
"""Folders that are not under version control, besides caches and the data of a hospital."""
TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".in",
    ".lock",
    ".json",
    ".ts",
    ".tsx",
    ".css",
    ".html",
    ".js",
    ".mjs",
    ".yaml",
    ".svg",
    ".mako",
}
UNSPECIFIC = {"utils", "util", "common", "helpers", "helper", "base", "core", "shared", "manager", "misc"}
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 200, 40, 10
LONG_FILES = {
    "libs/contracts/careplus_contracts/accounts.py": "one noun: bodies, answers and six endpoints with their examples",
    "libs/contracts/careplus_contracts/appointments.py": "one noun: bodies, answers and ten endpoints with their examples",
    "libs/contracts/careplus_contracts/charts.py": "one noun: the whole record of a patient, and its opening in an emergency",
    "libs/contracts/careplus_contracts/endpoints.py": "the definition of an endpoint",
    "libs/contracts/careplus_contracts/lab_catalogue.py": "one noun: tests and their analytes, three endpoints with examples",
    "libs/contracts/careplus_contracts/labs.py": "one noun: bookings and the worklist, eight endpoints with their examples",
    "libs/contracts/careplus_contracts/merges.py": "one noun: likely records, two records compared, their merge and its undo",
    "libs/contracts/careplus_contracts/notices.py": "one noun: choices, the link of a reminder, and the list; seven endpoints",
    "libs/contracts/careplus_contracts/refills.py": "one noun: a request of a patient, its answer, and the desk; nine endpoints",
    "libs/contracts/careplus_contracts/refusals.py": "the list of refusals",
    "libs/contracts/careplus_contracts/results.py": "one noun: from entering a value to a trend",
    "libs/contracts/careplus_contracts/reviews.py": "one noun: the inbox, its counts, and the doctor's review",
    "libs/contracts/careplus_contracts/values.py": "the types that every contract uses",
    "libs/contracts/careplus_contracts/waitlist.py": "one noun: entries, offers and their answers; nine endpoints",
    "libs/runtime/careplus_runtime/process/settings.py": "the list of settings",
    "libs/runtime/careplus_runtime/http/openapi.py": "the generator of one document",
    "libs/tables/careplus_tables/labs.py": "one noun: the catalogue, bookings and results refer to each other",
    "libs/tables/careplus_tables/migrations/versions/0001_the_first_schema.py": "generated: every table",
    "libs/tables/careplus_tables/migrations/versions/0011_search_keys_of_names.py": "copies of functions",
}
"""Longer files outside of tests, with the reason. Test files may be longer, because each test is read alone."""
LONG_FUNCTIONS: dict[str, str] = {}


def files(*suffixes: str) -> list[Path]:
    """Return the files of the tree with these suffixes, or all text files."""

    def within(folder: Path) -> Iterator[Path]:
        for path in folder.iterdir():
            if path.is_dir():
                if path != ROOT / "data" and path.name not in GENERATED and not path.name.endswith((".egg-info", "_cache")):
                    yield from within(path)
            elif path.suffix in (suffixes or TEXT_SUFFIXES) or (not suffixes and not path.suffix):
                yield path

    return sorted(path for path in within(ROOT) if path.name not in {".env", ".coverage", ".git"})


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found(pattern: str) -> list[str]:
    return [name(path) for path in files() if re.search(pattern, path.read_text(errors="ignore"))]


def test_source_tree_names_no_registry() -> None:
    # concatenated, so that this file does not contain the names
    hosts = ["npm" + "js", "py" + "pi.org", "python" + "hosted", "yarn" + "pkg", "crates" + ".io", "proxy.golang" + ".org"]
    assert found("|".join(map(re.escape, hosts))) == []
    assert "index" + "-url" not in "".join(path.read_text() for path in files(".in", ".lock"))


def test_source_tree_names_no_local_path() -> None:
    folders = ["ho" + "me/[a-z]", "Us" + "ers/[A-Za-z]", "ro" + "ot/", "wo" + "rk/", "op" + "t/"]
    assert found(f"(?<![\\w.*}}])/({'|'.join(folders)})") == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_python_locks_have_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    # a package name may begin with `git`
    assert re.search(r"https?:|git\+|file:", text) is None
    pins = re.findall(
        r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)[^\n]*\n((?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)+)", text, re.MULTILINE
    )
    assert len(pins) > 30
    assert len(pins) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)), "every line is a pin with hashes"


def test_dev_lock_contains_the_runtime_lock() -> None:
    pin = r"^([A-Za-z0-9_.-]+)==(\S+)"
    runs, tests = (
        dict(re.findall(pin, (ROOT / lock).read_text(), re.MULTILINE)) for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert {package: tests.get(package) for package in runs} == runs


def test_portal_lock_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text()
    assert re.search(r"https?:|git\+|\"resolved\"", text) is None
    packages = json.loads(text)["packages"]
    assert [path for path, package in packages.items() if path and "integrity" not in package] == []


def test_services_do_not_commit() -> None:
    calls = [name(path) for path in files(".py") if "services" in path.parts and re.search(r"\bcommit\(", path.read_text())]
    assert calls == []


def test_folders_and_modules_have_specific_names() -> None:
    assert [
        name(path) for path in files(".py") if path.stem in UNSPECIFIC or UNSPECIFIC & set(path.relative_to(ROOT).parts)
    ] == []
    assert [name(path) for path in files() if UNSPECIFIC & set(path.relative_to(ROOT).parts[:-1])] == []


def test_passlib_is_the_maintained_fork() -> None:
    assert version("libpass")
    with pytest.raises(PackageNotFoundError):
        version("passlib")


async def test_sqlite_is_new_enough_on_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/careplus.db")
    statement = "SELECT sqlite_version()"
    async with database.writing() as writer, database.reading() as reader:
        found = {(await session.execute(sa.text(statement))).scalar_one() for session in (writer, reader)}
    assert database.direct is not None
    found |= {row[0] for row in await database.direct.fetch(statement, ())}
    await database.close()
    assert {tuple(map(int, one.split("."))) >= sqlite.MINIMUM_VERSION for one in found} == {True}
    assert sqlite.MINIMUM_VERSION >= (3, 53, 2)


def test_only_tokens_module_imports_jose() -> None:
    assert [name(path) for path in files(".py") if imports(path, "jose") and "tests" not in path.parts] == [
        "libs/runtime/careplus_runtime/identity/tokens.py"
    ]


def imports(path: Path, package: str) -> bool:
    return any(
        (isinstance(node, ast.Import) and any(alias.name.partition(".")[0] == package for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == package)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_long_files_are_listed_with_a_reason() -> None:
    running = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in {"libs", "services", "bench"}]
    long = {name(path) for path in running if len(path.read_text().splitlines()) > LONGEST_FILE}
    assert long == set(LONG_FILES)


def test_long_functions_are_listed_with_a_reason() -> None:
    lengths: list[int] = []
    long: set[str] = set()
    for path in files(".py"):
        if path.relative_to(ROOT).parts[0] in {"libs", "services"} and "versions" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lengths.append((node.end_lineno or node.lineno) - node.lineno + 1)
                    long |= {node.name} if lengths[-1] > LONGEST_FUNCTION else set()
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert long == set(LONG_FUNCTIONS)


def test_every_module_has_a_docstring() -> None:
    missing = [
        name(path)
        for path in files(".py")
        if path.name != "__init__.py" and path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert missing == []
