"""Everything that can be done with an Idempotency-Key, in an order in which it can: who does it, where and with what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from pyotp import TOTP

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS, SERVICES
from tests.hospital import PASSWORD, free_times
from tests.mailbox import reset_code
from tests.world import World

Json = dict[str, Any]
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


@dataclass
class Deed:
    """`path` and `more` are answered from the world and the answers so far; `more` changes the example of the contract."""

    name: str
    person: str
    more: Callable[["Doing"], Json] = lambda _: {}
    path: Callable[["Doing"], Json] = lambda _: {}

    @property
    def endpoint(self) -> Endpoint[..., Any]:
        return BY_NAME[self.name]


@dataclass
class Doing:
    """The world while deeds are done in it, and what they answered."""

    world: World
    answers: dict[str, Any] = field(default_factory=dict)

    def time(self, doctor: str, number: int) -> str:
        person = self.world.people[doctor]
        return free_times(person.http, person.id, days=14)[number].isoformat()

    def slot(self) -> str:
        http = self.world.people["patient"].http
        day = self.time("doctor", 300)[:10]
        starts_at: str = http.get("/api/labs/slots", params={"day": day}).json()["items"][0]["starts_at"]
        return starts_at

    def request(self, deed: Deed) -> tuple[str, Json]:
        path = deed.endpoint.path.format(**{**self.world.ids, **deed.path(self)})
        return path, {**self.world.body(dict(deed.endpoint.example or {})), **deed.more(self)}


def _id_of(name: str, parameter: str) -> Callable[[Doing], Json]:
    return lambda doing: {parameter: doing.answers[name]["id"]}


def _otp(doing: Doing) -> Json:
    return {"otp": TOTP(doing.answers["prepare_second_factor"]["secret"]).now()}


WEEK = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
CRP = {"test_code": "CRP", "observations": [{"analyte": "crp", "value": 3.1}]}

DEEDS = (
    Deed("register", "admin", lambda _: {"email": "deeds@example.org", "password": PASSWORD}),
    Deed("update_me", "patient"),
    Deed("invite", "admin", lambda _: {"email": "invited@example.org"}),
    Deed("update_account", "admin"),
    Deed("add_doctor", "admin", lambda _: {"email": "added@example.org"}),
    Deed("update_doctor", "admin", lambda _: {"active": True}),
    Deed("update_profile", "doctor"),
    Deed("set_availability", "doctor", lambda _: {"rules": WEEK}),
    Deed("take_time_off", "doctor"),
    Deed("book", "patient", lambda doing: {"starts_at": doing.time("doctor", 310)}),
    Deed("reschedule", "patient", lambda doing: {"starts_at": doing.time("doctor", 320)}),
    Deed("cancel", "patient", path=_id_of("book", "appointment_id")),
    Deed("arrange", "admin", lambda doing: {"starts_at": doing.time("doctor", 330)}),
    Deed("rearrange", "admin", lambda doing: {"starts_at": doing.time("doctor", 340)}, _id_of("arrange", "appointment_id")),
    Deed("update_visit", "doctor"),
    Deed("write_notes", "doctor"),
    Deed("set_problems", "doctor"),
    Deed("set_allergies", "doctor"),
    Deed("prescribe", "doctor"),
    Deed("stop_prescription", "doctor", path=_id_of("prescribe", "prescription_id")),
    Deed("refer", "doctor"),
    Deed("update_referral", "doctor", lambda _: {"status": "cancelled"}, _id_of("refer", "referral_id")),
    Deed("add_test", "admin", lambda _: {"code": "DEEDS"}),
    Deed("update_test", "admin", lambda _: {"active": True}, lambda _: {"code": "DEEDS"}),
    Deed("book_tests", "patient", lambda doing: {"starts_at": doing.slot()}),
    Deed("cancel_lab_booking", "patient", path=_id_of("book_tests", "booking_id")),
    Deed("order_tests", "doctor"),
    Deed("set_booking_status", "lab", path=_id_of("order_tests", "booking_id")),
    Deed("enter_result", "lab", lambda _: CRP),
    Deed("verify_result", "lab", path=_id_of("enter_result", "result_id")),
    Deed("review_result", "doctor", path=_id_of("enter_result", "result_id")),
    Deed("open_chart", "doctor", path=lambda doing: {"patient_id": doing.world.people["other_patient"].id}),
    Deed("prepare_second_factor", "other_doctor", lambda _: {"password": PASSWORD}),
    Deed("confirm_second_factor", "other_doctor", _otp),
    Deed("change_password", "other_doctor", lambda _: {"current_password": PASSWORD}),
    Deed("forgot_password", "other_patient", lambda _: {"email": "deeds@example.org"}),
    Deed("reset_password", "other_patient", lambda doing: {"code": reset_code(doing.world.hospital, "deeds@example.org")}),
)


def by_turns() -> list[Deed]:
    """One of each service after the other: a service that is killed each time has ten seconds, and starts again at once."""
    queues = [[deed for deed in DEEDS if deed.endpoint.service == service] for service in SERVICES]
    return [deed for turn in zip_longest(*queues) for deed in turn if deed is not None]
