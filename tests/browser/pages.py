"""Every page of the portals, for the sweeps, Lighthouse and the screenshots; other pages are not tested."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from careplus_demo.screens import TOKEN as SCREEN_TOKEN

WEB = Path(__file__).parents[2] / "web" / "src"
LISTS = "".join(file.read_text(encoding="utf-8") for file in (WEB / "routes.ts", *sorted(WEB.glob("pages/*/index.ts"))))
ROUTES = set(re.findall(r'\["(/[^"]*)", (?:async )?\(\) =>', LISTS))
"""The route patterns of the portals."""


@dataclass(frozen=True)
class View:
    """A page for one role. `find` fills each `{}` of the path; `screen` names its picture in docs/screens."""

    path: str
    role: str | None = None
    find: Callable[[httpx.Client], list[str]] | None = None
    screen: str | None = None

    @property
    def name(self) -> str:
        return f"{self.role or 'everyone'} {self.path}"

    @property
    def route(self) -> str:
        """Return the route pattern of this path, or the path itself if no route matches."""
        path = urlsplit(self.path).path
        exact = [pattern for pattern in ROUTES if pattern == path]
        alike = [pattern for pattern in ROUTES if re.sub(r":\w+", "{}", pattern) == path]
        return next(iter(exact + alike), path)

    def address(self, http: httpx.Client) -> str:
        """Return the path with the ids that `find` returns; `http` is a client of the page's role."""
        return self.path.format(*map(quote, self.find(http))) if self.find else self.path


def first(address: str, *members: str) -> Callable[[httpx.Client], list[str]]:
    """Return a `find` for members of a list's first item: `first("/api/labs/results", "observations.0.analyte")`."""

    def find(http: httpx.Client) -> list[str]:
        answer = http.get(address)
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert items, f"the demo hospital has no item at {address}"
        return [_member(items[0], member) for member in members or ("id",)]

    return find


def _member(item: Any, path: str) -> str:
    for name in path.split("."):
        item = item[int(name) if name.isdecimal() else name]
    return str(item)


def corrected(http: httpx.Client) -> list[str]:
    """Return the id of the patient's corrected result."""
    items = http.get("/api/labs/results?limit=100").json()["items"]
    return [next(str(one["id"]) for one in items if one["corrected_at"])]


def two_patients(http: httpx.Client) -> list[str]:
    """Return the ids of two patients."""
    items = http.get("/api/reception/patients?q=be").json()["items"]
    return [str(one["id"]) for one in items[:2]]


def merged_patient(http: httpx.Client) -> list[str]:
    """Return the id of a record that is merged into another one of the same patient."""
    body = {"full_name": "Berta Twice", "date_of_birth": "1990-01-01", "sex": "female", "another_person": True}
    kept, merged = (http.post("/api/reception/patients", json=body).json()["id"] for _ in range(2))
    merge = {"into_id": kept, "version": 1, "into_version": 1, "reason": "Registered twice"}
    assert http.post(f"/api/admin/patients/{merged}/merge", json=merge).status_code == 201
    return [str(merged)]


def check_in_code(http: httpx.Client) -> list[str]:
    """Return the code of the patient's next visit."""
    [visit_id] = COMING(http)
    url: str = http.get(f"/api/appointments/{visit_id}/check-in").json()["url"]
    return [url.partition("#code=")[2]]


