"""CSV files of people: encodings, separators, headers, cells, limits, and duplicates within the file."""

from datetime import date

import pytest

from careplus_cli.importing import cells
from careplus_cli.importing.people import DOCTORS, PATIENTS, Candidate, ImportedDoctor, ImportedPatient, read_people
from careplus_cli.importing.table import MOST_BYTES, MOST_ROWS, NotImportable
from careplus_contracts.accounts import Sex
from careplus_contracts.availability import Weekday

HEADER = "full_name,email,date_of_birth,sex,phone"
ADA = "Ada Ames,ada@example.org,1984-05-17,female,+49 30 5550 1234"


def patients(*lines: str, encoding: str = "utf-8") -> list[Candidate]:
    return read_people("\n".join(lines).encode(encoding), PATIENTS)


def errors(*lines: str) -> list[dict[str, str]]:
    return [one.row.errors for one in patients(*lines)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_german_semicolons_are_read(encoding: str) -> None:
    lines = ("Name;E-Mail;Geburtsdatum;Geschlecht;Sprache", 'Jörg "Jo" Müller;joerg@example.org;3.4.1950;männlich;deutsch')
    [one] = patients(*(line.replace('"', "") for line in lines), encoding=encoding)
    assert isinstance(one.person, ImportedPatient)
    assert (one.row.line, one.row.errors, one.person.full_name) == (2, {}, "Jörg Jo Müller")
    assert (one.person.date_of_birth, one.person.sex) == (date(1950, 4, 3), Sex.MALE)


def test_english_commas_quotes_and_empty_lines_are_read() -> None:
    found = patients(HEADER, "", '"Ames, Ada",ada@example.org,1984-05-17,f,', ",,,,", "Bo Bell,bo@example.org,1984-05-18,m,\r")
    assert [(one.row.line, one.row.errors, one.row.cells["full_name"]) for one in found] == [
        (3, {}, "Ames, Ada"),
        (5, {}, "Bo Bell"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("Ada Ames,ada@example.org,05/17/1984,female,", "date_of_birth", "ambiguous"),
        ("Ada Ames,ada@example.org,17.05.84,female,", "date_of_birth", "ambiguous"),
        ("Ada Ames,ada@example.org,31.02.1984,female,", "date_of_birth", "no such day"),
        ("Ada Ames,ada@example.org,2999-01-01,female,", "date_of_birth", "between 1900 and today"),
        ("Ada Ames,ada@example.org,,female,", "date_of_birth", "is empty"),
        ("Ada Ames,ada,1984-05-17,female,", "email", "pattern"),
        (",ada@example.org,1984-05-17,female,", "full_name", "is empty"),
        ("=HYPERLINK(1),ada@example.org,1984-05-17,female,", "full_name", "formula"),
        ("@SUM(A1),ada@example.org,1984-05-17,female,", "full_name", "formula"),
        ("+Ada,ada@example.org,1984-05-17,female,", "full_name", "formula"),
        ("'=Ada,ada@example.org,1984-05-17,female,", "full_name", "formula"),
        ("Ada Ames,ada@example.org,1984-05-17,yes,", "sex", "write female"),
        ("Ada Ames,ada@example.org,1984-05-17,female,call me", "phone", "pattern"),
        ("Ada Ames,ada@example.org,1984-05-17", "", "has 3 cells"),
        ("Ada Ames,ada@example.org,1984-05-17,female,1234,x", "", "has 6 cells"),
    ],
)
def test_wrong_cell_is_named_by_column(row: str, column: str, words: str) -> None:
    [found] = errors(HEADER, row)
    assert list(found) == [column]
    assert words in found[column]


def test_every_wrong_cell_of_a_row_is_named() -> None:
    assert [*errors(HEADER, "Ada Ames,ada,05/17/1984,yes,")[0]] == ["date_of_birth", "sex", "email"]


def test_phone_begins_with_plus_or_apostrophe() -> None:
    assert errors(HEADER, ADA, "Bo Bell,bo@example.org,1984-05-18,m,'+49 30 5550 1235") == [{}, {}]


def test_repeated_people_are_refused() -> None:
    again, same = "Ada Bell,ADA@example.org,1984-05-18,f,", "Ames. Ada,other@example.org,1984-05-17,f,"
    twin = "Ada Ames,twin@example.org,1984-05-18,f,"
    assert errors(HEADER, ADA, again, same.replace("Ames. Ada", "ADA AMES"), twin) == [
        {},
        {"email": "has the same address as line 2"},
        {"full_name": "has the same name and birth date as line 2"},
        {},
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no column date_of_birth"),
        (HEADER.encode(), "no rows"),
        (f"{HEADER},shoe\n{ADA},42".encode(), "unknown column, 'shoe'"),
        (f"{HEADER},Name\n{ADA},x".encode(), "column full_name twice"),
        (b"full_name,email,sex\nAda,ada@example.org,f", "no column date_of_birth"),
        (HEADER.encode() + b"\nAda,\xe4\n", "Line 2 is not UTF-8"),
        (f"{HEADER}\n{ADA}\n".encode("utf-16"), "not UTF-8"),
        (f"{HEADER}\nA\x00da".encode(), "NUL"),
        (f'{HEADER}\n"Ada'.encode(), "no CSV"),
        (HEADER.encode() + f"\n{ADA}".encode() * (MOST_ROWS + 1), "more than 2,000 rows"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MiB"),
    ],
)
def test_unreadable_file_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(NotImportable, match=words):
        read_people(data, PATIENTS)


def test_doctor_has_hours_and_room() -> None:
    header = "Name;Fachrichtung;E-Mail;Raum;Sprechzeiten"
    text = f'{header}\nDr Ada Ames;Kardiologie;ada@example.org;12;"Mo-Mi 8:00-12:00, Di 13:00-17:00"'
    [one] = read_people(text.encode(), DOCTORS)
    assert isinstance(one.person, ImportedDoctor)
    hours = [(rule.weekday, rule.starts, rule.ends) for rule in one.person.hours]
    assert (one.person.specialty, one.person.room, one.person.slot_minutes) == ("Kardiologie", "12", 30)
    assert hours == [
        (Weekday.MON, "08:00", "12:00"),
        (Weekday.TUE, "08:00", "12:00"),
        (Weekday.TUE, "13:00", "17:00"),
        (Weekday.WED, "08:00", "12:00"),
    ]


@pytest.mark.parametrize("text", ["8-12", "Mo 8-12", "Xx 08:00-12:00", "Fr-Mo 08:00-12:00", "Mo 12:00-08:00", "Mo 25:00-26:00"])
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write hours|weekday|before it begins|later than|pattern"):
        cells.weekly_hours(text)


def test_overlapping_hours_name_their_column() -> None:
    text = 'name,specialty,email,hours,minutes\nDr Ada,Cardiology,ada@example.org,"Mo 08:00-12:00, Mo 11:00-13:00",many'
    [one] = read_people(text.encode(), DOCTORS)
    assert one.row.errors == {"slot_minutes": "is no whole number", "hours": "two intervals of mon overlap at 11:00"}
