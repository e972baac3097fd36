"""Every id and code that requests can name: private or public, why, and how the record of the fixture `world` is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.acts.approvals import waiting_role
from tests.authenticator import register
from tests.hospital import DETAILS, free_times
from tests.notices import opt_out_token, untold
from tests.world import World, made


def no_record(_: World) -> Any:
    """Return no value: the name occurs in queries and bodies only."""
    return None


@dataclass(frozen=True)
class RecordId:
    """A member of paths, queries or bodies that names a record."""

    private: bool
    """Whether another person's value must get the same answer as an unknown value."""
    reason: str
    make: Callable[[World], Any] = no_record
    """Make the record of `patient` with `doctor` and return its value; needed for names that stand in a path."""


def appointment(world: World) -> int:
    doctor, patient = world.people["doctor"], world.people["patient"].http
    first = free_times(patient, doctor.id, days=10)[40]
    return _id(patient.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": first.isoformat()}))


def waitlist_entry(world: World) -> int:
    """Return an entry of the patient, for days without free times."""
    days = {"first_day": "2098-01-01", "last_day": "2098-01-31", "doctor_id": world.people["doctor"].id}
    return _id(world.people["patient"].http.post("/api/waitlist", json=days))


def prescription(world: World) -> int:
    item = {"medicine": "Ramipril 5 mg", "dose": "1 tablet", "route": "oral", "frequency": "daily", "duration_days": 30}
    body = {"patient_id": world.people["patient"].id, "items": [item]}
    return _id(world.people["doctor"].http.post("/api/doctor/prescriptions", json=body))


def refill(world: World) -> int:
    """Return an open request for a refill of `prescription`."""
    return _id(world.people["patient"].http.post(f"/api/prescriptions/{world.ids['prescription_id']}/refill"))


def referral(world: World) -> int:
    more = {"to_external": "City radiology", "reason": "Chest film", "urgency": "routine"}
    body = {"patient_id": world.people["patient"].id, **more}
    return _id(world.people["doctor"].http.post("/api/doctor/referrals", json=body))


def certificate(world: World) -> int:
    body = {"patient_id": world.people["patient"].id, "kind": "statement", "statement": "Fit for school sports."}
    return _id(world.people["doctor"].http.post("/api/doctor/certificates", json=body))


def vitals(world: World) -> int:
    return _id(world.people["doctor"].http.post(f"/api/doctor/patients/{world.people['patient'].id}/vitals", json={"weight": 70}))


def booking(world: World) -> int:
    """Return a booking of two tests, in progress, one of them with a verified and released result (see `result`)."""
    body = {"patient_id": world.people["patient"].id, "test_codes": ["CBC", "CRP"]}
    booking_id = _id(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))
    for status in ("collected", "received", "in_progress"):
        made(world.people["lab"].http.put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
    return booking_id


def specimen(world: World) -> int:
    """Return the received specimen of the other test of `booking`."""
    found = made(world.people["lab"].http.get(f"/api/labs/bookings/{world.ids['booking_id']}"), 200)["specimens"]
    return next(int(one["id"]) for one in found if one["test_codes"] == ["CRP"])


def result(world: World) -> int:
    lab, values = world.people["lab"].http, [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]
    entered = {"test_code": "CBC", "observations": values}
    result_id = _id(lab.post(f"/api/labs/bookings/{world.ids['booking_id']}/results", json=entered))
    made(lab.put(f"/api/labs/results/{result_id}/verify"), 200)
    made(world.people["doctor"].http.put(f"/api/doctor/lab-results/{result_id}", json={"release": True}), 200)
    return result_id


def critical_result(world: World) -> int:
    """Return an open critical result."""
    lab, body = world.people["lab"].http, {"patient_id": world.people["patient"].id, "test_codes": ["LYTES"]}
    booking_id = _id(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))
    for status in ("collected", "received", "in_progress"):
        made(lab.put(f"/api/labs/bookings/{booking_id}/status", json={"status": status}), 200)
    values = [{"analyte": "potassium", "value": 7.4, "unit": "mmol/L"}]
    entered = {"test_code": "LYTES", "observations": values}
    result_id = _id(lab.post(f"/api/labs/bookings/{booking_id}/results", json=entered))
    made(lab.put(f"/api/labs/results/{result_id}/verify"), 200)
    return result_id


