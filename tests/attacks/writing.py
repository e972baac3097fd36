"""Every endpoint that takes free text, made ready to take it again and again; found by walking the contracts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import Line
from tests.attacks.hostile import TEXTS
from tests.hospital import free_times
from tests.world import World, made

Place = tuple[str | int, ...]
PROBES = ("some words", "<b>'x'</b>")
SECRET = {"password", "current_password", "new_password", "otp", "invitation"}
"""Not read back by anybody, and tried by other tests."""


def texts(annotation: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Where a body takes text, with what it takes there. Of lists the first item."""
    if get_origin(annotation) in {Union, UnionType}:
        for kind in get_args(annotation):
            yield from texts(kind, at)
    elif get_origin(annotation) is Annotated:
        inner = get_args(annotation)[0]
        yield from ((at, annotation),) if inner is str else texts(inner, at)
    elif get_origin(annotation) is list:
        yield from texts(get_args(annotation)[0], (*at, 0))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, member in annotation.model_fields.items():
            kind = Annotated[member.annotation, *member.metadata] if member.metadata else member.annotation
            yield from texts(kind, (*at, name))
    elif annotation is str:
        yield at, annotation


def accepts(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_json(json.dumps(text), strict=True)
    except ValidationError:
        return False
    return True


HOSTILE = list(TEXTS.values())
LINES = [text for text in HOSTILE if accepts(Line, text)]


def free_texts(endpoint: Endpoint[..., Any]) -> dict[Place, Any]:
    """Members for any text; those with a form of their own, as codes and addresses, are not among them."""
    assert endpoint.body is not None
    found = texts(endpoint.body.annotation)
    return {place: kind for place, kind in found if place[-1] not in SECRET and all(accepts(kind, probe) for probe in PROBES)}


def formed_texts(endpoint: Endpoint[..., Any]) -> dict[Place, Any]:
    """Members for text of a certain form."""
    assert endpoint.body is not None
    free = free_texts(endpoint)
    return {place: kind for place, kind in texts(endpoint.body.annotation) if place not in free and place[-1] not in SECRET}


WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
WRITING = [endpoint for endpoint in WITH_BODY if free_texts(endpoint)]


def filled(body: Any, place: Place, text: str) -> Any:
    """A copy with the text at its place."""
    if not place:
        return text
    copy: Any = list(body or [None]) if isinstance(place[0], int) else dict(body or {})
    inner = copy.get(place[0]) if isinstance(copy, dict) else copy[place[0]]
    copy[place[0]] = filled(inner, place[1:], text)
    return copy


@dataclass
class Writer:
    """A world in which the same can be written again: each round has its own records where an act uses them up."""

    world: World
    stranger: httpx.Client
    round: int = 0
    kept: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def http(self, person: str) -> httpx.Client:
        return self.world.people[person].http if person in self.world.people else self.stranger

    def visit(self, reason: str = "") -> int:
        made_visit = made(self.http("patient").post("/api/appointments", json={**self.free_time(), "reason": reason}))
        return int(made_visit["id"])

    def free_time(self) -> dict[str, Any]:
        """Of the doctor who is there day and night: some weeks ahead, a new one each time."""
        doctor_id = self.world.people["doctor"].id
        start = (datetime.now().astimezone() + timedelta(days=20)).date().isoformat()
        times = self.once("times", lambda: free_times(self.http("patient"), doctor_id, start, days=14))
        return {"doctor_id": doctor_id, "starts_at": times.pop(0).isoformat()}

    def prescription(self) -> int:
        body = self.world.body(dict(example_of("prescribe")))
        return int(made(self.http("doctor").post("/api/doctor/prescriptions", json=body))["id"])

    def order(self, *codes: str) -> int:
        body = {"patient_id": self.world.people["patient"].id, "test_codes": codes}
        return int(made(self.http("doctor").post("/api/doctor/lab-orders", json=body))["id"])

    def brought_to(self, booking_id: int, *statuses: str) -> int:
        for status in statuses:
            made(self.http("lab").put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
        return booking_id

    def rejectable(self) -> int:
        booking_id: int = self.once("rejectable", lambda: self.order("CRP"))
        return self.brought_to(booking_id, "collected")

    def measurable(self) -> int:
        booking_id: int = self.once(
            "measurable", lambda: self.brought_to(self.order("ANA"), "collected", "received", "in_progress")
        )
        return booking_id

    def verifiable(self) -> int:
        """A result that nobody has vouched for."""
        booking_id = self.brought_to(self.order("CBC"), "collected", "received", "in_progress")
        return int(made(self.http("lab").post(f"/api/labs/bookings/{booking_id}/results", json=MEASURED))["id"])


MEASURED = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2}]}
Prepared = tuple[dict[str, Any], dict[str, Any]]
"""What stands in the path, and a body that is right but for the text."""


