"""Brute force and spraying: slowed down for every claimed address, and the owner can still sign in."""

from collections.abc import Iterator

import httpx
import pytest

from tests.attacks.test_guessing import FORGED_ADDRESSES, WRONG, client_from, comparable, known, sign_in, unknown
from tests.hospital import PASSWORD, Hospital, only_linux

pytestmark = only_linux

TRIES_AT_ONCE = 10
"""The number of wrong passwords in a row that must be slowed down."""
LONGEST_PAUSE_S = 15 * 60
PEOPLE = 3


@pytest.fixture(scope="module")
def guessing_hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path_factory.mktemp("throttled"))
    with hospital.running():
        for number in range(PEOPLE):
            hospital.register(known(number), "Pia Novak").http.close()
        yield hospital


def forged(number: int) -> dict[str, str]:
    """Return headers that claim a client address, another one for each number."""
    address = f"203.0.113.{number}"
    return {**dict.fromkeys(FORGED_ADDRESSES, address), "Forwarded": f"for={address};proto=https", "Via": f"1.1 {address}"}


def check_slowed(answers: list[httpx.Response]) -> None:
    """Check that the later attempts were refused with 429 before the password was checked."""
    assert {answer.status_code for answer in answers} == {401, 429}
    assert sum(answer.status_code == 401 for answer in answers) <= TRIES_AT_ONCE
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["code"] == "too_many_attempts"
            assert 1 <= int(answer.headers["retry-after"]) <= LONGEST_PAUSE_S


def guess(http: httpx.Client, email: str, tries: int) -> list[httpx.Response]:
    return [sign_in(http, email, f"{WRONG}-{number}", **forged(number)) for number in range(tries)]


def test_brute_force_with_forged_addresses_is_slowed(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 0) as stranger:
        check_slowed(guess(stranger, known(0), 20))
        # the right password is refused during the pause too
        assert sign_in(stranger, known(0), PASSWORD).status_code == 429


def test_unknown_account_is_slowed_like_a_known_one(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 1) as stranger:
        known_answers, unknown_answers = (guess(stranger, email, 20) for email in (known(1), unknown(1)))
    check_slowed(known_answers)
    check_slowed(unknown_answers)
    assert comparable(unknown_answers[0]) == comparable(known_answers[0])
    # the later answers state the pause in seconds, so only their shapes are equal
    shapes = [
        {(one.status_code, frozenset(one.headers), frozenset(one.json())) for one in answers}
        for answers in (known_answers, unknown_answers)
    ]
    assert shapes[0] == shapes[1]


def test_email_spellings_share_one_attempt_count(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 2) as stranger:
        spelled = [known(2), known(2).upper(), known(2).title(), known(2).capitalize()] * 5
        check_slowed([sign_in(stranger, email, WRONG) for email in spelled])


def test_owner_signs_in_while_a_stranger_guesses(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 10) as owner, client_from(guessing_hospital, 11) as stranger:
        assert sign_in(owner, known(2), PASSWORD).status_code == 200
        check_slowed(guess(stranger, known(2), 20))
        assert sign_in(owner, known(2), PASSWORD).status_code == 200


@pytest.mark.attack
@pytest.mark.timeout(900)
def test_owner_signs_in_while_thirty_strangers_guess(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 20) as owner:
        assert sign_in(owner, known(0), PASSWORD).status_code == 200
        for number in range(30):
            with client_from(guessing_hospital, 21 + number) as stranger:
                guess(stranger, known(0), 4)
        # the owner's device is known, so it has its own attempt count
        assert sign_in(owner, known(0), PASSWORD).status_code == 200


@pytest.mark.attack
@pytest.mark.timeout(900)
def test_spraying_with_forged_addresses_is_slowed(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 60) as stranger:
        answers = [sign_in(stranger, unknown(number), WRONG, **forged(number % 250)) for number in range(400)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert sum(answer.status_code == 429 for answer in answers) > 100


@pytest.mark.attack
@pytest.mark.timeout(900)
def test_attempt_counts_survive_a_restart(guessing_hospital: Hospital) -> None:
    with client_from(guessing_hospital, 70) as stranger:
        before = guess(stranger, unknown(7), 20)
    check_slowed(before)
    guessing_hospital.stop()
    guessing_hospital.start()
    with client_from(guessing_hospital, 70) as stranger:
        after = guess(stranger, unknown(7), 20)
    # a pause may have ended meanwhile, but the attempts without a pause are used up
    assert sum(answer.status_code == 401 for answer in after) < sum(answer.status_code == 401 for answer in before)
