"""Rules of doctors' profiles."""

import pytest

from careplus_contracts.doctors import SpecialtyFixed
from careplus_doctors.rules.profiles import check_specialty


@pytest.mark.parametrize(("current", "wanted"), [("", "Cardiology"), (" ", "Cardiology"), ("Cardiology", " CARDIOLOGY ")])
def test_specialty_is_set_once_and_may_be_repeated(current: str, wanted: str) -> None:
    check_specialty(current, wanted)


def test_doctor_cannot_change_specialty() -> None:
    with pytest.raises(SpecialtyFixed, match="administrator"):
        check_specialty("Cardiology", "Neurology")
