"""Text that is HTML or a script, in names, reasons and every other member: the portals show it as text."""

from collections.abc import Iterator
from itertools import cycle

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.acts.context import ActContext, acting_in
from tests.acts.members import TAKES_TEXT
from tests.attacks.hostile import EMERGENCY_REASONS, HOSTILE, LINES
from tests.attacks.hostile_requests import hostile_bodies, send_text
from tests.browser import care
from tests.browser.conftest import OpenPage, RolePage
from tests.browser.measures import settled
from tests.browser.pages import VIEWS
from tests.browser.people import People, signed_in
from tests.browser.stack import real_hospital
from tests.browser.tabs import Tab
from tests.hospital import ADMIN, Person, free_times
from tests.world import build, made

NAME = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'><svg onload=alert(3)> {{7*7}} ${7*7}"
REASON = (
    "</textarea></title><script>alert(4)</script>\n<a href=javascript:alert(5)>knee</a> &lt;b&gt; <style>*{display:none}</style>"
)
PARSED_ELEMENTS = ", ".join(
    [
        *("img[src=x]", "[onload]", "[onerror]", "[onbegin]", "[onmouseover]", "a[href^=javascript]", "a[href^='data:text']"),
        *("iframe", "base", "meta[http-equiv=refresh]", "[href*='attacker.example']", "[src*='attacker.example']"),
        *("[action*='attacker.example']", "main script", "main style", "main link", "dialog script"),
    ]
)
"""Selectors of elements that exist only if text was parsed as HTML."""
SHOWN = """() => [document.title, document.body.textContent,
  ...[...document.querySelectorAll("input, textarea, option")].map((field) => field.value)].join("\\n")"""
CODE = [text for text in LINES if any(sign in text for sign in ("<", "javascript:", "data:", "{{", "${", "&lt;"))]
"""Texts that a browser, or a page that concatenates text, could treat as code."""


@pytest.fixture
def visit(people: People, doctor: Person) -> care.Record:
    patient = people[people.new_patient(NAME)]
    body = {"doctor_id": doctor.id, "starts_at": free_times(patient.http, doctor.id)[-1].isoformat(), "reason": REASON}
    answer = patient.http.post("/api/appointments", json=body)
    assert answer.status_code == 201, answer.text
    booked: care.Record = answer.json()
    return booked


def collect_dialogs(page: Page) -> list[str]:
    """Collect and dismiss JavaScript dialogs; return the growing list of their messages."""
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return dialogs


def check_shown(page: Page, address: str, *texts: str) -> None:
    page.goto(address)
    for text in texts:
        for line in text.split("\n"):
            expect(page.get_by_text(line).first).to_be_visible()
    assert page.locator(PARSED_ELEMENTS).count() == 0


def test_markup_in_names_is_shown_as_text(
    people: People, doctor: Person, visit: care.Record, role_page: RolePage, tabs: list[Tab]
) -> None:
    by_id = {person.id: name for name, person in people.persons.items()}
    patient_id = visit["patient"]["id"]

    patient = role_page(by_id[patient_id])
    dialogs = collect_dialogs(patient)
    check_shown(patient, f"/appointments/{visit['id']}", REASON)
    patient.goto("/profile")
    expect(patient.get_by_role("region", name="About you", exact=True)).to_contain_text(NAME)
    assert patient.locator(PARSED_ELEMENTS).count() == 0

    doctors = role_page(by_id[doctor.id])
    dialogs += collect_dialogs(doctors)
    check_shown(doctors, f"/doctor/visits/{visit['id']}", NAME, REASON)
    check_shown(doctors, f"/doctor/patients/{patient_id}", NAME)

    admins = role_page("admin")
    dialogs += collect_dialogs(admins)
    check_shown(admins, f"/admin/people?q={by_id[patient_id]}", NAME)
    check_shown(admins, f"/admin/people/{patient_id}", NAME)
    assert dialogs == []
    assert len(tabs) == 3


@pytest.fixture(scope="module")
def injected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActContext]:
    """Yield a separate hospital with hostile text in every text member."""
    with real_hospital(tmp_path_factory.mktemp("injected")) as stack:
        hospital = stack.hospital
        with build(hospital, hospital.sign_in(ADMIN)) as world, acting_in(world) as context:
            write_everywhere(context)
            write_all_in_lists(context)
            yield context


def write_everywhere(context: ActContext) -> None:
    """Send several texts in every member that takes text."""
    for shift, endpoint in enumerate(TAKES_TEXT):
        for number in range(shift, len(HOSTILE), 17):
            path, body, _ = next(hostile_bodies(context, endpoint, number))
            assert send_text(context, endpoint, path, body, ascii_only=number % 2 == 0).status_code == endpoint.status


