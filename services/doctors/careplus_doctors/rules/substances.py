"""Names of the hospital's medicine list as allergy notes have them: single words in English and German, without accents."""

import re
from collections.abc import Iterable

from careplus_doctors.rules.medicines.medicine_list import MedicineList, load
from careplus_doctors.rules.medicines.naming.folding import plain
from careplus_doctors.rules.medicines.naming.note_words import NO_SUBSTANCE

ONE_ALLERGY = ("penicillins", "cephalosporins")
"""Classes of which an allergy to one member concerns all."""
_LONG = 6
_WORD = re.compile(r"[^\W_]+")
_NO_SUBSTANCE = frozenset(NO_SUBSTANCE.split())


def _names_of_substances(medicines: MedicineList) -> dict[str, set[str]]:
    """Return the names of each substance; a name of a combination stands for each of its substances."""
    found = {key: _single_words(one.names) for key, one in medicines.substances.items()}
    for mixed in medicines.combinations.values():
        for part in mixed.of:
            found[part] |= _single_words(mixed.names)
    for group in ONE_ALLERGY:
        inside = medicines.members[group] & found.keys()
        one_line = _names_of_class(medicines, group).union(*(found[key] for key in inside))
        found.update(dict.fromkeys(inside, one_line))
    return {key: names for key, names in found.items() if names}


def _names_of_class(medicines: MedicineList, key: str) -> set[str]:
    one = medicines.classes[key]
    return _single_words((one.en, one.de, *one.also))


def _classes_of(medicines: MedicineList, names: dict[str, set[str]]) -> Iterable[tuple[str, str]]:
    """Yield the names of each class, and one name of each member that is the name of no other substance."""
    ambiguous = {name for mixed in medicines.combinations.values() for name in _single_words(mixed.names)}
    for key, one in medicines.classes.items():
        named = _names_of_class(medicines, key)
        if named and not one.mechanism:
            members = [max(names[part] - ambiguous, key=len) for part in sorted(medicines.members[key] & names.keys())]
            yield " ".join(sorted(named)), " ".join(dict.fromkeys(members))


def _single_words(names: Iterable[str]) -> set[str]:
    """Return the names of one word; of a longer one the only long word that is no general one: Acetylsalicylic acid."""
    found: set[str] = set()
    for name in names:
        spoken = _WORD.findall(plain(name))
        words = [word for word in spoken if word not in _NO_SUBSTANCE and not word.isdecimal()]
        if len(words) == 1 and len(words[0]) > (2 if len(spoken) == 1 else _LONG - 1):
            found.add(words[0])
    return found


_NAMES = _names_of_substances(load())
SUBSTANCES = tuple(dict.fromkeys(" ".join(sorted(names)) for names in _NAMES.values()))
"""The names of one substance a line, without accents; penicillins are one, and so are cephalosporins."""
CLASSES = tuple(_classes_of(load(), _NAMES))
"""The names of a class, and one name of each member."""