NOT_FOUND = View("/nowhere")
"""The page for unknown addresses."""
DOCTOR = first("/api/doctors")
FREE_TIME = first("/api/doctors", "id", "next_available")
COMING, PAST = first("/api/appointments?when=upcoming"), first("/api/appointments?when=past")
PATIENT = first("/api/doctor/patients")
VISIT = first("/api/doctor/appointments?status=in_progress")
MOVABLE = first("/api/doctor/appointments?status=booked")
VIEWS = [
    View("/", screen="landing"),
    View("/sign-in"),
    View("/register"),
    View("/password"),
    View("/password#code=used-or-never-sent"),
    View("/help"),
    View("/accessibility"),
    View("/privacy"),
    View("/confirm-email#code=used-or-never-sent"),
    View("/screen#token=revoked-or-never-issued"),
    View(f"/screen#token={SCREEN_TOKEN}"),
    View("/check-in#code=used-or-never-sent"),
    View("/reminders-off#token=cut-off"),
    View("/reminders-off#token=3-0123456789abcdef"),
    View("/check-in#code={}", "patient", check_in_code),
    View("/doctors"),
    View("/doctors/{}", find=DOCTOR),
    View("/doctors/{}/book?start={}", find=FREE_TIME),
    NOT_FOUND,
    View("/home", "patient", screen="patient"),
    View("/doctors", "patient"),
    View("/doctors/{}", "patient", DOCTOR, screen="times"),
    View("/doctors/{}/book?start={}", "patient", FREE_TIME),
    View("/appointments", "patient"),
    View("/appointments?when=past", "patient"),
    View("/appointments/{}", "patient", COMING),
    View("/appointments/{}", "patient", PAST),
    View("/appointments/{}/move", "patient", COMING),
    View("/waitlist", "patient"),
    View("/waitlist/new?doctor_id={}", "patient", DOCTOR),
    View("/prescriptions", "patient"),
    View("/prescriptions/{}", "patient", first("/api/prescriptions")),
    View("/referrals", "patient"),
    View("/referrals/{}", "patient", first("/api/referrals")),
    View("/certificates", "patient"),
    View("/certificates/{}", "patient", first("/api/certificates")),
    View("/certificates/{}?copy=1", "patient", first("/api/certificates")),
    View("/labs", "patient"),
    View("/labs/{}/book", "patient", first("/api/labs/tests", "code")),
    View("/labs/bookings", "patient"),
    View("/labs/bookings/{}", "patient", first("/api/labs/bookings")),
    View("/results", "patient"),
    View("/results/{}", "patient", first("/api/labs/results"), screen="result"),
    View("/results/{}", "patient", corrected),
    View("/results/trends/{}", "patient", first("/api/labs/results", "observations.0.analyte")),
    View("/profile", "patient"),
    View("/record", "patient"),
    View("/access-log", "patient"),
    View("/access-log?own=1", "patient"),
    View("/security", "patient"),
    View("/profile/calendars", "patient"),
    View("/doctor", "doctor", screen="doctor"),
    View("/doctor/week", "doctor"),
    View("/doctor/visits/{}", "doctor", VISIT, screen="visit"),
    View("/doctor/patients", "doctor"),
    View("/doctor/patients?q=pa", "doctor"),
    View("/doctor/patients/{}", "doctor", PATIENT),
    View("/doctor/emergency", "doctor"),
    View("/doctor/prescriptions/new?patient={}", "doctor", PATIENT),
    View("/doctor/prescriptions/{}", "doctor", first("/api/doctor/prescriptions")),
    View("/doctor/visits/{}/move", "doctor", MOVABLE),
    View("/doctor/visits/{}/series", "doctor", MOVABLE),
    View("/doctor/certificates", "doctor"),
    View("/doctor/certificates?patient={}", "doctor", PATIENT),
    View("/doctor/certificates/new?patient={}", "doctor", PATIENT),
    View("/doctor/certificates/{}", "doctor", first("/api/doctor/certificates")),
    View("/doctor/referrals", "doctor"),
    View("/doctor/referrals?direction=sent&show=overdue", "doctor"),
    View("/doctor/referrals?id={}", "doctor", first("/api/doctor/referrals")),
    View("/doctor/referrals/new?patient={}", "doctor", PATIENT),
    View("/doctor/orders", "doctor"),
    View("/doctor/orders?show=late", "doctor"),
    View("/doctor/orders/{}", "doctor", first("/api/doctor/lab-orders?status=booked")),
    View("/doctor/orders/new?patient={}", "doctor", PATIENT),
    View("/doctor/results", "doctor"),
    View("/doctor/results?scope=care&seen=true", "doctor"),
    View("/doctor/critical/{}", "doctor", first("/api/doctor/critical-results")),
    View("/doctor/note-templates", "doctor"),
    View("/doctor/note-templates?edit=new", "doctor"),
    View("/doctor/handovers", "doctor"),
    View("/doctor/refills", "doctor"),
    View("/doctor/refills?status=visit_needed", "doctor"),
    View("/doctor/availability", "doctor"),
    View("/doctor/profile", "doctor"),
    View("/security", "doctor"),
    View("/side", "doctor"),
    View("/doctor/profile/calendars", "doctor"),
    View("/lab", "lab", screen="lab"),
    View("/lab?status=uncollected", "lab"),
    View("/lab?q=mo", "lab"),
    View("/lab/critical", "lab"),
    View("/lab/critical/{}", "lab", first("/api/labs/critical")),
    View("/lab/{}", "lab", first("/api/labs/worklist")),
    View("/lab/{}?status=rejected", "lab", first("/api/labs/worklist?status=rejected")),
    View("/lab/{}/labels", "lab", first("/api/labs/worklist")),
    View("/lab/{}", "lab", first("/api/labs/worklist?status=received")),
    View("/lab/{}", "lab", first("/api/labs/worklist?status=verified")),
    View("/admin", "admin", screen="admin"),
    View("/admin/refills", "admin"),
    View("/admin/refills?show=all", "admin"),
    View("/admin/doctors", "admin"),
    View("/admin/doctors/new", "admin"),
    View("/admin/doctors/{}", "admin", first("/api/admin/doctors")),
    View("/admin/people", "admin"),
    View("/admin/people/{}", "admin", first("/api/admin/accounts")),
    View("/admin/people/{}/sessions", "admin", first("/api/admin/accounts?role=patient")),
    View("/admin/people/{}/bookings", "admin", first("/api/admin/accounts?role=patient")),
    View("/desk", "reception"),
    View("/desk/board", "reception"),
    View("/desk/appointments", "admin"),
    View("/desk/appointments/new", "reception"),
    View("/desk/appointments/new?q=be", "reception"),
    View("/desk/appointments/reassign", "reception"),
    View("/desk/patients?q=be", "reception"),
    View("/desk/patients/new", "reception"),
    View("/desk/screens", "reception"),
    View("/desk/waitlist", "reception"),
    View("/desk/waitlist/new", "reception"),
    View("/desk/waitlist/new?patient_id={}", "reception", first("/api/reception/patients?q=be")),
    View("/desk/notices", "reception"),
    View("/desk/notices?show=all", "admin"),
    View("/desk/patients/{}", "reception", first("/api/reception/patients?q=be")),
    View("/desk/patients/duplicates", "reception"),
    View("/desk/patients/duplicates", "admin"),
    View("/desk/patients/{}/merge", "admin", first("/api/reception/patients?q=be")),
    View("/desk/patients/{}/merge?into={}", "admin", two_patients),
    View("/desk/patients/{}/merged", "admin", merged_patient),
    View("/admin/note-templates", "admin"),
    View("/admin/emergency-access?show=all", "admin"),
    View("/admin/people/approvals", "admin"),
    View("/admin/people/approvals?show=all", "admin"),
    View("/admin/audit", "admin"),
    View("/admin/audit?action=never_done", "admin"),
    View("/admin/tests", "admin"),
    View("/admin/lab-hours", "admin"),
    View("/admin/closed-days", "admin"),
    View("/admin/specialty-ages", "admin"),
    View("/admin/visit-types", "admin"),
    View("/doctor/visit-types", "doctor"),
    View("/desk/closed-days", "reception"),
    View("/desk/to-move", "reception"),
    View("/desk/to-move", "admin"),
    View("/desk/hours", "reception"),
    View("/desk/hours?doctor_id={}", "reception", first("/api/reception/doctors")),
    View("/admin/analytes", "admin"),
    View("/admin/analytes/{}", "admin", first("/api/labs/analytes?q=hemoglobin", "code")),
    View("/admin/tests/{}", "admin", first("/api/labs/tests", "code")),
]
