"""Whose record it is: every id that a request can hold, in path, query and body, is tried by whom it does not concern.

Who may call at all, with which token and in which role, is in `tests/test_every_endpoint.py`.
"""

import json
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from tests.attacks.naming import NAMED, PRIVATE, PUBLIC, Named, Place, in_body
from tests.hospital import free_times
from tests.world import World, made

UNKNOWN = 2**62
UNKNOWN_SESSION = "u" * 24
STRANGERS = {Role.PATIENT: "other_patient", Role.DOCTOR: "other_doctor"}
"""Administrators and the laboratory may name every record that their endpoints take."""
BREAKS_THE_GLASS = "open_chart"
"""Is for charts of patients in nobody's care but others'; tests/journeys/test_break_glass.py."""
SECRET = [
    pytest.param(named, role, id=f"{named}-{role}")
    for named in NAMED
    if named.name in PRIVATE
    for role in STRANGERS
    if not named.endpoint.public and named.endpoint.admits(role) and named.endpoint.name != BREAKS_THE_GLASS
]


@pytest.fixture(scope="module")
def strangers(world: World) -> World:
    """The other doctor has a patient too, so that requests are refused for what they name and nothing else."""
    doctor, patient = world.people["other_doctor"], world.people["other_patient"]
    at = free_times(patient.http, doctor.id, days=10)[90]
    made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    return world


def test_every_member_that_names_a_record_is_known() -> None:
    names = {named.name for named in NAMED}
    assert names - {*PRIVATE, *PUBLIC} == set(), "say whether it is private or public, and why"
    assert {*PRIVATE, *PUBLIC} - names == set(), "nothing is called so any more"
    assert len(SECRET) > 25


def test_ids_are_found_whatever_they_are_called() -> None:
    from careplus_contracts.values import Body, Code, Id

    class Inner(Body):
        whom: Id | None = None
        test_codes: list[Code]

    class Outer(Body):
        parts: list[Inner]
        many: list[Id]
        name: str

    assert set(in_body(Outer | None)) == {("parts", 0, "whom"), ("parts", 0, "test_codes"), ("many",)}


@pytest.mark.parametrize(("named", "role"), SECRET)
def test_what_belongs_to_others_looks_like_what_is_not_there(strangers: World, named: Named, role: Role) -> None:
    person = strangers.people[STRANGERS[role]]
    foreign = strangers.ids[named.name]
    for body in bodies(strangers, named.endpoint, named.part):
        theirs = ask(person.http, strangers, named, foreign, body)
        nobodys = ask(person.http, strangers, named, UNKNOWN_SESSION if named.name == "session_id" else UNKNOWN, body)
        assert theirs == nobodys
        assert theirs[0] == (200 if named.part == "query" else 404), theirs


@pytest.mark.parametrize(("named", "role"), SECRET)
def test_its_owner_is_told_more(strangers: World, named: Named, role: Role) -> None:
    """Asking the same: strangers were refused for whose it is, and not for how they asked."""
    owner, endpoint = strangers.people[role.value], named.endpoint
    value, body, expected = strangers.ids[named.name], None, 200
    if endpoint.method == "DELETE":
        value, expected = expendable(strangers, role, named.name), 204
    elif named.part == "body":
        body, expected = strangers.body(dict(endpoint.example or {})), 201
    elif endpoint.body is not None:
        # what strangers were told 404 for, too
        body, expected = {"unknown": True}, 422
    status, _, content = ask(owner.http, strangers, named, value, body)
    assert status == expected, content
    if named.part == "query":
        assert json.loads(content)["items"], "strangers were shown none"


def expendable(world: World, role: Role, name: str) -> Any:
    """Something of one's own that nobody will miss."""
    http = world.people[role.value].http
    if name == "time_off_id":
        week = {"starts_at": "2032-07-01T00:00:00Z", "ends_at": "2032-07-08T00:00:00Z"}
        return made(http.post("/api/doctor/time-off", json=week))["id"]
    world.hospital.sign_in(made(http.get("/auth/me"), 200)["email"]).http.close()
    return next(one["id"] for one in made(http.get("/auth/sessions"), 200)["items"] if not one["current"])


def bodies(world: World, endpoint: Endpoint[..., Any], part: str) -> tuple[Any, ...]:
    """What the other doctor or patient may send; beside an id in the path also what nobody may."""
    if endpoint.body is None:
        return (None,)
    own = {**dict(endpoint.example or {}), **({"patient_id": world.people["other_patient"].id} if part == "body" else {})}
    if "patient_id" not in (endpoint.example or {}):
        own.pop("patient_id", None)
    return (own,) if part == "body" else (own, {"unknown": True}, None)


def ask(http: httpx.Client, world: World, named: Named, value: int | str, body: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer, all of it but the date and how much may still be asked."""
    path = named.endpoint.path.format(**{**world.ids, **({named.name: value} if named.part == "path" else {})})
    query = {named.name: value} if named.part == "query" else None
    sent = replaced(body, named.place, value) if named.part == "body" else body
    headers = {"X-Request-Id": "the-same-id"}
    answer = http.request(named.endpoint.method, path, params=query, headers=headers, **({} if sent is None else {"json": sent}))
    return (
        answer.status_code,
        {name: text for name, text in answer.headers.items() if name not in {"date", "ratelimit"}},
        answer.content,
    )


def replaced(body: Any, place: Place, value: int | str) -> Any:
    copy: Any = dict(body) if isinstance(body, dict) else list(body)
    copy[place[0]] = value if len(place) == 1 else replaced(copy[place[0]], place[1:], value)
    return copy


def test_administrators_cannot_take_a_person_for_what_they_are_not(strangers: World) -> None:
    admin, patient, doctor = (strangers.people[name] for name in ("admin", "patient", "doctor"))
    at = free_times(patient.http, doctor.id, days=10)[95].isoformat()
    profile = {"full_name": "Nobody", "specialty": "None", "active": True}
    arranged = {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": at}
    asked: list[tuple[str, str, Any, Any]] = [
        ("GET", "/api/admin/doctors/{}", patient.id, None),
        ("PUT", "/api/admin/doctors/{}", patient.id, profile),
        ("POST", "/api/admin/appointments", doctor.id, lambda id: {**arranged, "patient_id": id}),
        ("POST", "/api/admin/appointments", patient.id, lambda id: {**arranged, "doctor_id": id}),
    ]
    for method, path, wrong, body in asked:
        answers = [
            admin.http.request(
                method, path.format(id), json=body(id) if callable(body) else body, headers={"X-Request-Id": "the-same-id"}
            )
            for id in (wrong, UNKNOWN)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_a_closed_account_gets_no_token(strangers: World) -> None:
    admin = strangers.people["admin"].http
    person = strangers.hospital.register("closed-to-strangers@example.org", "Clara Closed")
    made(admin.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": False}), 200)
    assert person.http.get("/auth/me").status_code == 401
    with strangers.hospital.client() as http:
        answer = http.post("/auth/login", json={"email": "closed-to-strangers@example.org", "password": "seven-quiet-herons"})
        assert (answer.status_code, answer.json()["code"]) == (403, "account_inactive")
    person.http.close()
