"""A patient gets a copy of the whole record: alone in the portal, or by the hospital's command, which the patient then sees."""

import json
import stat
from pathlib import Path

from careplus_contracts.record_export import PatientRecord
from tests import databases
from tests.hospital import Hospital, Person
from tests.world import World, made

REASON = "Letter of 4 May, decided by the privacy officer"


def accesses(patient: Person) -> list[tuple[str, object, object]]:
    items = made(patient.http.get("/api/me/access-log", params={"limit": 100}), 200)["items"]
    return [(one["action"], one["by"], one["reason"]) for one in items]


def test_own_export_has_the_visit_and_the_notes(world: World) -> None:
    record = made(world.people["patient"].http.get("/api/me/record/export"), 200)
    assert record["patient"]["full_name"] == "Pia Novak"
    assert world.ids["appointment_id"] in {one["id"] for one in record["appointments"]}
    assert "BP 132/84. Continue." in {one["text"] for one in record["notes"]} | {one["text"] for one in record["addenda"]}
    chart = made(world.people["doctor"].http.get(f"/api/doctor/patients/{world.people['patient'].id}"), 200)
    substances = {one["substance"] for one in chart["allergies"]}
    assert substances
    assert {one["substance"] for one in record["allergies"]} == substances, "other tests of this hospital change them"
    assert {one["doctor_name"] for one in record["appointments"]} <= {"Dr Ama Osei", "Dr Nils Lind"}


def test_export_of_other_patient_differs(world: World) -> None:
    own, other = (world.people[name].http.get("/api/me/record/export").json() for name in ("patient", "other_patient"))
    for member in ("appointments", "prescriptions", "lab_results", "referrals"):
        ids = [{one["id"] for one in record[member]} for record in (own, other)]
        assert not ids[0] & ids[1]


def test_command_writes_the_record_and_patient_sees_it(world: World, hospital: Hospital, tmp_path: Path) -> None:
    patient, file = world.people["patient"], tmp_path / "record.json"
    own = made(patient.http.get("/api/me/record/export"), 200)
    done = hospital.careplus("record", "export", str(patient.id), "--output", str(file), "--reason", REASON)
    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    PatientRecord.model_validate(written)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lists = {name: items for name, items in own.items() if isinstance(items, list) and name not in {"accesses", "sessions"}}
    assert {name: written[name] for name in lists} == lists
    assert ("export_record", None, REASON) in accesses(patient)
    assert "export_record" not in {action for action, *_ in accesses(world.people["other_patient"])}


def test_command_refuses_without_leaving_a_file(world: World, hospital: Hospital, tmp_path: Path) -> None:
    patient, doctor = world.people["patient"].id, world.people["doctor"].id
    there = tmp_path / "there.json"
    there.write_text("kept")
    before = databases.query(hospital.database, "SELECT count(*) FROM audit_events WHERE action = 'export_record'")
    for number, file, reason, words in (
        (doctor, tmp_path / "new.json", REASON, "no patient"),
        (10**9, tmp_path / "new.json", REASON, "no patient"),
        (patient, tmp_path / "new.json", "short", "--reason"),
        (patient, there, REASON, "File exists"),
        (patient, tmp_path / "no" / "new.json", REASON, "No such file"),
    ):
        done = hospital.careplus("record", "export", str(number), "--output", str(file), "--reason", reason)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert (there.read_text(), [*tmp_path.iterdir()]) == ("kept", [there])
    assert databases.query(hospital.database, "SELECT count(*) FROM audit_events WHERE action = 'export_record'") == before
