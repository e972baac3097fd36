"""The state in which acts are performed: the people of a world, free times, and steps that prepare records."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import httpx

from careplus_runtime.identity.tokens import LIFETIME_S
from tests import databases
from tests.acts.act import BY_NAME, Act, Json
from tests.auth import forging_provider
from tests.auth.forging_provider import ForgingProvider
from tests.hospital import PASSWORD, Hospital, Person, free_times
from tests.world import World, made

WEEK = [{"weekday": day, "starts": "00:00", "ends": "24:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


class Request(NamedTuple):
    """A valid request. `body` is empty for endpoints without one."""

    http: httpx.Client
    method: str
    path: str
    body: Json


class ActContext:
    """Prepares requests in a world. Free times are read once, so other tests must book other doctors or days."""

    def __init__(self, world: World, closing: ExitStack) -> None:
        self.world = world
        self.hospital: Hospital = world.hospital
        self.people: dict[str, Person] = dict(world.people)
        self.closing = closing
        self.clients: dict[str, httpx.Client] = {"stranger": closing.enter_context(self.hospital.client())}
        self.numbers = count(1)
        self.prefix = secrets.token_hex(3)
        self.times: list[datetime] = []
        self.lab_times: list[str] = []
        self.checked_in = 0
        self.lab_days = count(60)
        self.provider: ForgingProvider | None = None

    def http(self, person: str) -> httpx.Client:
        return self.clients[person] if person in self.clients else self.people[person].http

    def identity_provider(self) -> ForgingProvider:
        """Return the running identity provider of the hospital's settings, which the hospital must have."""
        if self.provider is None:
            issuer = httpx.URL(self.hospital.extra["CAREPLUS_OIDC_ISSUER"])
            self.provider = self.closing.enter_context(forging_provider.running(issuer.port or 0))
        return self.provider

    def headers(self, person: str) -> dict[str, str]:
        """Return the Authorization header of this person, for clients that several people share."""
        return {"Authorization": f"Bearer {self.people[person].token}"} if person in self.people else {}

    def request(self, act: Act) -> Request:
        """Do the steps before an act, then return its request."""
        if act.caller == "newcomer":
            self.people["newcomer"] = self.register()
        elif act.caller == "browser":
            self.clients["browser"] = self.signed_in_browser()
        act.before(self)
        path = self.path(act, act.path(self))
        body = {**self.world.body(dict(act.endpoint.example or {})), **act.body(self)}
        if act.caller in self.people:
            self.people[act.caller].signed_in.renew_after(LIFETIME_S / 3)
        return Request(self.http(act.caller), act.endpoint.method, path, body)

    def path(self, act: Act, values: Json) -> str:
        return act.endpoint.path.format(**{**self.world.ids, **values})

    def marked(self, act: Act, mark: str, *, keyed: bool = False) -> dict[str, Any]:
        """Return the arguments of httpx for a request that carries a mark; `keyed` ones can be sent again."""
        assert act.mark is not None
        request = self.request(act)
        headers = self.headers(act.caller) | ({"Idempotency-Key": f"of {mark}"} if keyed else {})
        body = {**request.body, act.mark.member: act.mark.value.format(mark=mark)}
        return {"method": request.method, "url": request.path, "json": body, "headers": headers}

    def word(self) -> str:
        """Return a unique word."""
        return f"{self.prefix}-{next(self.numbers)}"

    def email(self) -> str:
        return f"{self.word()}@example.org"

    def register(self) -> Person:
        person = self.hospital.register(self.email(), "Nora Newcomer")
        self.closing.callback(person.http.close)
        return person

    def email_of(self, person: str) -> str:
        email: str = made(self.http(person).get("/auth/me"), 200)["email"]
        return email

    def identity(self, person: str) -> Json:
        """Return the name and date of birth of a patient, as an emergency access takes them."""
        account = made(self.http(person).get("/auth/me"), 200)
        return {name: account[name] for name in ("full_name", "date_of_birth")}

    def emergency_access(self) -> int:
        """Return the id of a new emergency access of `doctor` to the chart of `other_patient`."""
        body = self.example("open_chart", **self.identity("other_patient"))
        path = f"/api/doctor/patients/{self.people['other_patient'].id}/access"
        return int(made(self.http("doctor").post(path, json=body))["id"])

    def sign_in_again(self, person: str, **more: str) -> Person:
        """Return the same person with another session."""
        again = self.hospital.sign_in(self.email_of(person), **more)
        self.closing.callback(again.http.close)
        return again

    def signed_in_browser(self) -> httpx.Client:
        """Return a client with the refresh cookie of a new account and the headers that the portals send with it."""
        email = self.email()
        self.hospital.register(email, "Bea Browser").http.close()
        http = self.closing.enter_context(self.hospital.client())
        http.headers.update({"Origin": f"http://localhost:{self.hospital.port}", "X-CarePlus": "1"})
        made(http.post("/auth/login", json={"email": email, "password": PASSWORD}), 200)
        return http

    def free_time(self) -> str:
        """Return the start of a free time of `doctor` from ten days ahead, a different one at each call."""
        if not self.times:
            start = (datetime.now().astimezone() + timedelta(days=10)).date().isoformat()
            self.times = free_times(self.http("patient"), self.people["doctor"].id, start, days=30)
        return self.times.pop(0).isoformat()

    def lab_time(self) -> str:
        """Return a time of the laboratory two months ahead, a different one at each call: patients have one place at a time."""
        if not self.lab_times:
            day = (datetime.now().astimezone() + timedelta(days=next(self.lab_days))).date().isoformat()
            slots = made(self.http("patient").get("/api/labs/slots", params={"day": day}), 200)["items"]
            self.lab_times = [slot["starts_at"] for slot in slots if slot["other"] is None and slot["free"] > 0]
        return self.lab_times.pop(0)

    def visit(self, reason: str = "") -> int:
        """Return the id of a new appointment of `patient` with `doctor`."""
        body = {"doctor_id": self.people["doctor"].id, "starts_at": self.free_time(), "reason": reason}
        return int(made(self.http("patient").post("/api/appointments", json=body))["id"])

    def with_own_visit(self, person: str) -> int:
        """Return the id of a patient, who has booked a visit to `doctor`."""
        body = {"doctor_id": self.people["doctor"].id, "starts_at": self.free_time()}
        made(self.http(person).post("/api/appointments", json=body))
        return self.people[person].id

    def with_own_lab_booking(self, person: str) -> int:
        """Return the id of a patient, who has booked a test."""
        made(self.http(person).post("/api/labs/bookings", json={"test_codes": ["CRP"], "starts_at": self.lab_time()}))
        return self.people[person].id

    def leave_waitlist(self) -> None:
        """Remove the entries of `patient`: five at most wait at the same time."""
        for entry in made(self.http("patient").get("/api/waitlist"), 200)["items"]:
            assert self.http("patient").delete(f"/api/waitlist/{entry['id']}").status_code == 204

    def waitlist_entry(self, **more: Any) -> int:
        """Return the id of the only entry of `patient`, for days without free times."""
        self.leave_waitlist()
        return int(made(self.http("patient").post("/api/waitlist", json=self.example("join_waitlist", **more)))["id"])

    def offer(self) -> int:
        """Return the id of a visit to `doctor` that is offered to `patient`, after `other_patient` gave the time up."""
        body = {"doctor_id": self.people["doctor"].id, "starts_at": self.free_time()}
        visit_id = made(self.http("other_patient").post("/api/appointments", json=body))["id"]
        all_days = {"first_day": "2026-01-01", "weekdays": [day["weekday"] for day in WEEK], "from_time": "00:00"}
        self.waitlist_entry(**all_days)
        made(self.http("other_patient").put(f"/api/appointments/{visit_id}/cancel"), 200)
        [entry] = made(self.http("patient").get("/api/waitlist"), 200)["items"]
        return int(entry["offer"]["appointment_id"])

    def visit_in_progress(self) -> int:
        """Return the id of a visit that `doctor` has started now."""
        visit_id = self.visit()
        self.hospital.let_begin(visit_id)
        made(self.http("doctor").put(f"/api/doctor/appointments/{visit_id}", json={"status": "in_progress"}), 200)
        return visit_id

    def screen(self) -> int:
        """Return the id of a new screen."""
        return int(made(self.http("reception").post("/api/reception/screens", json=self.example("create_screen")))["id"])

    def visit_type(self) -> int:
        """Return the id of a new type that no doctor offers."""
        self.deactivate_types()
        return int(made(self.http("admin").post("/api/admin/visit-types", json=self.example("create_visit_type")))["id"])

    def deactivate_types(self) -> None:
        """Make room for new types, because the number of active ones is bounded."""
        own = f"id <> {self.world.ids['visit_type_id']} AND id NOT IN (SELECT visit_type_id FROM doctor_visit_types)"
        databases.execute(self.hospital.database, f"UPDATE visit_types SET active = FALSE WHERE {own}")

    def check_in_code(self) -> str:
        """Return the code of a visit of `patient` within the next hour: always the same one, booked again."""
        if not self.checked_in:
            self.checked_in = self.visit()
            next_hour = (datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=n) for n in range(5, 58))
            for starts_at in next_hour:
                with suppress(*databases.Refused):
                    self.hospital.place_visit(self.checked_in, starts_at, starts_at + timedelta(minutes=1))
                    break
        back = "UPDATE appointments SET status = 'booked', arrived_at = NULL WHERE id = ?"
        databases.execute(self.hospital.database, back, self.checked_in)
        shown = made(self.http("patient").get(f"/api/appointments/{self.checked_in}/check-in"), 200)
        return str(shown["url"]).partition("#code=")[2]

    def completed_visit(self) -> int:
        """Return the id of a visit that `doctor` has completed now."""
        visit_id = self.visit_in_progress()
        made(self.http("doctor").put(f"/api/doctor/appointments/{visit_id}", json={"status": "completed"}), 200)
        return visit_id

    def note_template(self, person: str = "doctor") -> int:
        """Return the id of a new note template of `doctor`, or of the hospital's by `admin`."""
        return int(made(self.http(person).post(f"/api/{person}/note-templates", json=self.example("add_template")))["id"])

    def time_off(self) -> Json:
        """Return a free hour, each earlier than the last one, because lists begin with the soonest."""
        starts_at = datetime.fromisoformat("2090-01-01T00:00:00+00:00") - timedelta(days=next(self.numbers))
        return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}

    def extra_hours(self) -> Json:
        """Return hours of a day in 2090."""
        return {"day": "2090-03-04", "starts": "07:00", "ends": "08:00"}

    def example(self, name: str, **members: Any) -> Json:
        """Return the contract's example with ids of this world."""
        return {**self.world.body(dict(BY_NAME[name].example or {})), **members}

    def prescription(self) -> int:
        return int(made(self.http("doctor").post("/api/doctor/prescriptions", json=self.example("prescribe")))["id"])

    def refill(self) -> int:
        """Return the id of a new request for a refill, which asks `doctor`."""
        asked = self.http("patient").post(f"/api/prescriptions/{self.prescription()}/refill", json=self.example("request_refill"))
        return int(made(asked)["id"])

    def overridden_prescription(self) -> Json:
        """Return members of a prescription that raises the same alert for any patient, with a reason for it.

        The first medicine is any text: its sweeps put text there.
        """
        taken = {"dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 7}
        items = [{**taken, "medicine": self.word()}, {**taken, "medicine": self.word(), "dose": "400 drops"}]
        body = {"patient_id": self.people["patient"].id, "items": items}
        alerts = made(self.http("doctor").post("/api/doctor/prescriptions/check", json=body), 200)["alerts"]
        return {"items": items, "overrides": [{"key": one["key"], "reason": "As in the hospital's protocol"} for one in alerts]}

    def referral(self) -> int:
        """Return the id of a new referral to a doctor outside the hospital."""
        body = self.example("refer", to_external="City radiology")
        del body["to_specialty"]
        return int(made(self.http("doctor").post("/api/doctor/referrals", json=body))["id"])

    def certificate(self) -> int:
        return int(made(self.http("doctor").post("/api/doctor/certificates", json=self.example("certify")))["id"])

    def vitals(self) -> int:
        body = BY_NAME["record_vitals"].example
        return int(made(self.http("doctor").post(f"/api/doctor/patients/{self.people['patient'].id}/vitals", json=body))["id"])

    def lab_test(self) -> str:
        """Return the code of a new test of the catalogue."""
        code: str = made(self.http("admin").post("/api/labs/tests", json=self.example("add_test", code=self.word())))["code"]
        return code

    def analyte(self) -> str:
        """Return the code of a new analyte of the catalogue."""
        body = self.example("add_analyte", code=self.word())
        code: str = made(self.http("admin").post("/api/labs/analytes", json=body))["code"]
        return code

    def lab_order(self, code: str, *statuses: str) -> int:
        """Return the id of a new booking that the laboratory has brought through these statuses."""
        body = {"patient_id": self.people["patient"].id, "test_codes": [code]}
        booking_id = int(made(self.http("doctor").post("/api/doctor/lab-orders", json=body))["id"])
        for status in statuses:
            made(self.http("lab").put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
        return booking_id

    def lab_specimen(self, *statuses: str) -> Json:
        """Return the path values of the specimen of a new booking, and of the booking."""
        booking_id = self.lab_order("CRP", *statuses)
        found = made(self.http("lab").get(f"/api/labs/bookings/{booking_id}"), 200)["specimens"]
        return {"specimen_id": found[0]["id"], "booking_id": booking_id}

    def lab_result(self) -> int:
        """Return the id of a new result that waits to be verified."""
        booking_id = self.lab_order("CBC", "collected", "received", "in_progress")
        body = {"test_code": "CBC", "observations": [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]}
        return int(made(self.http("lab").post(f"/api/labs/bookings/{booking_id}/results", json=body))["id"])

    def shown_result(self) -> Json:
        """Return the result of the world in its present version, as a doctor has it on the screen."""
        result = made(self.http("doctor").get(f"/api/doctor/lab-results/{self.world.ids['result_id']}"), 200)
        return {"result_id": result["id"], "version": result["version"]}

    def critical_result(self) -> int:
        """Return the id of a new open critical result."""
        booking_id = self.lab_order("LYTES", "collected", "received", "in_progress")
        body = {"test_code": "LYTES", "observations": [{"analyte": "potassium", "value": 7.4, "unit": "mmol/L"}]}
        result_id = int(made(self.http("lab").post(f"/api/labs/bookings/{booking_id}/results", json=body))["id"])
        made(self.http("lab").put(f"/api/labs/results/{result_id}/verify"), 200)
        return result_id

    def verified_result(self) -> int:
        result_id = self.lab_result()
        made(self.http("lab").put(f"/api/labs/results/{result_id}/verify"), 200)
        return result_id


@contextmanager
def acting_in(world: World) -> Iterator[ActContext]:
    """Yield a context for this world, and close the clients of its newcomers afterwards."""
    with ExitStack() as closing:
        yield ActContext(world, closing)