def write_all_in_lists(context: ActContext) -> None:
    """Write every hostile text into records that appear in lists."""
    doctor, admin, patient_id = context.http("doctor"), context.http("admin"), context.world.ids["patient_id"]
    others, named = f"/api/doctor/patients/{context.world.people['other_patient'].id}", context.identity("other_patient")
    for reason in EMERGENCY_REASONS:
        made(doctor.post(f"{others}/access", json={**named, "reason": reason}))
    for number, text in enumerate(LINES):
        more = {"specialty": LINES[number - 1], "room": LINES[number - 2], "bio": HOSTILE[number - 3]}
        made(admin.post("/api/admin/doctors", json={"email": f"list-{number}@example.org", "full_name": text, **more}))
    lines = cycle(LINES)
    for start in range(0, len(HOSTILE), 20):
        items = [
            {
                **{member: next(lines) for member in ("medicine", "dose", "route", "frequency")},
                "duration_days": 7,
                "instructions": text,
            }
            for text in HOSTILE[start : start + 20]
        ]
        body = {"patient_id": patient_id, "items": items}
        alerts = made(doctor.post("/api/doctor/prescriptions/check", json=body), 200)["alerts"]
        overrides = [{"key": alert["key"], "reason": next(lines)} for alert in alerts]
        made(doctor.post("/api/doctor/prescriptions", json={**body, "notes": HOSTILE[start], "overrides": overrides}))
    half = len(HOSTILE) // 2
    for some in (HOSTILE[:half], HOSTILE[half:]):
        order = {"patient_id": patient_id, "test_codes": ["CBC"], "note": "\n".join(some)}
        made(doctor.post("/api/doctor/lab-orders", json=order))
        made(doctor.post("/api/doctor/referrals", json={**context.example("refer"), "reason": "\n".join(some)}))
    chart = f"/api/doctor/patients/{patient_id}"
    made(doctor.put(f"{chart}/problems", json={"problems": [{"name": text, "status": "active"} for text in LINES]}), 200)
    allergies = [{"substance": text, "reaction": LINES[number - 1], "severity": "mild"} for number, text in enumerate(LINES)]
    made(doctor.put(f"{chart}/allergies", json={"allergies": allergies}), 200)


EMAILS = {
    "patient": "pia@example.org",
    "other_patient": "otto@example.org",
    "doctor": "osei@example.org",
    "lab": "lab@example.org",
    "reception": "desk@example.org",
    "admin": ADMIN,
}


def addresses(context: ActContext, person: str) -> list[str]:
    """Return all pages of a person's portal, plus records deeper in their lists that hold more text."""
    http, ids = context.http(person), context.world.ids
    swept = [view.address(http) for view in VIEWS if view.role == person]
    if person == "patient":
        prescribed = made(http.get("/api/prescriptions?limit=6"), 200)["items"]
        return [*swept, f"/appointments/{ids['appointment_id']}", *(f"/prescriptions/{one['id']}" for one in prescribed)]
    if person == "doctor":
        prescribed = made(http.get("/api/doctor/prescriptions?limit=6"), 200)["items"]
        own = [chart_of(context), f"/doctor/visits/{ids['appointment_id']}"]
        return [*swept, *own, *(f"/doctor/prescriptions/{one['id']}" for one in prescribed)]
    if person == "lab":
        found = made(http.get("/api/labs/worklist?limit=100"), 200)["items"]
        return [*swept, *(f"/lab/{one['id']}" for one in found if len(one["note"] or "") > 1000)]
    return swept or ["/access-log"]


def chart_of(context: ActContext) -> str:
    return f"/doctor/patients/{context.world.ids['patient_id']}"


@pytest.mark.attack
@pytest.mark.parametrize("person", EMAILS)
def test_portal_shows_hostile_text_as_text(injected: ActContext, open_page: OpenPage, person: str) -> None:
    """Check the whole portal; console errors and requests to other hosts fail the test too."""
    hospital = injected.world.hospital
    page = open_page(hospital.url, signed_in(hospital, EMAILS[person]))
    dialogs, shown = collect_dialogs(page), {}
    for address in addresses(injected, person):
        page.goto(address)
        shown[address] = whole_text(page)
        assert page.locator(PARSED_ELEMENTS).count() == 0, address
    assert dialogs == []
    everything = shown[chart_of(injected)] if person == "doctor" else "".join(shown.values())
    wanted = {"other_patient": EMERGENCY_REASONS, "doctor": LINES, "admin": LINES}
    assert [text for text in wanted.get(person, HOSTILE) if text not in everything] == []


def whole_text(page: Page) -> str:
    """Return all text of a page after all items of its lists are loaded."""
    more = settled(page).get_by_role("button", name="Show more", exact=True)
    for _ in range(8):
        if not more.count():
            break
        before = page.evaluate(SHOWN)
        more.first.click()
        page.wait_for_function(f"(before) => ({SHOWN})() !== before", arg=before)
        settled(page)
    return str(page.evaluate(SHOWN))


@pytest.mark.attack
def test_every_hostile_name_is_shown_as_text(injected: ActContext, open_page: OpenPage) -> None:
    """Check hostile names of patient, doctor and place on one page of each portal."""
    hospital, people, visit_id = injected.world.hospital, injected.world.people, injected.visit("a reason")
    doctor = injected.http("doctor")
    specialty, rules = (
        doctor.get("/api/doctor/profile").json()["specialty"],
        doctor.get("/api/doctor/availability").json()["rules"],
    )
    booking = made(injected.http("lab").get("/api/labs/worklist"), 200)["items"][0]
    pages = {
        person: open_page(hospital.url, signed_in(hospital, EMAILS[person]))
        for person in ("patient", "doctor", "lab", "reception", "admin")
    }
    dialogs = [collect_dialogs(page) for page in pages.values()]
    for name in CODE:
        hospital.rename(people["admin"], people["patient"].id, name)
        made(doctor.put("/api/doctor/profile", json={"full_name": name, "specialty": specialty}), 200)
        made(doctor.put("/api/doctor/availability", json={"slot_minutes": 30, "place": name, "rules": rules}), 200)
        for person, address in (
            ("patient", f"/appointments/{visit_id}"),
            ("doctor", f"/doctor/visits/{visit_id}"),
            ("lab", f"/lab/{booking['id']}"),
            ("admin", f"/admin/people/{people['patient'].id}"),
        ):
            page = pages[person]
            page.goto(address)
            expect(page.get_by_text(name).first).to_be_visible()
            assert name in page.evaluate(SHOWN)
            assert page.locator(PARSED_ELEMENTS).count() == 0, (person, name)
    assert dialogs == [[]] * len(pages)
