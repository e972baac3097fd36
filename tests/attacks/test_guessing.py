"""Guessing: the information in failed sign-ins, and the number of attempts allowed."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.attacks.listeners import Gate, gates
from tests.hospital import LOCAL_HTTP, PASSWORD, Hospital, only_linux

pytestmark = only_linux

ID = "an-attack-by-guessing"
TRIES = 15
WRONG = "nine-loud-pelicans"
ALIKE = 0.25
"""By so much two medians may differ."""


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """A hospital of its own: attempts counted here must not slow other tests down."""
    hospital = Hospital(tmp_path_factory.mktemp("guessed"))
    with hospital.running():
        for number in range(TRIES):
            body = {"email": known(number), "password": PASSWORD, "full_name": f"Pia {number}"}
            answer = httpx.post(f"{hospital.url}/auth/register", json=body, timeout=30, **LOCAL_HTTP)
            assert answer.status_code == 201, answer.text
        yield hospital


@pytest.fixture(scope="module")
def auth(guessed: Hospital) -> Gate:
    return next(gate for gate in gates(guessed) if gate.name == "auth")


def known(number: int) -> str:
    return f"person-{number:02}@example.org"


def unknown(number: int) -> str:
    return f"nobody-{number:02}@example.org"


def caller(hospital: Hospital, number: int) -> httpx.Client:
    """A client with an address of its own."""
    transport = httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}")
    return httpx.Client(base_url=hospital.url, transport=transport, timeout=60)


def sign_in(http: httpx.Client, email: str, password: str, **headers: str) -> httpx.Response:
    return http.post("/auth/login", json={"email": email, "password": password}, headers={"X-Request-Id": ID, **headers})


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all of an answer except the date and the rate limit."""
    changing = ("date", "ratelimit")
    return answer.status_code, answer.content, [pair for pair in answer.headers.multi_items() if not pair[0].startswith(changing)]


def test_unknown_email_is_answered_like_wrong_password(guessed: Hospital, auth: Gate) -> None:
    answers: list[Any] = []
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        with caller(guessed, number) as http:
            for kind, email in (("known", known(number)), ("unknown", unknown(number))):
                before = auth.busy_threads_ms()
                answers.append(told(sign_in(http, email, WRONG)))
                spent[kind].append(auth.busy_threads_ms() - before)
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 401
    check_alike(spent)


@pytest.mark.attack
def test_unknown_email_takes_as_long_as_wrong_password(guessed: Hospital) -> None:
    # by the clock, so on a quiet machine only
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        with caller(guessed, 20 + number) as http:
            for kind, email in (("known", known(number)), ("unknown", unknown(20 + number))):
                before = time.perf_counter()
                sign_in(http, email, WRONG)
                taken[kind].append(time.perf_counter() - before)
    check_alike(taken)


def forgot(http: httpx.Client, email: str) -> httpx.Response:
    return http.post("/auth/password/forgot", json={"email": email}, headers={"X-Request-Id": ID})


def test_reset_for_unknown_email_is_answered_alike(guessed: Hospital, auth: Gate) -> None:
    answers: list[Any] = []
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    with caller(guessed, 80) as http:
        for number in range(TRIES):
            for kind, email in in_turn(number, known(number), unknown(number)):
                before = auth.busy_threads_ms()
                answers.append(told(forgot(http, email)))
                spent[kind].append(auth.busy_threads_ms() - before)
    assert answers == [answers[0]] * len(answers)
    assert answers[0][:2] == (204, b"")
    check_alike(spent, of=lower_quartile)


@pytest.mark.attack
def test_reset_for_unknown_email_takes_as_long(guessed: Hospital) -> None:
    # by the clock, so on a quiet machine only
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    with caller(guessed, 81) as http:
        for number in range(2 * TRIES):
            for kind, email in in_turn(number, known(number % TRIES), unknown(100 + number)):
                before = time.perf_counter()
                assert forgot(http, email).status_code == 204
                taken[kind].append(time.perf_counter() - before)
    check_alike(taken, of=lower_quartile)


def lower_quartile(times: list[float]) -> float:
    """Return times without mail delivery: the median may include one mail or none for either address."""
    return statistics.quantiles(times, n=4)[0]


def in_turn(number: int, known: str, unknown: str) -> list[tuple[str, str]]:
    """Alternate the order: mails are sent in the background, and their cost must meet both alike."""
    pair = [("known", known), ("unknown", unknown)]
    return pair if number % 2 else pair[::-1]


def check_alike(spent: dict[str, list[float]], of: Callable[[list[float]], float] = statistics.median) -> None:
    shorter, longer = sorted(of(times) for times in spent.values())
    assert shorter > 0
    assert longer / shorter < 1 + ALIKE, spent


def test_email_is_case_insensitive_at_sign_in(guessed: Hospital) -> None:
    # otherwise one account would have as many counts as it has spellings
    with caller(guessed, 50) as http:
        for email in (known(0), known(0).upper(), "Person-00@Example.ORG"):
            assert sign_in(http, email, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "password", ["", " ", PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1], f"{PASSWORD}\0", "*", "%", "null"]
)
def test_similar_password_is_refused(guessed: Hospital, password: str) -> None:
    with caller(guessed, 60 + len(password)) as http:
        assert sign_in(http, known(1), password).status_code in {401, 422, 429}


FORGED_ADDRESSES = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "X-Originating-IP", "CF-Connecting-IP", "True-Client-IP")


def test_claimed_client_address_is_not_stored(guessed: Hospital) -> None:
    before = guessed.log.stat().st_size
    with caller(guessed, 70) as http:
        said = dict.fromkeys(FORGED_ADDRESSES, "203.0.113.77") | {"Forwarded": "for=203.0.113.77"}
        assert sign_in(http, unknown(70), WRONG, **said).status_code == 401
    assert b"203.0.113.77" not in guessed.log.read_bytes()[before:]
