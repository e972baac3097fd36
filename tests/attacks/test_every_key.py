"""Every endpoint that takes an Idempotency-Key, asked twice with the same one: the same answer, one effect."""

import json
import secrets

from careplus_contracts.everything import ENDPOINTS
from careplus_runtime.concerned import patients_in
from tests.attacks.deeds import DEEDS, Deed, Doing
from tests.attacks.ledger import contents
from tests.audit.trail import of_request
from tests.world import World

JSON = {"Content-Type": "application/json"}


def test_there_is_a_deed_for_every_key() -> None:
    assert sorted(deed.name for deed in DEEDS) == sorted(endpoint.name for endpoint in ENDPOINTS if endpoint.keyed)


def of_somebody(deed: Deed) -> bool:
    """Whether it is done to somebody's record by others. The time off is of a day without visits."""
    answer_names_them = patients_in(deed.endpoint.answer) is not None
    return (
        deed.person != "patient" and deed.name != "take_time_off" and (answer_names_them or "{patient_id}" in deed.endpoint.path)
    )


def test_the_same_key_twice_is_one_deed(mortal: World) -> None:
    doing = Doing(mortal)
    before = contents(mortal.hospital)
    for deed in DEEDS:
        path, body = doing.request(deed)
        http, sent = mortal.people[deed.person].http, json.dumps(body).encode()
        headers = {**JSON, "Idempotency-Key": secrets.token_hex(16)}
        request_id = {"X-Request-Id": secrets.token_hex(8)}
        first = http.request(deed.endpoint.method, path, content=sent, headers=headers | request_id)
        assert first.status_code == deed.endpoint.status, f"{deed.name}: {first.text}"
        done = contents(mortal.hospital)
        assert len(done["idempotency_keys"]) > len(before["idempotency_keys"]), deed.name
        # those that another service has a part in leave that part's too
        found = of_request(mortal.hospital, request_id["X-Request-Id"])
        [event] = [one for one in found if one["action"] == deed.name]
        assert (event["kind"], event["outcome"]) == ("change", "ok")
        assert event["patients"] or not of_somebody(deed), deed.name
        again = http.request(deed.endpoint.method, path, content=sent, headers=headers)
        assert (again.status_code, again.content) == (first.status_code, first.content), deed.name
        assert again.headers["idempotency-replayed"] == "true", deed.name
        for name in ("etag", "content-type", "cache-control"):
            assert again.headers.get(name) == first.headers.get(name), deed.name
        other = http.request(deed.endpoint.method, path, content=sent + b" ", headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "key_reused"), deed.name
        assert contents(mortal.hospital) == done, deed.name
        doing.answers[deed.name], before = first.json() if first.content else None, done
