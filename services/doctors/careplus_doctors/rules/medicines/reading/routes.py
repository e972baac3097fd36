"""Routes and forms of medicines, read in English and German."""

import re
from functools import lru_cache

from careplus_doctors.rules.medicines.naming.folding import plain

LOCAL = frozenset({"nasal", "eye", "ear", "skin", "vaginal", "mouth", "infiltration", "bladder"})
"""Routes by which little reaches the blood: interactions and duplicates count less."""
INTO_BODY = frozenset({"oral", "iv", "im", "sc", "epidural", "intrathecal", "sublingual", "inhaled"})
INJECTED = frozenset({"iv", "im", "sc", "epidural", "intrathecal", "infiltration"})
_ROUTES: tuple[tuple[str, str], ...] = (
    # the first that is found counts; longer words stand before shorter ones
    ("intrathecal", "intrathecal intrathekal spinal"),
    ("epidural", "epidural peridural"),
    ("infiltration", "infiltration infiltrat local-injection lokalinfiltration perineural nerve-block nervenblock"),
    ("bladder", "intravesical intravesikal bladder blase"),
    ("implant", "implant implantat intrauterine intrauterin"),
    ("eye", "eye eyes ocular ophthalmic conjunctival auge augen okular intraokular intraocular konjunktival both-eyes"),
    ("ear", "ear ears otic ohr ohren aurikular"),
    ("nasal", "nasal nose nostril intranasal nase nasenloch"),
    ("vaginal", "vaginal vagina intravaginal"),
    ("rectal", "rectal rektal pr rectum"),
    ("patch", "transdermal patch pflaster"),
    ("inhaled", "inhaled inhalation inhale inhalativ inhalieren nebulised nebulized nebuliser vernebelt inh"),
    ("sublingual", "sublingual sl buccal bukkal under-the-tongue unter-die-zunge"),
    ("mouth", "mouthwash gargle gurgeln mundspulung oromucosal mouth-rinse"),
    ("iv", "iv intravenous intravenos infusion i.v."),
    ("im", "im intramuscular intramuskular i.m."),
    ("sc", "sc subcutaneous subkutan s.c. subcut"),
    ("skin", "topical topisch cutaneous kutan skin haut dermal auftragen auf-die-haut external ausserlich lokal"),
    ("oral", "oral po p.o. peroral mouth mund orally swallow schlucken per-os einnehmen einnahme peg sonde nasogastric tube"),
)
_FORMS: tuple[tuple[str, str], ...] = (
    ("eye", "eye-drops eye-drop eye-ointment eye-gel augentropfen augensalbe augengel ophthalmic eyedrops"),
    ("ear", "ear-drops ohrentropfen eardrops otic"),
    ("nasal", "nasal nasenspray nasentropfen nose-spray nose-drops"),
    ("rectal", "suppository suppositories zapfchen suppositorium suppositorien enema klysma"),
    ("vaginal", "pessary vaginal vaginaltabletten vaginalzapfchen vaginalcreme vaginalovula"),
    ("patch", "patch patches pflaster transdermal"),
    ("inhaled", "inhaler inhalation inhalator dosieraerosol nebules nebuliser turbohaler diskus respimat pulverinhalator"),
    ("skin", "cream creme ointment salbe gel lotion shampoo emulgel"),
    (
        "oral",
        "tablet tablets tablette tabletten filmtabletten retardtabletten capsule capsules kapsel kapseln syrup sirup saft",
    ),
)


@lru_cache(maxsize=2048)
def read_route(text: str) -> str | None:
    """Return the route that a text means; the German word "im" before another word is no injection into a muscle."""
    is_preposition = re.match(r"im\s+(?!inj|spritze)[a-z]", plain(text).strip())
    return _first(text.strip()[2:] if is_preposition else text, _ROUTE_OF)


@lru_cache(maxsize=2048)
def read_form(medicine: str) -> str | None:
    """Return the route for which a medicine is made, where its name has the form."""
    return _first(medicine, _FORM_OF)


def _first(text: str, known: dict[str, str]) -> str | None:
    spaced = f" {' '.join(_spaced(text).split())} "
    return next((route for name, route in known.items() if name in spaced), None)


def _spaced(text: str) -> str:
    """Return the words of a text between spaces; a dot is left out, so that p.o. and po are one."""
    return "".join(letter if letter.isalnum() else " " for letter in plain(text).replace(".", ""))


def _by_name(known: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {f" {' '.join(_spaced(name).split())} ": route for route, names in known for name in names.split()}


_ROUTE_OF = _by_name(_ROUTES)
_FORM_OF = _by_name(_FORMS)
