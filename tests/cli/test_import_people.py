"""Imports into a database: all rows or none, the same again, people that are here already, invitations and audit events."""

from pathlib import Path

import pytest

from tests import databases
from tests.hospital import CONSENT, PASSWORD, Hospital, Person
from tests.mailbox import next_mail, text_of
from tests.world import made

HEADER = "full_name,email,date_of_birth,sex,phone,language"
ROWS = (
    "Ada Import,ada@import.example,1984-05-17,female,,de",
    "Bo Import,bo@import.example,18.05.1984,m,+49 30 5550 1234,en",
)
DOCTORS = (
    "Name;E-Mail;Fachrichtung;Raum;Sprechzeiten\n"
    'Dr Ida Import;ida@import.example;Kardiologie;12;"Mo-Fr 08:00-12:00, Mo 13:00-17:00"\n'
)
TABLES = ("accounts", "invitations", "mails", "audit_events", "audit_patients", "doctors", "open_hours", "availability")


def run(hospital: Hospital, kind: str, file: Path, text: str, *options: str) -> tuple[int, str]:
    file.write_text(text, encoding="utf-8")
    done = hospital.careplus("import", kind, str(file), *options)
    return done.returncode, done.stdout + done.stderr


def tally(hospital: Hospital, tables: tuple[str, ...] = TABLES) -> dict[str, int]:
    return {name: databases.query(hospital.database, f"SELECT count(*) FROM {name}")[0][0] for name in tables}


@pytest.fixture
def empty(tmp_path: Path) -> Hospital:
    hospital = Hospital(tmp_path)
    assert hospital.careplus("migrate").returncode == 0
    return hospital


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_row_with_error_imports_nothing(empty: Hospital, tmp_path: Path, wrong: int) -> None:
    rows, before = [*ROWS], tally(empty)
    rows.insert(wrong, "Cy Import,cy@import.example,05/17/1984,female,,de")
    code, said = run(empty, "patients", tmp_path / "p.csv", "\n".join((HEADER, *rows)))
    assert code == 1
    assert f"line {wrong + 2}: error: date_of_birth write days as" in said
    assert "Nothing was imported: 2 new, 0 already here, 1 with errors." in said
    assert tally(empty) == before


def test_dry_run_writes_nothing(empty: Hospital, tmp_path: Path) -> None:
    before = tally(empty)
    code, said = run(empty, "patients", tmp_path / "p.csv", "\n".join((HEADER, *ROWS)), "--dry-run")
    assert (code, "a dry run: 2 new" in said, tally(empty)) == (0, True, before)


def test_patient_without_address_is_imported_once(empty: Hospital, tmp_path: Path) -> None:
    text = "\n".join((HEADER, "Neo Import,,2026-11-01,male,,de", ROWS[0]))
    assert run(empty, "patients", tmp_path / "p.csv", text)[0] == 0
    grown = tally(empty, ("accounts", "invitations", "mails"))
    assert grown == {"accounts": 2, "invitations": 1, "mails": 1}
    code, said = run(empty, "patients", tmp_path / "p.csv", text)
    assert (code, "0 new, 2 already here" in said) == (0, True)
    assert tally(empty, ("accounts", "invitations", "mails")) == grown


def test_second_import_changes_nothing(empty: Hospital, tmp_path: Path) -> None:
    text = "\n".join((HEADER, *ROWS))
    assert run(empty, "patients", tmp_path / "p.csv", text)[0] == 0
    after = tally(empty)
    assert (after["accounts"], after["invitations"], after["mails"], after["audit_patients"]) == (2, 2, 2, 2)
    code, said = run(empty, "patients", tmp_path / "p.csv", text)
    assert (code, "0 new, 2 already here" in said, tally(empty)) == (0, True, after)


