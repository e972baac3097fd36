"""The entries of all medicine files together, before they are a list."""

from dataclasses import dataclass, field

from careplus_doctors.rules.medicines.entries import AgeRule, Combination, CrossReaction, Interaction, MedicineClass, Substance


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
