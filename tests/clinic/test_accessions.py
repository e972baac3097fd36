"""Accession numbers: their check character, and the spellings in which they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_clinic.accessions import ALPHABET, LENGTH, compact, hides_a_swap, is_accession, with_check
from careplus_tables.references import new_accession

BODIES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_accession_with_one_wrong_character_is_refused(body: str, place: int, character: str) -> None:
    number = with_check(body)
    wrong = number[:place] + character + number[place + 1 :]
    assert is_accession(wrong) == (wrong == number)


def test_new_accession_with_swapped_neighbours_is_refused() -> None:
    for number in (new_accession() for _ in range(2000)):
        for place in range(LENGTH - 1):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert is_accession(swapped) == (swapped == number)


def test_swap_that_the_check_misses_is_known() -> None:
    assert is_accession("K9ATAB22Q")
    assert is_accession("K9ATBA22Q")
    assert hides_a_swap("K9ATAB22Q")


def test_new_accession_is_one() -> None:
    assert all(is_accession(new_accession()) for _ in range(100))
    assert with_check("7K3M9Q2X") == "7K3M9Q2X4"


@pytest.mark.parametrize("typed", ["7k3m9q2x4", " 7K3M-9Q2X-4 ", "7K3M 9Q2X 4", "7K3M‑9Q2X–4\n"])  # noqa: RUF001 - typed so
def test_accession_is_read_in_every_spelling(typed: str) -> None:
    assert compact(typed) == "7K3M9Q2X4"
    assert is_accession(compact(typed))


@pytest.mark.parametrize("typed", ["", "7K3M9Q2X", "7K3M9Q2X5", "LB-7K3M-9Q2X", "1K3M9Q2X4", "7K3M9Q2X44", "Müller"])
def test_other_text_is_no_accession(typed: str) -> None:
    assert not is_accession(compact(typed))