def test_known_people_are_refused_with_the_reason(empty: Hospital, tmp_path: Path) -> None:
    run(empty, "patients", tmp_path / "p.csv", "\n".join((HEADER, *ROWS)))
    run(empty, "doctors", tmp_path / "d.csv", DOCTORS)
    before = tally(empty)
    others = (
        "Ada Import,other@import.example,1984-05-17,female,,de",
        "Ada Import,bo@import.example,1990-01-01,female,,de",
        "Ida Import,ida@import.example,1990-01-01,female,,de",
    )
    code, said = run(empty, "patients", tmp_path / "p.csv", "\n".join((HEADER, *others)))
    assert (code, tally(empty)) == (1, before)
    assert "line 2: error: full_name is the name of account 1, which has another address" in said
    assert "line 3: error: email is the address of account 2, which is another person or role" in said
    assert "line 4: error: email is the address of account 3, which is another person or role" in said


def test_most_rows_are_imported_once(empty: Hospital, tmp_path: Path) -> None:
    rows = (f"Pat Number{one},pat{one}@import.example,19{one % 90 + 10}-05-17,female,," for one in range(2000))
    code, said = run(empty, "patients", tmp_path / "p.csv", "\n".join((HEADER, *rows)))
    assert (code, said.splitlines()[-1]) == (0, "Imported: 2,000 new, 0 already here, 0 with errors.")
    assert tally(empty, ("accounts", "invitations", "mails")) == dict.fromkeys(("accounts", "invitations", "mails"), 2000)


def test_imported_patient_opens_the_account(hospital: Hospital, admin: Person, tmp_path: Path) -> None:
    text = f"{HEADER}\nEve Import,eve@import.example,1984-05-17,female,,de"
    assert run(hospital, "patients", tmp_path / "p.csv", text)[0] == 0
    [(account,)] = databases.query(hospital.database, "SELECT id FROM accounts WHERE email = ?", "eve@import.example")
    shown = made(admin.http.get(f"/api/admin/accounts/{account}"), 200)
    assert (shown["full_name"], shown["date_of_birth"], shown["language"]) == ("Eve Import", "1984-05-17", "de")
    made(admin.http.post(f"/api/reception/patients/{account}/invitation", json={"email": "eve@import.example"}))
    mail = text_of(next_mail(hospital, "eve@import.example", "Ihr Konto bei CarePlus Hospital", after=1))
    code = mail.partition("#invitation=")[2].partition("&")[0]
    about = {"email": "eve@import.example", "full_name": "Eve Import", "role": "patient"}
    body = {**about, "password": PASSWORD, "invitation": code, "consent": CONSENT}
    with hospital.client() as visitor:
        refused = visitor.post("/auth/register", json=body)
        made(visitor.post("/auth/register", json={**body, "date_of_birth": "1984-05-17", "sex": "female"}))
    assert refused.status_code == 422
    eve = hospital.sign_in("eve@import.example")
    actions = {one["action"] for one in made(eve.http.get("/api/me/access-log"), 200)["items"]}
    assert "import_person" in actions
    eve.http.close()
    assert "0 new, 1 already here" in run(hospital, "patients", tmp_path / "p.csv", text)[1]


def test_imported_doctor_has_profile_and_hours(hospital: Hospital, admin: Person, tmp_path: Path) -> None:
    code, said = run(hospital, "doctors", tmp_path / "d.csv", DOCTORS)
    assert code == 0, said
    [(doctor,)] = databases.query(hospital.database, "SELECT id FROM accounts WHERE email = ?", "ida@import.example")
    shown = made(admin.http.get(f"/api/admin/doctors/{doctor}"), 200)
    assert (shown["full_name"], shown["specialty"], shown["room"]) == ("Dr Ida Import", "Kardiologie", "12")
    hours = databases.query(
        hospital.database, "SELECT weekday, starts, ends FROM open_hours WHERE doctor_id = ? ORDER BY id", doctor
    )
    assert (len(hours), hours[:2]) == (6, [("mon", "08:00", "12:00"), ("mon", "13:00", "17:00")])
    code, said = run(hospital, "doctors", tmp_path / "d.csv", DOCTORS)
    assert (code, "0 new, 1 already here" in said) == (0, True)
