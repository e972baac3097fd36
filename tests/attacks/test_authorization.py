"""Every id that a request can hold, in path, query and body, is sent by a person without access to the record.

Tokens and roles are in `tests/test_every_endpoint.py`.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.refusals import NotFound
from tests.acts.act import BY_NAME
from tests.acts.catalogue import act_of
from tests.acts.context import acting_in
from tests.acts.members import NAMED_RECORDS, NamedRecord, record_places, with_value
from tests.acts.record_ids import RECORD_IDS
from tests.hospital import free_times
from tests.world import World, made

UNKNOWN = 2**62
UNKNOWN_SESSION = "u" * 24
STRANGERS = {Role.PATIENT: "other_patient", Role.DOCTOR: "other_doctor"}
"""Administrators and the laboratory may name every record that their endpoints take."""
BREAK_GLASS = "open_chart"
"""Opens charts of patients in the care of other doctors: tests/journeys/test_break_glass.py."""
BOOKED_FROM_REFERRAL = {"book-body-referral_id", "book_follow_up-body-referral_id"}
"""A referral is named with a free time of its receiver: tests/journeys/test_follow_ups.py."""
AFTER_FRESH_SIGN_IN = "remove_passkey"
"""Its owner signs in with the passkey first: tests/journeys/test_passkeys.py."""
PRIVATE_RECORDS = [
    pytest.param(named, role, id=f"{named}-{role}")
    for named in NAMED_RECORDS
    if named.name in RECORD_IDS and RECORD_IDS[named.name].private
    for role in STRANGERS
    if not named.endpoint.public and named.endpoint.admits(role) and named.endpoint.name != BREAK_GLASS
    if str(named) not in BOOKED_FROM_REFERRAL
]


@pytest.fixture(scope="module")
def strangers(world: World) -> World:
    """Give the other doctor a patient too, so that requests are refused for the record they name only."""
    doctor, patient = world.people["other_doctor"], world.people["other_patient"]
    at = free_times(patient.http, doctor.id, days=10)[90]
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    # a repeated test, ordered at the visit, for the owner's filters
    owner, visit = world.people["doctor"], {"appointment_id": world.ids["appointment_id"]}
    order = {"patient_id": world.people["patient"].id, "test_codes": ["HBA1C"], **visit}
    made(owner.http.post("/api/doctor/lab-orders", json=order))
    # a request that the owner of `refill_id` does not withdraw
    prescribed = world.body(dict(BY_NAME["prescribe"].example or {}))
    another = made(owner.http.post("/api/doctor/prescriptions", json=prescribed))["id"]
    made(world.people["patient"].http.post(f"/api/prescriptions/{another}/refill"))
    return world


def test_every_record_member_is_private_or_public() -> None:
    assert {named.name for named in NAMED_RECORDS} == RECORD_IDS.keys(), (
        "tests/acts/record_ids.py has an entry for each, and no other"
    )
    assert len(PRIVATE_RECORDS) > 25


def test_ids_are_found_under_any_name() -> None:
    from careplus_contracts.values import Body, Code, Id

    class Inner(Body):
        whom: Id | None = None
        test_codes: list[Code]

    class Outer(Body):
        parts: list[Inner]
        many: list[Id]
        name: str

    assert set(record_places(Outer | None)) == {("parts", 0, "whom"), ("parts", 0, "test_codes"), ("many",)}


@pytest.mark.parametrize(("named", "role"), PRIVATE_RECORDS)
def test_foreign_record_answers_like_an_unknown_one(strangers: World, named: NamedRecord, role: Role) -> None:
    person = strangers.people[STRANGERS[role]]
    foreign = strangers.ids[named.name]
    for body in bodies(strangers, named.endpoint, named.part):
        foreign_answer = ask(person.http, strangers, named, foreign, body)
        unknown = ask(person.http, strangers, named, UNKNOWN_SESSION if named.name == "session_id" else UNKNOWN, body)
        assert foreign_answer == unknown
        filters = named.part == "query" and NotFound not in named.endpoint.refuses
        assert foreign_answer[0] == (200 if filters else 404), foreign_answer


@pytest.mark.parametrize(("named", "role"), [one for one in PRIVATE_RECORDS if not str(one.id).startswith(AFTER_FRESH_SIGN_IN)])
def test_owner_of_the_record_is_not_refused(strangers: World, named: NamedRecord, role: Role) -> None:
    """The same request of the owner succeeds: strangers were refused for the owner of the record only."""
    owner, endpoint = strangers.people[role.value], named.endpoint
    value, body, expected = strangers.ids[named.name], None, 200
    if endpoint.method == "DELETE":
        value, expected = expendable(strangers, role, named), 204
    elif named.part == "body":
        body, expected = strangers.body(dict(endpoint.example or {})), endpoint.status
    elif endpoint.body is not None:
        # strangers got 404 for this body too
        body, expected = {"unknown": True}, 422
    status, _, content = ask(owner.http, strangers, named, value, body)
    # a visit of `world` is not completed, so that it cannot be reopened, and was not offered
    of_another_status = {"reopen_visit", "accept_offer", "decline_offer"}
    is_early = endpoint.name in of_another_status and json.loads(content)["code"] == "illegal_transition"
    assert status == expected or is_early, content
    if named.part == "query":
        answer = json.loads(content)
        assert answer.get("items") or answer.get("patients"), "strangers were shown none"


def expendable(world: World, role: Role, named: NamedRecord) -> Any:
    """Return the id of a record of this person that no other test needs: of their act, or of a session."""
    http = world.people[role.value].http
    if named.name == "feed_id":
        return made(http.post("/api/me/calendar-feeds", json={"name": "Phone"}))["id"]
    act = act_of(named.endpoint)
    if act.caller == role:
        with acting_in(world) as context:
            return act.path(context)[named.name]
    world.hospital.sign_in(made(http.get("/auth/me"), 200)["email"]).http.close()
    return next(one["id"] for one in made(http.get("/auth/sessions"), 200)["items"] if not one["current"])


def bodies(world: World, endpoint: Endpoint[..., Any], part: str) -> tuple[Any, ...]:
    """Yield bodies that the other doctor or patient may send, and with an id in the path also malformed ones."""
    if endpoint.body is None:
        return (None,)
    own = {**dict(endpoint.example or {}), **({"patient_id": world.people["other_patient"].id} if part == "body" else {})}
    if "patient_id" not in (endpoint.example or {}):
        own.pop("patient_id", None)
    return (own,) if part == "body" else (own, {"unknown": True}, None)


def ask(http: httpx.Client, world: World, named: NamedRecord, value: int | str, body: Any) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the answer, without the date and the rate limit."""
    path = named.endpoint.path.format(**{**world.ids, **({named.name: value} if named.part == "path" else {})})
    needed = dict(parse_qsl(act_of(named.endpoint).query_of(world.ids).removeprefix("?")))
    query = {**needed, **({named.name: value} if named.part == "query" else {})} or None
    sent = with_value(body, named.place, value) if named.part == "body" else body
    headers = {"X-Request-Id": "the-same-id"}
    answer = http.request(named.endpoint.method, path, params=query, headers=headers, **({} if sent is None else {"json": sent}))
    return (
        answer.status_code,
        {name: text for name, text in answer.headers.items() if name not in {"date", "ratelimit"}},
        answer.content,
    )


