"""Create visits and results for a patient through the real API before a browser test."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.hospital import Person, free_times

Record = dict[str, Any]


def visit(patient: Person, doctor: Person, start: datetime | None = None) -> Record:
    """Book a visit, two days ahead without `start`; it puts the patient into the doctor's care."""
    times = free_times(patient.http, doctor.id)
    chosen = start or next(time for time in times if time > times[0] + timedelta(days=2))
    body = {"doctor_id": doctor.id, "starts_at": chosen.isoformat()}
    return _done(patient.http.post("/api/appointments", json=body))


def day_ahead(doctor: Person, days: int = 2) -> tuple[str, list[datetime]]:
    """Return a clinic day `days` ahead and the doctor's free times on it."""
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    return day, free_times(doctor.http, doctor.id, start=day, days=1)


def result(patient: Person, doctor: Person, lab: Person, values: dict[str, float], comment: str | None = None) -> Record:
    """Return a verified complete blood count with these values, released if there is a comment."""
    order = {"patient_id": patient.id, "test_codes": ["CBC"]}
    booking = _done(doctor.http.post("/api/doctor/lab-orders", json=order))
    for status in ("collected", "received", "in_progress"):
        _done(lab.http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}))
    (test,) = (one for one in _done(lab.http.get("/api/labs/tests?q=CBC"))["items"] if one["code"] == "CBC")
    units = {one["code"]: one["unit"] for one in test["analytes"]}
    observations = [{"analyte": analyte, "value": value, "unit": units[analyte]} for analyte, value in values.items()]
    entered = {"test_code": "CBC", "observations": observations}
    measured = _done(lab.http.post(f"/api/labs/bookings/{booking['id']}/results", json=entered))
    verified = _done(lab.http.put(f"/api/labs/results/{measured['id']}/verify"))
    if comment is not None:
        if verified["critical_open"]:
            action = {"action": "Called the patient in."}
            _done(doctor.http.put(f"/api/doctor/critical-results/{measured['id']}", json=action))
        review = {"comment": comment, "release": True}
        _done(doctor.http.put(f"/api/doctor/lab-results/{measured['id']}", json=review))
    return measured


def upcoming(patient: Person) -> list[Record]:
    """Return a patient's upcoming visits that are not cancelled."""
    visits = _done(patient.http.get("/api/appointments?when=upcoming"))["items"]
    return [visit for visit in visits if visit["status"] != "cancelled"]


def critical_result(patient: Person, doctor: Person, lab: Person) -> Record:
    """Return a verified potassium of 7.4 that the doctor ordered."""
    booking = _done(doctor.http.post("/api/doctor/lab-orders", json={"patient_id": patient.id, "test_codes": ["LYTES"]}))
    for status in ("collected", "received", "in_progress"):
        _done(lab.http.put(f"/api/labs/bookings/{booking['id']}/status", json={"status": status}))
    values = [{"analyte": "potassium", "value": 7.4, "unit": "mmol/L"}]
    entered = {"test_code": "LYTES", "observations": values}
    measured = _done(lab.http.post(f"/api/labs/bookings/{booking['id']}/results", json=entered))
    return _done(lab.http.put(f"/api/labs/results/{measured['id']}/verify"))


def _done(answer: httpx.Response) -> Record:
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    body: Record = answer.json()
    return body