def time_off(world: World) -> int:
    week = {"starts_at": "2031-07-01T00:00:00Z", "ends_at": "2031-07-08T00:00:00Z"}
    return _id(world.people["doctor"].http.post("/api/doctor/time-off", json=week))


def extra_hours(world: World) -> int:
    hours = {"day": "2031-07-01", "starts": "07:00", "ends": "08:00"}
    return _id(world.people["doctor"].http.post("/api/doctor/extra-hours", json=hours))


def note_template(world: World) -> int:
    """Return a note template of the doctor's own."""
    body = {"kind": "template", "title": "First visit", "text": "Age {age}. Takes {medicines}."}
    return _id(world.people["doctor"].http.post("/api/doctor/note-templates", json=body))


def house_template(world: World) -> int:
    """Return a note template of the hospital's."""
    body = {"kind": "template", "title": "House", "text": "Age {age}."}
    return _id(world.people["admin"].http.post("/api/admin/note-templates", json=body))


def emergency_access(world: World) -> int:
    """Return an emergency access to the chart of a patient of its own, so that no patient of the world is in care by it."""
    patient = world.hospital.register("emil@example.org", "Emil Emergency")
    who = {"full_name": "Emil Emergency", "date_of_birth": DETAILS["date_of_birth"]}
    body = {**who, "reason": "Unconscious in the emergency room"}
    opened = world.people["other_doctor"].http.post(f"/api/doctor/patients/{patient.id}/access", json=body)
    patient.http.close()
    return _id(opened)


def approval(world: World) -> int:
    """Return a role that waits for an administrator, of an account of its own."""
    person = world.hospital.register("ari@example.org", "Ari Asked")
    person.http.close()
    return waiting_role(world.hospital, person.id, world.people["lab"].id)


def notice(world: World) -> int:
    """Return the notice of a cancelled visit of the patient, whose address is not confirmed."""
    doctor, desk = world.people["doctor"], world.people["reception"].http
    times = {"starts_at": free_times(desk, doctor.id, days=10)[45].isoformat()}
    people = {"patient_id": world.people["patient"].id, "doctor_id": doctor.id}
    visit = _id(desk.post("/api/admin/appointments", json={**people, **times}))
    made(desk.put(f"/api/admin/appointments/{visit}", json={"status": "cancelled"}), 200)
    return untold(desk, visit)


def token(world: World) -> str:
    return opt_out_token(world.hospital, world.people["other_patient"].id)


def feed(world: World) -> int:
    return _id(world.people["patient"].http.post("/api/me/calendar-feeds", json={"name": "Phone"}))


def feed_token(world: World) -> str:
    address: str = made(world.people["other_patient"].http.post("/api/me/calendar-feeds", json={"name": "Phone"}))["address"]
    return address.rpartition("/")[2]


def session(world: World) -> str:
    """Return the session of another device of the patient."""
    world.hospital.sign_in("pia@example.org").http.close()
    sessions = made(world.people["patient"].http.get("/auth/sessions"), 200)["items"]
    other: str = next(one["id"] for one in sessions if not one["current"])
    return other


def merged_record(world: World) -> int:
    """Return a record that was merged into another one."""
    body = {"full_name": "Mara Merged", "date_of_birth": "1990-01-01", "sex": "female", "another_person": True}
    desk = world.people["reception"].http
    kept, merged = (_id(desk.post("/api/reception/patients", json=body)) for _ in range(2))
    merge = {"into_id": kept, "version": 1, "into_version": 1, "reason": "Registered twice"}
    made(world.people["admin"].http.post(f"/api/admin/patients/{merged}/merge", json=merge))
    return merged


def invitation(world: World) -> int:
    """Return an invitation that nobody has accepted."""
    body = {"email": "iris@example.org", "full_name": "Iris Invited", "role": "lab"}
    return _id(world.people["admin"].http.post("/api/admin/invitations", json=body))


def screen(world: World) -> int:
    """Return a screen that shows all doctors."""
    body = {"name": "Waiting room", "language": "both"}
    return _id(world.people["reception"].http.post("/api/reception/screens", json=body))