def example_of(name: str) -> dict[str, Any]:
    (endpoint,) = [endpoint for endpoint in ENDPOINTS if endpoint.name == name]
    return dict(endpoint.example or {})


def refer(writer: Writer) -> Prepared:
    body = writer.world.body(example_of("refer"))
    body.pop("to_specialty")
    return {}, body


def time_off(writer: Writer) -> Prepared:
    # each before the one before: lists begin with the soonest
    starts_at = datetime.fromisoformat("2090-01-01T00:00:00+00:00") - timedelta(days=writer.round)
    return {}, {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}


READY: dict[str, Callable[[Writer], Prepared]] = {
    "register": lambda w: ({}, {**example_of("register"), "email": f"register-{w.round}@example.org"}),
    "invite": lambda w: ({}, {**example_of("invite"), "email": f"invite-{w.round}@example.org"}),
    "add_doctor": lambda w: ({}, {**example_of("add_doctor"), "email": f"doctor-{w.round}@example.org"}),
    "update_doctor": lambda w: (
        {"doctor_id": w.world.people["other_doctor"].id},
        {**example_of("update_doctor"), "active": True},
    ),
    "add_test": lambda w: ({}, {**example_of("add_test"), "code": f"INJ-{w.round}"}),
    "update_test": lambda w: ({"code": "HBA1C"}, {**example_of("update_test"), "active": True}),
    "book": lambda w: ({}, w.free_time()),
    "cancel": lambda w: ({"appointment_id": w.visit()}, {}),
    "update_visit": lambda w: ({"appointment_id": w.once("visited", w.visit)}, {"status": "booked"}),
    "write_notes": lambda w: ({"appointment_id": w.once("noted", w.visit)}, {"sign": False}),
    "set_availability": lambda w: (
        {},
        {"slot_minutes": 30, "rules": w.http("doctor").get("/api/doctor/availability").json()["rules"]},
    ),
    "take_time_off": time_off,
    "open_chart": lambda w: ({"patient_id": w.world.people["other_patient"].id}, {}),
    "prescribe": lambda w: ({}, w.world.body(example_of("prescribe"))),
    "stop_prescription": lambda w: ({"prescription_id": w.prescription()}, {}),
    "refer": refer,
    "update_referral": lambda w: ({}, {"status": "sent"}),
    "cancel_lab_booking": lambda w: ({"booking_id": w.order("CRP")}, {}),
    "set_booking_status": lambda w: ({"booking_id": w.rejectable()}, {"status": "rejected"}),
    "enter_result": lambda w: (
        {"booking_id": w.measurable()},
        {"test_code": "ANA", "observations": [{"analyte": "antinuclear-antibodies", "text": "negative"}]},
    ),
    "verify_result": lambda w: ({"result_id": w.verifiable()}, {}),
}
"""Endpoints that need more than their example and one of everything."""
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "refer": ("to_specialty", "to_external"),
    "enter_result": ("text",),
    "update_profile": ("specialty",),
}
"""Members that are left alone, one after the other: of two only one may be there, some are chosen from a list, one is given."""
READ: dict[str, dict[str, str]] = {
    "register": {"admin": "/api/admin/accounts/{id}"},
    "update_me": {"patient": "/auth/me", "admin": "/api/admin/accounts/{id}"},
    "invite": {"admin": "/api/admin/invitations"},
    "book": {"patient": "/api/appointments/{id}", "doctor": "/api/doctor/appointments/{id}"},
    "cancel": {"patient": "/api/appointments/{id}", "doctor": "/api/doctor/appointments/{id}"},
    "update_visit": {"doctor": "/api/doctor/appointments/{id}"},
    "write_notes": {"doctor": "/api/doctor/appointments/{appointment_id}/notes"},
    "set_availability": {"doctor": "/api/doctor/availability"},
    "take_time_off": {"doctor": "/api/doctor/time-off?limit=2"},
    "update_profile": {"doctor": "/api/doctor/profile", "admin": "/api/admin/doctors/{id}"},
    "add_doctor": {"admin": "/api/admin/doctors/{id}"},
    "update_doctor": {"patient": "/api/doctors/{id}", "admin": "/api/admin/doctors/{id}"},
    "set_allergies": {"doctor": "/api/doctor/patients/{patient_id}"},
    "set_problems": {"doctor": "/api/doctor/patients/{patient_id}"},
    "open_chart": {
        "other_patient": "/api/me/access-log?limit=1",
        "admin": "/api/admin/audit?action=open_chart&outcome=ok&limit=1",
    },
    "prescribe": {"patient": "/api/prescriptions/{id}", "doctor": "/api/doctor/prescriptions?limit=1"},
    "stop_prescription": {"patient": "/api/prescriptions/{id}", "doctor": "/api/doctor/prescriptions?limit=1"},
    "refer": {"patient": "/api/referrals/{id}", "doctor": "/api/doctor/referrals?limit=1"},
    "update_referral": {"patient": "/api/referrals/{id}"},
    "add_test": {"patient": "/api/labs/tests?q={code}&limit=100"},
    "update_test": {"patient": "/api/labs/tests?q={code}"},
    "cancel_lab_booking": {"patient": "/api/labs/bookings/{id}", "lab": "/api/labs/bookings/{id}"},
    "order_tests": {"patient": "/api/labs/bookings/{id}", "lab": "/api/labs/bookings/{id}"},
    "set_booking_status": {"patient": "/api/labs/bookings/{id}", "lab": "/api/labs/bookings/{id}"},
    "enter_result": {"lab": "/api/labs/results/{id}"},
    "verify_result": {"lab": "/api/labs/results/{id}"},
    "review_result": {"patient": "/api/labs/results/{id}"},
}
"""Who reads it where, with what stands in the answer for the path."""


