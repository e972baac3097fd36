"""Compares the entries of all medicine files: names, references, classes and pairs have to fit together."""

from collections.abc import Iterable, Iterator

from careplus_doctors.rules.medicines.content import BrokenMedicineFile, Content
from careplus_doctors.rules.medicines.entries import Interaction, MedicineClass, Product
from careplus_doctors.rules.medicines.naming.folding import LONG
from careplus_doctors.rules.medicines.naming.names import keys_of

LONG_CLASS = 9
"""The name of a class of so many letters also stands for longer words: Kontrastmittelallergie."""


def fit(content: Content) -> None:
    """Fill the members of classes and the names of all entries, or raise BrokenMedicineFile."""
    _refer(content)
    _gather(content)
    _name(content)
    _compare_pairs(content.interactions)


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
    """Yield the names of a class, alone and before the ones of a wider class: macrolide antibiotics are macrolides only."""
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
