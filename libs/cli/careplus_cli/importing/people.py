"""Rows of an import as people: columns, cells, and duplicates within the file. Pure functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field, ValidationError

from careplus_cli.importing import cells
from careplus_cli.importing.table import Row, read_table
from careplus_clinic.search_keys import equality_key
from careplus_contracts.accounts import Sex
from careplus_contracts.availability import Rules, SlotMinutes
from careplus_contracts.endpoints import Role
from careplus_contracts.texts import normal_email
from careplus_contracts.values import Body, DateOfBirth, Email, Line, Phone, PortalLanguage


class ImportedPerson(Body):
    full_name: Line
    phone: Phone | None = None
    language: PortalLanguage = PortalLanguage.DE


class ImportedPatient(ImportedPerson):
    email: Email | None = None
    date_of_birth: DateOfBirth
    sex: Sex


class ImportedDoctor(ImportedPerson):
    email: Email
    specialty: Line
    room: Line | None = None
    slot_minutes: SlotMinutes = 30
    hours: Rules = Field(default=[])


Imported = ImportedPatient | ImportedDoctor


@dataclass(frozen=True)
class People:
    """The columns of a kind of people: the headers that name them, and how a cell is read."""

    role: Role
    body: type[Imported]
    headers: Mapping[str, Sequence[str]]
    readers: Mapping[str, Callable[[str], Any]]


_BOTH = {
    "full_name": ("fullname", "name", "vollständigername"),
    "email": ("email", "emailaddress", "mail", "emailadresse"),
    "phone": ("phone", "telephone", "telefon", "telefonnummer"),
    "language": ("language", "sprache"),
}
PATIENTS = People(
    Role.PATIENT,
    ImportedPatient,
    {**_BOTH, "date_of_birth": ("dateofbirth", "birthdate", "born", "geburtsdatum", "geboren"), "sex": ("sex", "geschlecht")},
    {"date_of_birth": cells.day, "sex": cells.sex, "language": cells.language},
)
DOCTORS = People(
    Role.DOCTOR,
    ImportedDoctor,
    {
        **_BOTH,
        "specialty": ("specialty", "fachgebiet", "fachrichtung"),
        "room": ("room", "raum", "zimmer"),
        "slot_minutes": ("slotminutes", "minutes", "minuten", "terminlänge"),
        "hours": ("hours", "weeklyhours", "sprechzeiten"),
    },
    {"language": cells.language, "hours": cells.weekly_hours, "slot_minutes": int},
)


@dataclass
class Candidate:
    """A row, and the person that it names; None while it has errors of its own."""

    row: Row
    person: Imported | None
    account_id: int | None = None
    present: bool = False

    @property
    def email(self) -> str | None:
        """The address as accounts keep it; None for a patient without one."""
        return normal_email(self.person.email) if self.person and self.person.email else None

    @property
    def identity(self) -> tuple[str, date | None]:
        """The name and the birth date: two people with both are taken for one."""
        assert self.person is not None
        return equality_key(self.person.full_name), getattr(self.person, "date_of_birth", None)


def read_people(data: bytes, people: People) -> list[Candidate]:
    """Return a candidate for each row. Raise NotImportable."""
    names = {header: column for column, headers in people.headers.items() for header in headers}
    required = {name for name, field in people.body.model_fields.items() if field.is_required()}
    found = [_candidate(row, people) for row in read_table(data, names, required)]
    _refuse_repeated(found, "email", lambda one: one.email)
    _refuse_repeated(found, "full_name", lambda one: one.identity if one.person else None)
    return found


def _candidate(row: Row, people: People) -> Candidate:
    values: dict[str, Any] = {}
    if "" in row.errors:
        return Candidate(row, None)
    for column, cell in row.cells.items():
        if cell:
            try:
                values[column] = people.readers.get(column, str)(cell)
            except (ValidationError, ValueError) as error:
                row.refuse(column, _reason(error))
    try:
        person = people.body.model_validate(values)
    except ValidationError as error:
        for one in error.errors():
            column = str(one["loc"][0])
            if column not in values:
                row.refuse(column, "is empty")
            else:
                row.refuse(column, one["msg"].removeprefix("Value error, "))
        return Candidate(row, None)
    return Candidate(row, None if row.errors else person)


def _reason(error: Exception) -> str:
    text = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return "is no whole number" if text.startswith("invalid literal") else text.removeprefix("Value error, ")


def _refuse_repeated(found: Sequence[Candidate], column: str, key: Callable[[Candidate], Any]) -> None:
    first: dict[Any, int] = {}
    for one in found:
        if (value := key(one)) is None:
            continue
        if value in first:
            same = "address" if column == "email" else "name and birth date" if value[1] else "name"
            one.row.refuse(column, f"has the same {same} as line {first[value]}")
        first.setdefault(value, one.row.line)