def test_admin_cannot_use_an_id_of_another_role(strangers: World) -> None:
    admin, patient, doctor = (strangers.people[name] for name in ("admin", "patient", "doctor"))
    at = free_times(patient.http, doctor.id, days=10)[95].isoformat()
    profile = {"full_name": "No Doctor", "specialty": "None", "active": True}
    booking = {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": at}
    requests: list[tuple[str, str, Any, Any]] = [
        ("GET", "/api/admin/doctors/{}", patient.id, None),
        ("PUT", "/api/admin/doctors/{}", patient.id, profile),
        ("POST", "/api/admin/appointments", doctor.id, lambda id: {**booking, "patient_id": id}),
        ("POST", "/api/admin/appointments", patient.id, lambda id: {**booking, "doctor_id": id}),
    ]
    for method, path, wrong, body in requests:
        answers = [
            admin.http.request(
                method, path.format(id), json=body(id) if callable(body) else body, headers={"X-Request-Id": "the-same-id"}
            )
            for id in (wrong, UNKNOWN)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_closed_account_gets_no_token(strangers: World) -> None:
    admin = strangers.people["admin"].http
    person = strangers.hospital.register("closed-to-strangers@example.org", "Clara Closed")
    made(admin.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": False}), 200)
    assert person.http.get("/auth/me").status_code == 401
    with strangers.hospital.client() as http:
        answer = http.post("/auth/login", json={"email": "closed-to-strangers@example.org", "password": "seven-quiet-herons"})
        assert (answer.status_code, answer.json()["code"]) == (403, "account_inactive")
    person.http.close()
