"""Rules of doctors' profiles."""

from careplus_contracts.doctors import SpecialtyFixed


def check_specialty(current: str, wanted: str) -> None:
    """Raise SpecialtyFixed where a doctor would change a specialty that is set; case and outer spaces do not matter."""
    if current.strip().casefold() not in ("", wanted.strip().casefold()):
        raise SpecialtyFixed("Ask an administrator to change your specialty, and send it as it is until then.")
