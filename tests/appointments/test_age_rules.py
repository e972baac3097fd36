"""Age limits of specialties: completed years on the day of the visit, and doctors with two specialties."""

from datetime import date

import pytest

from careplus_appointments.rules import complaints
from careplus_appointments.rules.ages import admits_between, admits_on, age_on, limits_of, usual_of
from careplus_clinic.specialties import SPECIALTIES
from careplus_contracts.specialty_ages import AgeLimits

BORN = date(2008, 6, 14)
CHILDREN = AgeLimits(min_age=0, max_age=17)
ADULTS = AgeLimits(min_age=18, max_age=None)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (BORN, date(2026, 6, 13), 17),
        (BORN, date(2026, 6, 14), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (BORN, BORN, 0),
    ],
)
def test_age_is_completed_years_on_a_day(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


def test_18th_birthday_changes_who_is_admitted() -> None:
    before, birthday = date(2026, 6, 13), date(2026, 6, 14)
    assert (admits_on(CHILDREN, BORN, before), admits_on(CHILDREN, BORN, birthday)) == (True, False)
    assert (admits_on(ADULTS, BORN, before), admits_on(ADULTS, BORN, birthday)) == (False, True)
    assert admits_on(CHILDREN, None, birthday), "an unknown date of birth"
    assert admits_on(None, BORN, birthday), "a specialty without limits"


def test_search_admits_who_fits_on_one_day_of_the_horizon() -> None:
    birthday = date(2026, 6, 14)
    assert admits_between(CHILDREN, BORN, date(2026, 6, 13), date(2026, 9, 1))
    assert not admits_between(CHILDREN, BORN, birthday, date(2026, 9, 1))
    assert admits_between(ADULTS, BORN, date(2026, 3, 1), birthday)
    assert not admits_between(ADULTS, BORN, date(2026, 3, 1), date(2026, 6, 13))


def test_doctor_of_two_specialties_sees_both_ages() -> None:
    limits = {"paediatrics": CHILDREN, "internal_medicine": ADULTS}
    assert limits_of("Pädiatrie", limits) == CHILDREN
    assert limits_of("Innere Medizin und Kardiologie", limits) is None, "cardiology has no limits"
    assert limits_of("Innere Medizin und Pädiatrie", limits) == AgeLimits(min_age=0, max_age=None)
    assert limits_of("Voodoo", limits) is None


def test_hospitals_limits_replace_usual_ages_for_complaints() -> None:
    limits = {"dermatology": ADULTS}
    assert "dermatology" in complaints.understand("rash", 10).specialties
    assert "dermatology" not in complaints.understand("rash", 10, limits).specialties
    assert "dermatology" in complaints.understand("rash", 18, limits).specialties


def test_usual_ages_are_those_of_the_list() -> None:
    assert usual_of(SPECIALTIES["paediatrics"]) == AgeLimits(min_age=None, max_age=17)
    assert usual_of(SPECIALTIES["geriatrics"]) == AgeLimits(min_age=65, max_age=None)
    assert usual_of(SPECIALTIES["dermatology"]) is None
