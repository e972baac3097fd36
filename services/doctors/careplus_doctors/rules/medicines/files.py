"""Reads the medicine files and refuses whatever does not fit together, in a sentence that names the file and the entry."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from careplus_doctors.rules.medicines.entries import (
    AgeRule,
    Combination,
    CrossReaction,
    Interaction,
    MedicineClass,
    Named,
    Product,
    Substance,
)
from careplus_doctors.rules.medicines.folding import LONG
from careplus_doctors.rules.medicines.names import keys_of

LONG_CLASS = 9
"""The name of a class of so many letters also stands for longer words: Kontrastmittelallergie."""
E = TypeVar("E", bound=BaseModel)
N = TypeVar("N", bound=Named)


class BrokenMedicineFile(Exception):
    """A medicine file is missing or does not fit the others."""


@dataclass
class Content:
    """The entries of all files; `names` has the key of each name, `members` each class with its members."""

    date: str = ""
    raw: bytes = b""
    substances: dict[str, Substance] = field(default_factory=dict)
    combinations: dict[str, Combination] = field(default_factory=dict)
    classes: dict[str, MedicineClass] = field(default_factory=dict)
    interactions: list[Interaction] = field(default_factory=list)
    cross_reactions: list[CrossReaction] = field(default_factory=list)
    ages: list[AgeRule] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    beginnings: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)


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
    _refer(content)
    _gather(content)
    _name(content)
    _compare_pairs(content.interactions)
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


def _products(content: Content) -> Iterator[tuple[str, Product]]:
    yield from content.substances.items()
    yield from content.combinations.items()


def _name(content: Content) -> None:
    """Give each name to its entry, and refuse a name of two entries; a class shares its name with a member: heparin, Heparine."""
    named = [(key, product.names, product.generic_names) for key, product in _products(content)]
    classes = [(key, one) for key, one in content.classes.items() if not one.mechanism]
    named += [(key, names := tuple(_class_names(content, key, one)), names) for key, one in classes]
    for entry, names, generic in named:
        least = LONG_CLASS if entry in content.classes else LONG
        content.beginnings.update(key for key in keys_of([*generic, entry.replace("_", " ")]) if len(key) >= least)
        for name in keys_of([*names, entry.replace("_", " ")]):
            other = content.names.setdefault(name, entry)
            if other != entry and other not in content.members.get(entry, ()):
                place = f"{content.origin[entry]}, {entry}"
                raise BrokenMedicineFile(f"{place}: the name {name!r} is also a name of {other} in {content.origin[other]}.")


def _class_names(content: Content, key: str, one: MedicineClass) -> Iterator[str]:
    """Yield the names of a class, alone and before those of a wider class: macrolide antibiotics are macrolides only."""
    names = (one.en, one.de, *one.also)
    wider = [
        other for name, other in content.classes.items() if name != key and key in content.members[name] and not other.mechanism
    ]
    yield from names
    yield from (
        f"{name} {after}" for name in names for other in wider for after in (other.en, other.de, *other.also) if " " not in after
    )


def _refer(content: Content) -> None:
    """Refuse a reference to an entry that does not exist."""
    known = content.substances.keys() | content.classes.keys()
    references: list[tuple[str, Iterable[str], Iterable[str]]] = [
        *((f"{content.origin[key]}, {key}", one.classes, content.classes) for key, one in content.substances.items()),
        *((f"{content.origin[key]}, {key}", one.of, content.substances) for key, one in content.combinations.items()),
        *((f"{content.origin[key]}, {key}", one.within, content.classes) for key, one in content.classes.items()),
        *((f"{content.origin[key]}, {key}", one.members, known) for key, one in content.classes.items()),
        *((f"interactions, rule {one.a} and {one.b}", (one.a, one.b, *one.unless), known) for one in content.interactions),
        *((f"cross_reactions.toml, {one.a} and {one.b}", (one.a, one.b, *one.unless), known) for one in content.cross_reactions),
        *((f"ages.toml, {one.medicine}", (one.medicine,), known) for one in content.ages),
    ]
    for place, named, among in references:
        for name in named:
            if name not in among:
                raise BrokenMedicineFile(f"{place}: there is no entry {name!r}.")


def _gather(content: Content) -> None:
    """Fill the members of each class through the classes within it, and refuse a class without members."""
    direct = {name: {name, *one.members} for name, one in content.classes.items()}
    for key, substance in content.substances.items():
        for name in substance.classes:
            direct[name].add(key)
    for key, one in content.classes.items():
        for name in one.within:
            direct[name].add(key)

    def reached(name: str, seen: frozenset[str]) -> set[str]:
        below = (one for one in direct[name] if one in direct and one not in seen)
        return direct[name].union(*(reached(one, seen | {one}) for one in below))

    for name in direct:
        content.members[name] = reached(name, frozenset({name}))
        if not content.members[name] & content.substances.keys():
            raise BrokenMedicineFile(f"{content.origin[name]}, {name}: the class has no members.")


def _compare_pairs(rules: list[Interaction]) -> None:
    """Refuse two rules about one pair."""
    seen: set[tuple[str, ...]] = set()
    for rule in rules:
        pair = tuple(sorted((rule.a, rule.b)))
        if pair in seen:
            raise BrokenMedicineFile(f"interactions, rule {rule.a} and {rule.b}: the pair has a rule already.")
        seen.add(pair)
