"""Guessing: the information in failed sign-ins, and the number of attempts allowed."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.attacks.listeners import Listener, listeners
from tests.hospital import DETAILS, LOCAL_HTTP, PASSWORD, Hospital, only_linux

pytestmark = only_linux

REQUEST_ID = "an-attack-by-guessing"
TRIES = 15
WRONG = "nine-loud-pelicans"
TOLERANCE = 0.25
"""The relative difference allowed between two medians."""


@pytest.fixture(scope="module")
def guessing_hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Yield a separate hospital, because attempts counted here would slow other tests down."""
    hospital = Hospital(tmp_path_factory.mktemp("guessed"))
    with hospital.running():
        for number in range(TRIES):
            body = {"email": known(number), "password": PASSWORD, "full_name": f"Pia {number}", **DETAILS}
            answer = httpx.post(f"{hospital.url}/auth/register", json=body, timeout=30, **LOCAL_HTTP)
            assert answer.status_code == 201, answer.text
        yield hospital


@pytest.fixture(scope="module")
def auth(guessing_hospital: Hospital) -> Listener:
    return next(listener for listener in listeners(guessing_hospital) if listener.name == "auth")


def known(number: int) -> str:
    return f"person-{number:02}@example.org"


def unknown(number: int) -> str:
    return f"nobody-{number:02}@example.org"


def client_from(hospital: Hospital, number: int) -> httpx.Client:
    """Return a client with its own loopback address."""
    transport = httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}")
    return httpx.Client(base_url=hospital.url, transport=transport, timeout=60)


def sign_in(http: httpx.Client, email: str, password: str, **headers: str) -> httpx.Response:
    return http.post("/auth/login", json={"email": email, "password": password}, headers={"X-Request-Id": REQUEST_ID, **headers})


def comparable(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all of an answer except the date and the rate limit."""
    changing = ("date", "ratelimit")
    return answer.status_code, answer.content, [pair for pair in answer.headers.multi_items() if not pair[0].startswith(changing)]


def test_unknown_email_is_answered_like_wrong_password(guessing_hospital: Hospital, auth: Listener) -> None:
    answers: list[Any] = []
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        with client_from(guessing_hospital, number) as http:
            for kind, email in (("known", known(number)), ("unknown", unknown(number))):
                before = auth.busy_threads_ms()
                answers.append(comparable(sign_in(http, email, WRONG)))
                spent[kind].append(auth.busy_threads_ms() - before)
    assert answers == [answers[0]] * len(answers)
    assert answers[0][0] == 401
    check_similar_cost(spent)


@pytest.mark.attack
def test_unknown_email_takes_as_long_as_wrong_password(guessing_hospital: Hospital) -> None:
    # wall-clock time: reliable on an idle machine only
    seconds: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        with client_from(guessing_hospital, 20 + number) as http:
            for kind, email in (("known", known(number)), ("unknown", unknown(20 + number))):
                before = time.perf_counter()
                sign_in(http, email, WRONG)
                seconds[kind].append(time.perf_counter() - before)
    check_similar_cost(seconds)


def request_reset(http: httpx.Client, email: str) -> httpx.Response:
    return http.post("/auth/password/forgot", json={"email": email}, headers={"X-Request-Id": REQUEST_ID})


def test_reset_for_unknown_email_is_answered_alike(guessing_hospital: Hospital, auth: Listener) -> None:
    answers: list[Any] = []
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    with client_from(guessing_hospital, 80) as http:
        for number in range(TRIES):
            for kind, email in in_alternating_order(number, known(number), unknown(number)):
                before = auth.busy_threads_ms()
                answers.append(comparable(request_reset(http, email)))
                spent[kind].append(auth.busy_threads_ms() - before)
    assert answers == [answers[0]] * len(answers)
    assert answers[0][:2] == (204, b"")
    check_similar_cost(spent, of=fastest_tenth)


@pytest.mark.attack
def test_reset_for_unknown_email_takes_as_long(guessing_hospital: Hospital) -> None:
    # wall-clock time: reliable on an idle machine only
    seconds: dict[str, list[float]] = {"known": [], "unknown": []}
    with client_from(guessing_hospital, 81) as http:
        for number in range(2 * TRIES):
            for kind, email in in_alternating_order(number, known(number % TRIES), unknown(100 + number)):
                before = time.perf_counter()
                assert request_reset(http, email).status_code == 204
                seconds[kind].append(time.perf_counter() - before)
    check_similar_cost(seconds, of=fastest_tenth)


def fastest_tenth(times: list[float]) -> float:
    """Return the first decile: slower requests also paid for the delivery of mails in the background."""
    return statistics.quantiles(times, n=10)[0]


def in_alternating_order(number: int, known: str, unknown: str) -> list[tuple[str, str]]:
    """Alternate the order: mails are sent in the background, and their cost must meet both alike."""
    pair = [("known", known), ("unknown", unknown)]
    return pair if number % 2 else pair[::-1]


def check_similar_cost(spent: dict[str, list[float]], of: Callable[[list[float]], float] = statistics.median) -> None:
    shorter, longer = sorted(of(times) for times in spent.values())
    assert shorter > 0
    assert longer / shorter < 1 + TOLERANCE, spent


def test_email_is_case_insensitive_at_sign_in(guessing_hospital: Hospital) -> None:
    # otherwise each spelling of an address would have its own attempt count
    with client_from(guessing_hospital, 50) as http:
        for email in (known(0), known(0).upper(), "Person-00@Example.ORG"):
            assert sign_in(http, email, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "password", ["", " ", PASSWORD.upper(), f"{PASSWORD} ", PASSWORD[:-1], f"{PASSWORD}\0", "*", "%", "null"]
)
def test_similar_password_is_refused(guessing_hospital: Hospital, password: str) -> None:
    with client_from(guessing_hospital, 60 + len(password)) as http:
        assert sign_in(http, known(1), password).status_code in {401, 422, 429}


FORGED_ADDRESSES = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "X-Originating-IP", "CF-Connecting-IP", "True-Client-IP")


def test_claimed_client_address_is_not_stored(guessing_hospital: Hospital) -> None:
    before = guessing_hospital.log.stat().st_size
    with client_from(guessing_hospital, 70) as http:
        forged = dict.fromkeys(FORGED_ADDRESSES, "203.0.113.77") | {"Forwarded": "for=203.0.113.77"}
        assert sign_in(http, unknown(70), WRONG, **forged).status_code == 401
    assert b"203.0.113.77" not in guessing_hospital.log.read_bytes()[before:]
