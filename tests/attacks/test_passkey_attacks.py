"""Answers of passkeys that are replayed, made for another account, page or purpose, copied, concurrent or malformed."""

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import cbor2
import httpx
import pytest

from tests.authenticator import VERIFIED, Passkey, base64url, new_passkey, options_of, register, request_of, unbase64url
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change
from tests.world import made

Answer = dict[str, Any]


@contextmanager
def owner_of(hospital: Hospital, email: str, **more: Any) -> Iterator[tuple[Person, Passkey]]:
    """Yield a person with one passkey."""
    person = hospital.register(email, "Olga Owner")
    yield person, register(hospital, person, **more)[0]
    person.http.close()


def log_in(hospital: Hospital, email: str, answer: Answer) -> int:
    body = {"email": email, "password": PASSWORD, "passkey": answer}
    return httpx.post(f"{hospital.url}/auth/login", json=body, timeout=30).status_code


def test_replayed_answer_is_refused(hospital: Hospital) -> None:
    email = "replay@key.example"
    with owner_of(hospital, email, counter=None) as (_, passkey):
        answer = passkey.get(request_of(hospital, email))
        assert [log_in(hospital, email, answer) for _ in range(2)] == [200, 401]


def test_challenge_of_refused_answer_is_used_up(hospital: Hospital) -> None:
    email = "once@key.example"
    with owner_of(hospital, email) as (_, passkey):
        asked = request_of(hospital, email)
        assert log_in(hospital, email, passkey.get(asked, origin="https://evil.example")) == 401
        assert log_in(hospital, email, passkey.get(asked)) == 401
        assert log_in(hospital, email, passkey.get(request_of(hospital, email))) == 200


def test_concurrent_answers_open_one_session(hospital: Hospital) -> None:
    email = "race@key.example"
    # without a counter only the challenge tells them apart
    with owner_of(hospital, email, counter=None) as (_, passkey):
        asked = request_of(hospital, email)
        answers = [passkey.get(asked) for _ in range(5)]
        with ThreadPoolExecutor(5) as threads:
            statuses = list(threads.map(lambda answer: log_in(hospital, email, answer), answers))
    assert sorted(statuses) == [200, 401, 401, 401, 401]


def test_expired_challenge_is_refused(hospital: Hospital) -> None:
    email = "expired@key.example"
    with owner_of(hospital, email) as (person, passkey):
        asked = request_of(hospital, email)
        change(hospital, "UPDATE passkey_challenges SET expires_at = ? WHERE account_id = ?", ago(seconds=1), person.id)
        assert log_in(hospital, email, passkey.get(asked)) == 401


def test_challenges_and_passkeys_of_others_are_refused(hospital: Hospital) -> None:
    one, two = "one@key.example", "two@key.example"
    with owner_of(hospital, one) as (_, mine), owner_of(hospital, two) as (_, theirs):
        # my passkey, with a challenge for another account
        assert log_in(hospital, one, mine.get(request_of(hospital, two))) == 401
        # another account's passkey, with my challenge
        assert log_in(hospital, one, theirs.get(request_of(hospital, one))) == 401
        # another key under the id of my passkey, and my key under another one
        forged = new_passkey(hospital, credential=mine.credential, counter=50)
        assert log_in(hospital, one, forged.get(request_of(hospital, one))) == 401
        renamed = {**mine.get(request_of(hospital, one)), "credential": base64url(theirs.credential)}
        assert log_in(hospital, one, renamed) == 401


@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "http://localhost.evil.example"}),
        ({}, {"origin": "http://127.0.0.1:{port}"}),
        ({}, {"origin": "http://localhost:1"}),
        ({}, {"origin": "http://localhost:{port}", "crossOrigin": True}),
        ({}, {"type": "webauthn.create"}),
        ({"relying_party": "evil.example"}, {}),
        ({"relying_party": "127.0.0.1"}, {}),
        ({"flags": VERIFIED}, {}),
    ],
    ids=["origin", "suffix", "address", "port", "frame", "type", "relying-party", "address-as-domain", "absent-person"],
)
def test_answer_for_another_page_is_refused(hospital: Hospital, changes: Answer, data: Answer) -> None:
    """Each is signed by the right key, for an open challenge of the account."""
    email = f"{secrets.token_hex(6)}@key.example"
    data = {name: value.format(port=hospital.port) if isinstance(value, str) else value for name, value in data.items()}
    with owner_of(hospital, email) as (_, passkey):
        before = vars(passkey).copy()
        vars(passkey).update(changes)
        assert log_in(hospital, email, passkey.get(request_of(hospital, email), **data)) == 401
        vars(passkey).update({**before, "counter": passkey.counter})
        assert log_in(hospital, email, passkey.get(request_of(hospital, email))) == 200
        if data.get("type") != "webauthn.create":
            other = hospital.register(f"new-{email}", "Nils New")
            key = new_passkey(hospital)
            vars(key).update(changes)
            assert register_status(other, key.create(options_of(other), **data)) == 403
            other.http.close()


def register_status(person: Person, answer: Answer) -> int:
    return person.http.post("/auth/passkeys", json={"name": "Key", **answer}).status_code


def test_counter_that_went_back_is_refused(hospital: Hospital) -> None:
    email = "copied@key.example"
    with owner_of(hospital, email) as (_, passkey):
        # the passkey counts up, then answers: 8
        passkey.counter = 7
        assert log_in(hospital, email, passkey.get(request_of(hospital, email))) == 200
        for before, status in ((7, 401), (3, 401), (None, 401), (8, 200)):
            passkey.counter = before
            assert log_in(hospital, email, passkey.get(request_of(hospital, email))) == status, before


