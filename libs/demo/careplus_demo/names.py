"""Names, specialties and doctors of the demo hospital. All are fictitious."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "demo_names.toml"
_NAMES = {kind: names.split() for kind, names in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}
FEMALE, MALE, FAMILY = _NAMES["female"], _NAMES["male"], _NAMES["family"]

LAB_NAME = "Robin Marsh"
SPECIALTIES = {
    "General practice": 20,
    "Cardiology": 30,
    "Dermatology": 20,
    "Paediatrics": 20,
    "Orthopaedics": 30,
    "Neurology": 45,
    "Gynaecology": 30,
    "Ophthalmology": 20,
}
"""Specialties, with the minutes of a visit."""


@dataclass(frozen=True)
class KnownDoctor:
    """A doctor of the demo; `email` is without the domain."""

    email: str
    full_name: str
    sex: str
    specialty: str
    languages: tuple[str, ...]
    bio: str


DOCTORS = (
    KnownDoctor("osei", "Dr Ama Osei", "female", "Cardiology", ("en", "de", "fr"), "Heart failure, rhythm and blood pressure."),
    KnownDoctor("lind", "Dr Erik Lind", "male", "General practice", ("de", "en", "sv"), "Prevention and long-term care."),
    KnownDoctor("ruiz", "Dr Marta Ruiz", "female", "Dermatology", ("es", "en", "de"), "Skin checks, eczema and acne."),
    KnownDoctor("tanaka", "Dr Yuki Tanaka", "female", "Paediatrics", ("ja", "en", "de"), "From the first check-up to the last."),
    KnownDoctor("okonkwo", "Dr Chidi Okonkwo", "male", "Orthopaedics", ("en", "de"), "Knees, shoulders and sports injuries."),
    KnownDoctor("petrova", "Dr Elena Petrova", "female", "Neurology", ("bg", "de", "en"), "Headache, dizziness and nerve pain."),
    KnownDoctor(
        "haddad", "Dr Rania Haddad", "female", "Gynaecology", ("ar", "fr", "de"), "Pregnancy, prevention, second opinions."
    ),
    KnownDoctor(
        "nguyen", "Dr Minh Nguyen", "male", "Ophthalmology", ("vi", "en", "de"), "Cataract, glaucoma, eyes and diabetes."
    ),
    KnownDoctor("kaya", "Dr Elif Kaya", "female", "General practice", ("tr", "de", "en"), "Check-ups, travel, everyday illness."),
    KnownDoctor("rossi", "Dr Luca Rossi", "male", "Cardiology", ("it", "en", "de"), "Coronary disease and rehabilitation."),
    KnownDoctor("kowalski", "Dr Jan Kowalski", "male", "General practice", ("pl", "de"), "Home visits and care of older people."),
    KnownDoctor(
        "banerjee", "Dr Anjali Banerjee", "female", "Paediatrics", ("bn", "en", "de"), "Asthma and allergies of children."
    ),
)
"""The first doctors of every demo hospital; the first two are demo logins."""