def person_for(endpoint: Endpoint[..., Any]) -> str:
    return "stranger" if endpoint.public else next(role.value for role in Role if endpoint.admits(role))


def ready(writer: Writer, endpoint: Endpoint[..., Any]) -> tuple[str, dict[str, Any]]:
    """Where to write, and a body that is right."""
    ids, body = READY[endpoint.name](writer) if endpoint.name in READY else ({}, writer.world.body(dict(endpoint.example or {})))
    return endpoint.path.format(**{**writer.world.ids, **ids}), body


def written(writer: Writer, endpoint: Endpoint[..., Any], path: str, body: Any) -> httpx.Response:
    http = writer.http(person_for(endpoint))
    # not httpx's own JSON, which escapes nothing: both spellings are JSON
    content = json.dumps(body, ensure_ascii=writer.round % 2 == 0).encode()
    answer = http.request(endpoint.method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, answer.text
    return answer


def taken(places: dict[Place, Any], number: int) -> Iterator[tuple[Place, str]]:
    """A different text for each place, so that each is looked for by itself; over all rounds every place takes every text."""
    for shift, (place, kind) in enumerate(places.items()):
        text = HOSTILE[(number + 7 * shift) % len(HOSTILE)]
        yield place, text if accepts(kind, text) else f"text {shift}"


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
