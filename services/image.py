"""What the image of one service holds, as the members' pyproject files say: `image.py needs auth`, `image.py members auth`."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"(careplus-[a-z]+)(?:\[([a-z,]+)\])?")


def _members() -> dict[str, tuple[Path, dict[str, Any]]]:
    """The folder and the `[project]` of every member, by its name."""
    found = ((path.parent, tomllib.loads(path.read_text())["project"]) for path in sorted(ROOT.glob("*/*/pyproject.toml")))
    return {project["name"]: (folder, project) for folder, project in found}


MEMBERS = _members()


def within(requirement: str) -> Iterator[str]:
    """What `careplus-name[extra]` brings along: members, and what comes from elsewhere, as requirements."""
    yield requirement
    if named := NAMED.fullmatch(requirement):
        _, project = MEMBERS[named[1]]
        extras = named[2].split(",") if named[2] else []
        for brought in (project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)):
            for one in brought:
                yield from within(one)


def needs(service: str) -> list[str]:
    """Requirements to install."""
    return sorted({one for one in within(f"careplus-{service}") if not NAMED.fullmatch(one)})


def members(service: str) -> list[str]:
    """Folders of the packages to install, from the project's own."""
    names = {named[1] for one in within(f"careplus-{service}") if (named := NAMED.fullmatch(one))}
    return [f"./{MEMBERS[name][0].relative_to(ROOT).as_posix()}" for name in sorted(names)]


if __name__ == "__main__":
    asked, service = sys.argv[1:]
    sys.stdout.write("\n".join({"needs": needs, "members": members}[asked](service)) + "\n")
