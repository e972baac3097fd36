"""Print the contents of a service's image from the pyproject files: `image.py needs auth postgresql`, `image.py members auth`."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OWN_PACKAGE = re.compile(r"(careplus-[a-z]+)(?:\[([a-z,]+)\])?")


def _members() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Return the folder and the `[project]` table of every workspace member, by name."""
    found = ((path.parent, tomllib.loads(path.read_text())["project"]) for path in sorted(ROOT.glob("*/*/pyproject.toml")))
    return {project["name"]: (folder, project) for folder, project in found}


MEMBERS = _members()


def resolved(requirement: str) -> Iterator[str]:
    """Yield a requirement and all requirements of our own packages in it, transitively."""
    yield requirement
    if named := OWN_PACKAGE.fullmatch(requirement):
        _, project = MEMBERS[named[1]]
        extras = named[2].split(",") if named[2] else []
        for requirements in (project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)):
            for one in requirements:
                yield from resolved(one)


def needs(service: str, extras: str = "") -> list[str]:
    """Return the requirements to install from wheels, with the `extras` of our own packages that the service uses."""
    found = {*resolved(f"careplus-{service}")}
    used = {named[1] for one in found if (named := OWN_PACKAGE.fullmatch(one))}
    for extra in filter(None, extras.split(",")):
        owners = {name for name, (_, project) in MEMBERS.items() if extra in project.get("optional-dependencies", {})}
        if not owners:
            raise SystemExit(f"There is no extra {extra}.")
        for name in owners & used:
            found.update(resolved(f"{name}[{extra}]"))
    return sorted(one for one in found if not OWN_PACKAGE.fullmatch(one))


def members(service: str) -> list[str]:
    """Return the folders of our own packages to install."""
    names = {named[1] for one in resolved(f"careplus-{service}") if (named := OWN_PACKAGE.fullmatch(one))}
    return [f"./{MEMBERS[name][0].relative_to(ROOT).as_posix()}" for name in sorted(names)]


if __name__ == "__main__":
    kind, service, *extras = sys.argv[1:]
    sys.stdout.write("\n".join({"needs": needs, "members": members}[kind](service, *extras)) + "\n")
