"""Allergies that rule out a medicine: known substances are found in notes as people write them, in English and German."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from careplus_contracts.allergies import Allergy, AllergyCheck, AllergyConflict, AllergyMatch

PREFIX = 6
"""A name of so many letters also matches longer words, such as plurals, salts and German compounds; a shorter one only itself."""
SUBSTANCES = (
    # the names of one substance a line, without endings; penicillins are one, because an allergy to one concerns all
    "penicillin penizillin amoxicillin amoxizillin amoxiclav ampicillin ampizillin flucloxacillin dicloxacillin cloxacillin"
    " oxacillin piperacillin mezlocillin pivmecillinam sultamicillin benzylpenicillin phenoxymethylpenicillin augmentin tazobac",
    "cephalosporin cefalosporin zephalosporin cefaclor cefuroxim cefalexin cephalexin cefazolin ceftriaxon cefixim cefpodoxim"
    " cefotaxim ceftazidim cefadroxil cefepim",
    "sulfonamid sulphonamid sulfamethoxazol sulphamethoxazol cotrimoxazol trimoxazol bactrim sulfadiazin sulphadiazin sulfa",
    "trimethoprim cotrimoxazol trimoxazol bactrim",
    "erythromycin",
    "clarithromycin klarithromycin",
    "azithromycin zithromax",
    "roxithromycin",
    "ciprofloxacin cipro",
    "levofloxacin tavanic",
    "moxifloxacin avalox",
    "ofloxacin",
    "clindamycin klindamycin",
    "doxycyclin doxyzyklin doxy",
    "minocyclin",
    "vancomycin",
    "gentamicin gentamycin",
    "tobramycin",
    "metronidazol",
    "nitrofurantoin",
    "paracetamol parazetamol acetaminophen panadol tylenol benuron perfalgan thomapyrin",
    "acetylsalicyl azetylsalizyl acetylosalicyl aspirin ass asa thomapyrin",
    "ibuprofen dexibuprofen nurofen dolormin ibu advil",
    "diclofenac diclofenak diklofenak voltaren",
    "naproxen aleve",
    "indometacin indomethacin",
    "ketoprofen dexketoprofen",
    "celecoxib celebrex",
    "etoricoxib arcoxia",
    "meloxicam",
    "metamizol dipyron novaminsulfon novalgin",
    "codein kodein dihydrocodein dihydrokodein",
    "morphin morfin morphium hydromorphon",
    "tramadol tramal",
    "tilidin",
    "oxycodon oxykodon",
    "fentanyl",
    "ramipril",
    "lisinopril",
    "enalapril",
    "captopril",
    "atorvastatin",
    "simvastatin",
    "rosuvastatin",
    "pravastatin",
    "lidocain lidokain lignocain xylocain",
    "articain mepivacain bupivacain prilocain",
    "heparin enoxaparin clexane",
    "insulin",
    "carbamazepin",
    "lamotrigin",
    "phenytoin",
    "prednisolon prednison",
    "metoclopramid mcp",
    "contrast kontrastmittel rontgenkontrastmittel iodinated jodhaltig iohexol iopamidol iomeprol",
)
CLASSES = (
    # the names of a class, and one name of each member
    ("lactam laktam betalactam betalaktam", "penicillin cefuroxim"),
    ("macrolid makrolid", "erythromycin clarithromycin azithromycin roxithromycin"),
    ("quinolon chinolon fluoroquinolon fluorochinolon fluorchinolon", "ciprofloxacin levofloxacin moxifloxacin ofloxacin"),
    ("gyrasehemmer", "ciprofloxacin levofloxacin moxifloxacin ofloxacin"),
    ("tetracyclin tetrazyklin", "doxycyclin minocyclin"),
    ("aminoglycosid aminoglykosid", "gentamicin tobramycin"),
    (
        "antibiotic antibiotik",
        "penicillin cefuroxim sulfonamid trimethoprim erythromycin clarithromycin azithromycin roxithromycin ciprofloxacin"
        " levofloxacin moxifloxacin ofloxacin clindamycin doxycyclin minocyclin vancomycin gentamicin tobramycin metronidazol"
        " nitrofurantoin",
    ),
    (
        "nsaid nsaids nsar nonsteroidal nichtsteroidal antirheumatik",
        "aspirin ibuprofen diclofenac naproxen indometacin ketoprofen celecoxib etoricoxib meloxicam",
    ),
    (
        "painkiller schmerzmittel analgetik analgesic",
        "paracetamol aspirin ibuprofen diclofenac naproxen indometacin ketoprofen celecoxib etoricoxib meloxicam metamizol codein"
        " morphin tramadol tilidin oxycodon fentanyl",
    ),
    ("opioid opiat opiate opiates", "codein morphin tramadol tilidin oxycodon fentanyl"),
    ("ace", "ramipril lisinopril enalapril captopril"),
    ("statin statins statine", "atorvastatin simvastatin rosuvastatin pravastatin"),
    ("lokalanasthetik anasthetik anaesthetic anesthetic", "lidocain articain"),
    ("iod jod iodine povidon", "contrast"),
)
ENDING = re.compile(
    r"(?<=\w{3})(?:allerg(?:ie|ien|y|ies|isch|ic|iker|ikerin)|unvertraglichkeit|uberempfindlichkeit|intoleran(?:z|ce)|s)$"
)
"""Endings of short names in notes: ASS-Allergie in one word."""
NO_SUBSTANCE = frozenset(
    [
        "acid",
        "saure",
        "natrium",
        "sodium",
        "kalium",
        "potassium",
        "hydrochlorid",
        "hydrochloride",
        "sulfat",
        "sulfate",
        "sulphate",
        "phosphat",
        "phosphate",
        "acetat",
        "acetate",
        "and",
        "und",
        "the",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "with",
        "mit",
        "ohne",
        "without",
        "auf",
        "gegen",
        "bei",
        "von",
        "vom",
        "nach",
        "after",
        "for",
        "fur",
        "aus",
        "als",
        "war",
        "was",
        "has",
        "had",
        "hat",
        "not",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "none",
        "known",
        "bekannt",
        "unknown",
        "all",
        "any",
        "alle",
        "sonst",
        "oder",
        "allergy",
        "allergie",
        "allergies",
        "allergien",
        "allergic",
        "allergisch",
        "reaction",
        "reaktion",
        "reaktionen",
        "intolerance",
        "intoleranz",
        "unvertraglichkeit",
        "uberempfindlichkeit",
        "hypersensitivity",
        "anaphylaxis",
        "anaphylaxie",
        "anaphylaktisch",
        "anaphylactic",
        "shock",
        "schock",
        "rash",
        "ausschlag",
        "exanthem",
        "hives",
        "urtikaria",
        "itching",
        "juckreiz",
        "swelling",
        "schwellung",
        "nausea",
        "ubelkeit",
        "severe",
        "schwer",
        "schwere",
        "mild",
        "leicht",
        "leichte",
        "moderate",
        "child",
        "kind",
        "kindheit",
        "childhood",
        "since",
        "seit",
        "possible",
        "possibly",
        "suspected",
        "verdacht",
        "probably",
        "vermutlich",
        "medicine",
        "medicines",
        "medikament",
        "medikamente",
        "drug",
        "drugs",
        "tablet",
        "tablets",
        "tabletten",
        "tablette",
        "capsule",
        "capsules",
        "kapseln",
        "kapsel",
        "syrup",
        "saft",
        "drops",
        "tropfen",
        "cream",
        "creme",
        "salbe",
        "injection",
        "mega",
        "forte",
        "patient",
        "oral",
        "per",
        "tag",
        "day",
    ]
)


def name_of(word: str) -> str:
    """Return a name as it is compared: doubled letters once, as in penicilin, unless the name is short."""
    return _single(word) if len(word) >= PREFIX else word


def _single(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


_SUBSTANCES = [frozenset(map(name_of, names.split())) for names in SUBSTANCES]
_CLASSES = [
    (
        names := frozenset(map(name_of, named.split())),
        names.union(*(one for one in _SUBSTANCES if not one.isdisjoint(map(name_of, members.split())))),
    )
    for named, members in CLASSES
]
_KNOWN = [*((names, names) for names in _SUBSTANCES), *_CLASSES]


def check_of(note: str) -> AllergyCheck:
    """Return the names with which a note rules out a medicine: all names of each substance in it, and its own words.

    A negation is not read: "no penicillin allergy" rules out penicillin, and the prescriber sees the note.
    """
    words = [variant for word in words_of(note) for variant in {word, ENDING.sub("", word)}]
    found = [ruled_out for names, ruled_out in _KNOWN if any(is_named(word, name) for word in words for name in names)]
    own = {name_of(word) for word in words if len(word) > 2 and not word.isdecimal() and word not in NO_SUBSTANCE}
    return AllergyCheck(substance=note, names=sorted(own.union(*found)), known=bool(found))


def check_allergies(medicines: Iterable[str], allergies: Iterable[Allergy], override_reason: str | None) -> None:
    """Raise AllergyConflict for a medicine that a recorded allergy rules out, unless there is a reason."""
    checks = [(allergy, check_of(allergy.substance)) for allergy in allergies]
    conflicts = [
        AllergyMatch(medicine=medicine, substance=allergy.substance, severity=allergy.severity, reaction=allergy.reaction)
        for medicine in medicines
        for allergy, check in checks
        if any(is_named(word, name) for word in words_of(medicine) for name in check.names)
    ]
    if conflicts and override_reason is None:
        found = ", ".join(sorted({conflict.substance for conflict in conflicts}))
        raise AllergyConflict(
            f"The patient is allergic: {found}. Choose something else, or say why in override_reason.", conflicts=conflicts
        )


def is_named(word: str, name: str) -> bool:
    """Return whether a word is this name, or begins with a long one."""
    single = _single(word)
    return name in (word, single) or (len(name) >= PREFIX and single.startswith(name))


def words_of(text: str) -> Iterator[str]:
    """Yield words in lower case without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    yield from re.findall(r"[^\W_]+", letters)