def passkey(world: World) -> int:
    """Return the passkey of an account of its own, so that no person of the world needs it to sign in."""
    owner = world.hospital.register("paula@example.org", "Paula Passkey")
    _, registered = register(world.hospital, owner)
    owner.http.close()
    return int(registered["passkey"]["id"])


def visit_type(world: World) -> int:
    """Return a type as long as the slots of the world's doctors, so that free times stay the same where it is offered."""
    names = {"name_en": "Check-up", "name_de": "Untersuchung"}
    return _id(world.people["admin"].http.post("/api/admin/visit-types", json={**names, "minutes": 30}))


def _id(answer: Any) -> int:
    return int(made(answer)["id"])


RECORD_IDS: dict[str, RecordId] = {
    "patient_id": RecordId(True, "the list of patients", lambda world: world.people["patient"].id),
    "appointment_id": RecordId(True, "an appointment of a patient", appointment),
    "entry_id": RecordId(True, "the wishes of a patient", waitlist_entry),
    "instead_of": RecordId(True, "an appointment of a patient", lambda world: world.ids["appointment_id"]),
    "prescription_id": RecordId(True, "medicines of a patient", prescription),
    "refill_id": RecordId(True, "medicines of a patient", refill),
    "referral_id": RecordId(True, "a referral of a patient", referral),
    "certificate_id": RecordId(True, "a certificate of a patient", certificate),
    "vitals_id": RecordId(True, "measurements of a patient", vitals),
    "booking_id": RecordId(True, "the tests of a patient", booking),
    "specimen_id": RecordId(True, "a specimen of a patient", specimen),
    "result_id": RecordId(True, "a finding of a patient", result),
    "critical_result_id": RecordId(True, "a finding of a patient", critical_result),
    "time_off_id": RecordId(True, "the absence of a doctor", time_off),
    "extra_hours_id": RecordId(True, "hours of a doctor", extra_hours),
    "template_id": RecordId(True, "a text that a doctor keeps", note_template),
    "house_template_id": RecordId(False, "the templates of the house are listed for every doctor", house_template),
    "account_id": RecordId(True, "the list of accounts", lambda world: world.people["other_patient"].id),
    "session_id": RecordId(True, "the devices of an account", session),
    "passkey_id": RecordId(True, "the passkeys of an account", passkey),
    "access_id": RecordId(True, "the opening of a chart of a patient", emergency_access),
    "merged_id": RecordId(True, "a record of a patient", merged_record),
    "into_id": RecordId(True, "the list of patients", lambda world: world.people["other_patient"].id),
    "invitation_id": RecordId(True, "the list of accounts", invitation),
    "approval_id": RecordId(True, "an account or role that an administrator asked for", approval),
    "notice_id": RecordId(True, "a mail to a patient", notice),
    "feed_id": RecordId(True, "a calendar of a patient or doctor", feed),
    "feed_token": RecordId(False, "random, and reads the visits of one account", feed_token),
    "opt_out_token": RecordId(False, "signed for one account, and can only switch its reminders off", token),
    "doctor_id": RecordId(False, "doctors are listed without an account", lambda world: world.people["doctor"].id),
    "doctor_ids": RecordId(False, "the same doctors"),
    "visit_type_id": RecordId(False, "the types that doctors offer are listed without an account", visit_type),
    "screen_id": RecordId(False, "every person at the desk reads all screens", screen),
    "check_in_code": RecordId(False, "the secret of one visit, and can only check its patient in"),
    "to_doctor_id": RecordId(False, "the same doctors"),
    "colleague_id": RecordId(False, "the same doctors"),
    "version": RecordId(False, "the number of changes of a record that the same body names"),
    "into_version": RecordId(False, "the same of the record that is kept"),
    "code": RecordId(False, "the catalogue of tests is open to every account", lambda _: "CBC"),
    "test_code": RecordId(False, "the same codes"),
    "test_codes": RecordId(False, "the same codes"),
    "analytes": RecordId(False, "the catalogue lists the codes of analytes"),
    "analyte": RecordId(False, "the same codes; the values returned are those of the caller", lambda _: "hemoglobin"),
}
"""Entries by name, in the order in which the records are made."""
