"""Reads the medicine files and refuses entries that do not fit together, in a sentence that names the file and the entry."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from careplus_doctors.rules.medicines.content import BrokenMedicineFile, Content
from careplus_doctors.rules.medicines.entries import (
    AgeRule,
    Combination,
    CrossReaction,
    Interaction,
    MedicineClass,
    Named,
    Substance,
)
from careplus_doctors.rules.medicines.fitting import fit

E = TypeVar("E", bound=BaseModel)
N = TypeVar("N", bound=Named)


def read(folder: Traversable) -> Content:
    """Return the entries of all files, or raise BrokenMedicineFile."""
    content = Content()
    content.date = str(_toml(folder / "list.toml", content).get("date", ""))
    if not content.date:
        raise BrokenMedicineFile("list.toml: date is missing.")
    file = folder / "classes.toml"
    _add(content, file, _toml(file, content), MedicineClass, content.classes)
    for file in _folder(folder / "substances"):
        _add(content, file, _toml(file, content), Substance, content.substances)
    file = folder / "combinations.toml"
    _add(content, file, _toml(file, content), Combination, content.combinations)
    for file in _folder(folder / "interactions"):
        content.interactions += _rules(content, file, Interaction)
    content.cross_reactions += _rules(content, folder / "cross_reactions.toml", CrossReaction)
    content.ages += _rules(content, folder / "ages.toml", AgeRule)
    fit(content)
    return content


def _folder(folder: Traversable) -> list[Traversable]:
    found = (
        sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
        if folder.is_dir()
        else []
    )
    if not found:
        raise BrokenMedicineFile(f"{folder.name}: the folder with medicine files is missing or empty.")
    return found


def _toml(file: Traversable, content: Content) -> dict[str, Any]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BrokenMedicineFile(f"{file.name}: the medicine file is missing.") from error
    content.raw += file.name.encode() + raw
    try:
        return tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenMedicineFile(f"{file.name}: {error}.") from error


def _add(content: Content, file: Traversable, tables: dict[str, Any], kind: type[N], into: dict[str, N]) -> None:
    for key, table in tables.items():
        if key in content.origin:
            raise BrokenMedicineFile(f"{file.name}, {key}: {content.origin[key]} has an entry of that name already.")
        content.origin[key] = file.name
        title = key.replace("_", " ").capitalize()
        into[key] = _entry(f"{file.name}, {key}", {"en": title, "de": title, **table} if isinstance(table, dict) else table, kind)


def _rules(content: Content, file: Traversable, kind: type[E]) -> list[E]:
    rows = _toml(file, content).get("rule", [])
    return [_entry(f"{file.name}, rule {number} ({_of(row)})", row, kind) for number, row in enumerate(rows, 1)]


def _of(row: dict[str, Any]) -> str:
    return " and ".join(str(row[name]) for name in ("a", "b", "medicine") if name in row)


def _entry(place: str, table: Any, kind: type[E]) -> E:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BrokenMedicineFile(f"{place}: {where + ': ' if where else ''}{first['msg']}.") from error
