"""The hospital's own list of medicines: substances, combinations, classes and rules, read once from the medicine files."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from careplus_contracts.medicines import AlertSeverity
from careplus_contracts.values import InLanguages
from careplus_doctors.rules.medicines.content import BrokenMedicineFile
from careplus_doctors.rules.medicines.entries import AgeRule, Combination, CrossReaction, Interaction, MedicineClass, Substance
from careplus_doctors.rules.medicines.files import read
from careplus_doctors.rules.medicines.naming.names import NameIndex
from careplus_doctors.rules.medicines.naming.searching import Medicine, Search, medicines_of

__all__ = ["BrokenMedicineFile", "Medicine", "MedicineList", "load", "load_from"]

FOLDER = files("careplus_tables") / "data" / "medicines"
SEVERITIES = tuple(AlertSeverity)
"""The most severe first."""


@dataclass(frozen=True)
class MedicineList:
    """All entries by their keys. `names` has every name, also of classes; `members` all members of each class."""

    version: str
    substances: dict[str, Substance]
    combinations: dict[str, Combination]
    classes: dict[str, MedicineClass]
    interactions: tuple[Interaction, ...]
    cross_reactions: tuple[CrossReaction, ...]
    ages: tuple[AgeRule, ...]
    names: NameIndex
    members: dict[str, frozenset[str]]

    def search(self, q: str, limit: int = 20) -> list[Medicine]:
        """Return the medicines and classes whose names begin with the words, then the ones with one typing slip."""
        return self.names_to_search.find(q, limit)

    def name_of(self, entry: str) -> InLanguages:
        """Return the name of a substance or class."""
        return (self.substances.get(entry) or self.classes[entry]).name

    def members_of(self, entry: str) -> frozenset[str]:
        """Return the substances that a key of a rule means: the ones of a class, or the substance itself."""
        return self.members.get(entry, frozenset({entry}))

    @cached_property
    def classes_of(self) -> dict[str, frozenset[str]]:
        """Return the classes of each substance."""
        found: dict[str, set[str]] = {}
        for name, members in self.members.items():
            for member in members:
                found.setdefault(member, set()).add(name)
        return {member: frozenset(names) for member, names in found.items()}

    @cached_property
    def interaction_of(self) -> dict[tuple[str, str], Interaction]:
        """Return the most severe rule of each pair of substances, in the order of their keys."""
        pairs: dict[tuple[str, str], Interaction] = {}
        # the last one stays: the most severe, and of equal ones the one about fewer medicines
        for rule in sorted(self.interactions, key=self._weight, reverse=True):
            for one in self.members_of(rule.a):
                for other in self.members_of(rule.b):
                    if one != other and one not in rule.unless and other not in rule.unless:
                        pairs[(one, other) if one < other else (other, one)] = rule
        return pairs

    @cached_property
    def names_to_search(self) -> Search:
        return Search(medicines_of(self.substances, self.combinations, self.classes))

    def _weight(self, rule: Interaction) -> tuple[int, int, str, str]:
        size = len(self.members_of(rule.a)) * len(self.members_of(rule.b))
        return SEVERITIES.index(rule.severity), size, rule.a, rule.b


@lru_cache(maxsize=1)
def load() -> MedicineList:
    """Return the list of this hospital, ready for its first check, or raise BrokenMedicineFile."""
    medicines = load_from(FOLDER)
    _ = medicines.interaction_of, medicines.classes_of, medicines.names_to_search
    return medicines


def load_from(folder: Traversable) -> MedicineList:
    """Return the list that is in a folder of medicine files, or raise BrokenMedicineFile with the file and the entry."""
    content = read(folder)
    classes = dict(content.classes)
    return MedicineList(
        version=f"{content.date} {hashlib.sha256(content.raw).hexdigest()[:12]}",
        substances=content.substances,
        combinations=content.combinations,
        classes=classes,
        interactions=tuple(content.interactions),
        cross_reactions=tuple(content.cross_reactions),
        ages=tuple(content.ages),
        names=NameIndex(content.names, frozenset(content.beginnings)),
        members={name: frozenset(content.members[name]) for name in classes},
    )
