"""Rules of doctors' profiles."""

from careplus_clinic.search_keys import equality_key
from careplus_contracts.doctors import SpecialtyFixed


def check_specialty(current: str, wanted: str) -> None:
    """Raise SpecialtyFixed where a doctor would change a specialty that is set; its spelling (`equality_key`) may change."""
    if equality_key(current) not in ("", equality_key(wanted)):
        raise SpecialtyFixed("Ask an administrator to change your specialty, and send it as it is until then.")
