"""Files, links and commands that the documents name exist, and every setting is explained."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from careplus_cli.main import app
from careplus_runtime.process.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
GENERATED = {".venv", "web/node_modules", "web/dist", "web/types", "dist/sbom.json"}
"""Files that `make` creates."""
PATH = re.compile(r"[\w.-]+(/[\w.*-]+)+/?|[\w.-]+\.(py|md|toml|lock|example|svg)|Makefile|LICENSE")


def quoted_names(document: Path) -> Iterator[str]:
    """Yield the text in backquotes, outside of blocks of commands."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", text)


def candidates(name: str) -> Iterator[Path]:
    """Yield the possible paths of a name: `labs/app.py` is short for `services/labs/careplus_labs/app.py`."""
    room, _, rest = name.partition("/")
    yield ROOT / name
    for kind in ("libs", "services"):
        yield ROOT / kind / room / f"careplus_{room}" / rest


def exists(name: str) -> bool:
    return name in GENERATED or any(list(place.parent.glob(place.name)) for place in candidates(name.rstrip("/")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_files_named_in_documents_exist(document: Path) -> None:
    assert [name for name in quoted_names(document) if PATH.fullmatch(name) and not exists(name)] == []


def test_file_names_in_documents_are_found() -> None:
    found = [name for document in DOCUMENTS for name in quoted_names(document) if PATH.fullmatch(name)]
    assert len(found) > 30
    assert not exists("libs/contracts/careplus_contracts/nothing.py")
    assert not exists("runtime/nothing.py")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_in_documents_have_a_target(document: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        path, _, heading = target.partition("#")
        assert not target.startswith("http"), f"{target}: documents link to files of the project only"
        linked = document.parent / path if path else document
        assert linked.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_commands_named_in_documents_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    known = getattr(get_command(app), "commands", {})
    text = document.read_text()
    for target in re.findall(r"(?:`|^)make ([a-z-]+)(?:`|\s)", text, re.MULTILINE):
        assert target in targets
    for command, word in re.findall(r"(?:`|bin/)careplus ([a-z]+)(?: ([a-z-]+))?", text):
        assert command in known
        assert not hasattr(known[command], "commands") or word in known[command].commands


def variables() -> dict[str, str]:
    """Return the settings of `.env.example`, set or commented out."""
    listed = re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(dict(listed)) == len(listed), "a setting is listed twice"
    return dict(listed)


def test_env_example_lists_exactly_the_settings() -> None:
    aliases = {name: field.validation_alias for name, field in Settings.model_fields.items()}
    assert set(variables()) == {str(alias or f"CAREPLUS_{name.upper()}") for name, alias in aliases.items()}
    lines = (ROOT / ".env.example").read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z_]+=", line):
            before = lines[number - 1]
            assert before.startswith("# ") or re.match(r"#?[A-Z_]+=", before), f"{line} is not explained"


def test_env_example_shows_the_defaults() -> None:
    for name, field in Settings.model_fields.items():
        listed = variables()[str(field.validation_alias or f"CAREPLUS_{name.upper()}")]
        if field.default is not None:
            assert listed == (str(field.default).lower() if isinstance(field.default, bool) else str(field.default))