def test_challenge_serves_its_own_purpose_only(hospital: Hospital) -> None:
    email = "purpose@key.example"
    with owner_of(hospital, email) as (_, passkey):
        fresh = hospital.sign_in(email, passkey=passkey.get(request_of(hospital, email)))
        assert log_in(hospital, email, passkey.get(options_of(fresh))) == 401
        assert register_status(fresh, new_passkey(hospital).create(request_of(hospital, email))) == 403
        assert register_status(fresh, new_passkey(hospital).create({"challenge": base64url(bytes(32))})) == 403
        fresh.http.close()


def test_challenge_of_refused_registration_is_used_up(hospital: Hospital) -> None:
    person = hospital.register("spent@reg.example", "Sam Spent")
    options = options_of(person)
    key = new_passkey(hospital)
    assert register_status(person, key.create(options, origin="https://evil.example")) == 403
    assert register_status(person, key.create(options)) == 403
    assert register_status(person, key.create(options_of(person))) == 201
    person.http.close()


def test_registration_challenge_serves_one_account_once(hospital: Hospital) -> None:
    mine, other = (hospital.register(f"{name}@reg.example", "Rene Register") for name in ("mine", "other"))
    options = options_of(mine)
    assert register_status(other, new_passkey(hospital).create(options)) == 403
    answer = new_passkey(hospital).create(options)
    assert [register_status(mine, answer) for _ in range(2)] == [201, 403]
    for one in (mine, other):
        one.http.close()


def test_passkey_of_another_account_is_not_registered(hospital: Hospital) -> None:
    with owner_of(hospital, "known@key.example") as (_, passkey):
        other = hospital.register("taker@key.example", "Tia Taker")
        answer = new_passkey(hospital, credential=passkey.credential).create(options_of(other))
        refused = other.http.post("/auth/passkeys", json={"name": "Taken", **answer})
        assert (refused.status_code, refused.json()["code"]) == (409, "passkey_registered")
        other.http.close()


def attestation(answer: Answer, **members: Any) -> Answer:
    """Return a registration with other members of the attestation object."""
    return {**answer, "attestation": base64url(cbor2.dumps({**cbor2.loads(unbase64url(answer["attestation"])), **members}))}


def with_key(passkey: Passkey, answer: Answer, cose: Any) -> Answer:
    """Return a registration with another public key."""
    data: bytes = cbor2.loads(unbase64url(answer["attestation"]))["authData"]
    return attestation(answer, authData=data[: 55 + len(passkey.credential)] + cbor2.dumps(cose))


def test_odd_registrations_are_refused(hospital: Hospital) -> None:
    person = hospital.register("odd@key.example", "Otto Odd")
    passkey = new_passkey(hospital)

    def made_answer() -> Answer:
        return passkey.create(options_of(person))

    rsa = {1: 3, 3: -257, -1: b"\xff" * 1024, -2: b"\x01\x00\x01"}
    odd = {
        "certificate": attestation(made_answer(), fmt="packed", attStmt={"alg": -7, "sig": b"x", "x5c": [b"x"]}),
        "other format": attestation(made_answer(), fmt="tpm", attStmt={"ver": "2.0"}),
        "statement of none": attestation(made_answer(), attStmt={"alg": -7}),
        "long key": with_key(passkey, made_answer(), rsa),
        "unknown algorithm": with_key(passkey, made_answer(), {**passkey.cose(), 3: -36}),
        "no key": with_key(passkey, made_answer(), {}),
        "other id": {**made_answer(), "credential": base64url(b"another")},
        "nested": {**made_answer(), "attestation": base64url(b"\x81" * 2900 + b"\x01")},
        "huge length": {**made_answer(), "attestation": base64url(b"\x9b" + b"\xff" * 8)},
        "truncated": {**made_answer(), "attestation": base64url(b"\xa3\x63fmt")},
        "no client data": {**made_answer(), "client_data": base64url(b"[]")},
        "nested client data": {**made_answer(), "client_data": base64url(b"[" * 2900)},
        "padding": (answer := made_answer()) | {"credential": answer["credential"][:-1] + "_"},
    }
    statuses = {}
    for name, body in odd.items():
        change(hospital, "DELETE FROM attempts")
        statuses[name] = register_status(person, body)
    assert statuses == dict.fromkeys(odd, 403)
    # the service still answers
    change(hospital, "DELETE FROM attempts")
    assert register_status(person, made_answer()) == 201
    person.http.close()


def test_odd_answers_at_sign_in_are_refused(hospital: Hospital) -> None:
    email = "odd-answers@key.example"
    with owner_of(hospital, email) as (_, passkey):
        for member, odd in (
            ("client_data", b"\xff\xfe"),
            ("client_data", json.dumps({"challenge": 1}).encode()),
            ("authenticator_data", b"\x00" * 10),
            ("authenticator_data", b"\x00" * 36 + b"\xff" * 2000),
            ("signature", b"0"),
        ):
            change(hospital, "DELETE FROM attempts")
            answer = {**passkey.get(request_of(hospital, email)), member: base64url(odd)}
            assert log_in(hospital, email, answer) == 401, (member, odd)


def test_open_challenges_of_an_account_are_bounded(hospital: Hospital) -> None:
    email = "bounded@key.example"
    with owner_of(hospital, email) as (person, passkey):
        first = request_of(hospital, email)
        # instants are stored in seconds, and the oldest is replaced
        time.sleep(1.1)
        asked = [request_of(hospital, email) for _ in range(20)]
        assert log_in(hospital, email, passkey.get(first)) == 401
        assert log_in(hospital, email, passkey.get(asked[-1])) == 200
        made(person.http.get("/auth/me"), 200)
