"""Finds medicines by the typed beginning of a name, with one typing slip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from careplus_contracts.values import InLanguages
from careplus_doctors.rules.medicines.entries import Combination, MedicineClass, Product, Substance
from careplus_doctors.rules.medicines.limits import Usual
from careplus_doctors.rules.medicines.naming.folding import name_key, plain_key

SLIP = 4
"""A slip is forgiven in a search of so many letters."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """One entry that a search finds. `kind` is `substance`, `combination` or `class`; `matched` is the name that was found."""

    key: str
    kind: str
    name: InLanguages
    matched: str
    substances: tuple[InLanguages, ...]
    classes: tuple[InLanguages, ...]
    brands: tuple[str, ...]
    routes: tuple[str, ...]
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Name:
    """One name as it is written and as it sounds, with its entry."""

    written: str
    sounding: str
    medicine: Medicine


@dataclass(frozen=True, slots=True)
class Search:
    """All names with their entries."""

    names: tuple[Name, ...]

    def find(self, q: str, limit: int) -> list[Medicine]:
        """Return each entry once: names that begin so, then names with a word that begins so; if none, names with one slip."""
        wanted, sounding = plain_key(q), name_key(q)
        if not wanted or limit < 1:
            return []
        ranked = [(rank, name) for name in self.names if (rank := _rank(name, wanted, sounding)) is not None]
        if not ranked and len(wanted) >= SLIP:
            ranked = [(0, name) for name in self.names if _begins_with_slip(name.written, wanted)]
        found: dict[str, Medicine] = {}
        in_order = sorted(ranked, key=lambda row: (row[0], len(row[1].written), row[1].written))
        for one in (name.medicine for _, name in in_order):
            found.setdefault(one.key, one)
            if len(found) == limit:
                break
        return list(found.values())


def medicines_of(
    substances: Mapping[str, Substance], combinations: Mapping[str, Combination], classes: Mapping[str, MedicineClass]
) -> tuple[Name, ...]:
    """Return each name of the list with its entry."""
    found: list[Name] = []
    for key, one in substances.items():
        found += _named(key, "substance", one, (one.name,), _plain_classes(one, classes), tuple(one.doses))
    for key, mixed in combinations.items():
        parts = [substances[name] for name in mixed.of]
        named = tuple(dict.fromkeys(name.en for part in parts for name in _plain_classes(part, classes)))
        by_name = {name.en: name for part in parts for name in _plain_classes(part, classes)}
        routes = tuple(route for route in parts[0].doses if all(route in part.doses for part in parts))
        found += _named(key, "combination", mixed, tuple(part.name for part in parts), tuple(by_name[en] for en in named), routes)
    for key, group in classes.items():
        if not group.mechanism:
            entry = Medicine(key, "class", group.name, group.en, (), (), (), (), None)
            found += [_name(name, entry) for name in dict.fromkeys((group.en, group.de, *group.also))]
    return tuple(found)


def _plain_classes(one: Substance, classes: Mapping[str, MedicineClass]) -> tuple[InLanguages, ...]:
    return tuple(classes[name].name for name in one.classes if not classes[name].mechanism)


def _named(
    key: str,
    kind: str,
    one: Product,
    substances: tuple[InLanguages, ...],
    classes: tuple[InLanguages, ...],
    routes: tuple[str, ...],
) -> Iterator[Name]:
    for name in one.names:
        yield _name(name, Medicine(key, kind, one.name, name, substances, classes, one.brands, routes, one.usual))


def _name(name: str, medicine: Medicine) -> Name:
    return Name(plain_key(name), name_key(name), medicine)


def _rank(name: Name, wanted: str, sounding: str) -> int | None:
    if name.written.startswith(wanted) or name.sounding.startswith(sounding):
        return 0
    if f" {wanted}" in name.written:
        return 1
    return None


def _begins_with_slip(key: str, wanted: str) -> bool:
    """Return whether the key begins as wanted but for one letter that is missing, added, another or swapped."""
    at = next((number for number, (one, other) in enumerate(zip(key, wanted, strict=False)) if one != other), None)
    if not at:  # a slip in the first letter is rare and would find too much
        return at is None and len(wanted) == len(key) + 1
    rest = wanted[at + 1 :]
    swapped = wanted[at : at + 2] == key[at : at + 2][::-1]
    return (
        key.startswith(rest, at + 1)
        or key.startswith(rest, at)
        or key.startswith(wanted[at:], at + 1)
        or (swapped and key.startswith(wanted[at + 2 :], at + 2))
    )
