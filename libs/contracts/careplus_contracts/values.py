"""Values that many contracts use: ids, text, instants, pages, and the bases of bodies and answers."""

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from careplus_contracts.texts import BLANK, EMAIL, MAX_EMAIL, check_email, empty_if_invisible, normal_phone, visible_line

MAX_ID = 2**63 - 1
MAX_TEXT = 4000

Id = Annotated[int, Field(ge=1, le=MAX_ID, description="A positive 64-bit integer.")]
Version = Annotated[int, Field(ge=1, le=MAX_ID, description="Increases by one with each change; also the ETag.")]
Count = Annotated[int, Field(ge=0)]

_ANY = r"^[^\x00]*$"
_SOME = rf"^[^\x00]*[^{BLANK}][^\x00]*$"
LINE = rf"^[^\x00-\x1f\x7f]*[^{BLANK}][^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE), BeforeValidator(visible_line)]
"""One line of text, not blank. Characters that are invisible or turn text around are removed."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=_SOME), BeforeValidator(empty_if_invisible)]
"""Text of one or more lines, not blank and not of invisible characters alone."""
OptionalWords = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=_ANY)]
"""Text that may be empty."""
Reason = Annotated[str, StringConstraints(max_length=500, pattern=_ANY), BeforeValidator(visible_line)]
"""A short text that may be empty, without the characters that `Line` loses."""
Justification = Annotated[str, StringConstraints(min_length=5, max_length=500, pattern=_SOME), BeforeValidator(visible_line)]
"""A short text with a reason, not blank."""
Emergency = Annotated[
    bool, Field(description="Whether it was written by a doctor who had the patient in care by an emergency access alone.")
]
Query = Annotated[str, StringConstraints(max_length=100, pattern=_ANY)]
"""A search term: words in any order. Case, accents and the spelling of umlauts do not count: `Mueller` finds Müller."""
Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=MAX_EMAIL, pattern=EMAIL),
    AfterValidator(check_email),
]
"""An e-mail address as it was typed; `normal_email` of it identifies the mailbox."""
Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40, pattern=r"^\(?\+?\(?[0-9][0-9 ()./-]+( ext\. [0-9]{1,7})?$"),
    BeforeValidator(normal_phone),
    Field(
        description="Stored with plain digits, spaces and hyphens; other kinds, and any word for an extension, are accepted.",
        examples=["+49 (0)30 5550 1234", "(030) 5550-1234 ext. 12"],
    ),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Reference = Annotated[str, Field(description="A short code for reading out on the phone.", examples=["CP-7K3M-9Q2X"])]
WallClock = Annotated[
    str,
    StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    Field(description="Wall-clock time of the clinic, `HH:MM`; `24:00` is the end of the day.", examples=["09:00"]),
]
Unit = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40, pattern=r"^[!-~]+$"),
    Field(description="A UCUM unit, case-sensitive.", examples=["g/dL"]),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), Field(description="BCP 47.", examples=["de"])]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217.", examples=["EUR"])]
MinorUnits = Annotated[int, Field(ge=0, le=10**9, description="Money in the currency's smallest unit.")]
Limit = Annotated[int, Field(ge=1, le=100, description="The most items of one page.")]
Cursor = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=r"^[A-Za-z0-9_-]+$"),
    Field(description="The `next_cursor` of the previous page, which had the same filters."),
]

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def _instant(value: Any) -> datetime:
    # one function for all checks: a list validates hundreds of instants
    instant = datetime.fromisoformat(value.upper()) if isinstance(value, str) and _RFC3339.fullmatch(value) else value
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        raise ValueError("write instants as 2030-01-07T09:00:00Z or with an offset, 2030-01-07T10:00:00+01:00")
    # check before the conversion to UTC, which overflows at the ends of the calendar
    if not _EARLIEST <= instant < _LATEST:
        raise ValueError("instants lie between 2000 and 2100")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def _iso_day(value: Any) -> date:
    # pydantic alone accepts seconds since 1970 and midnights as days too
    day = date.fromisoformat(value) if isinstance(value, str) and _ISO_DAY.fullmatch(value) else value
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError("write days as 2030-01-07")
    return day


def _born(value: date) -> date:
    if not date(1900, 1, 1) <= value <= datetime.now(UTC).date():
        raise ValueError("a date of birth lies between 1900 and today")
    return value


def _past(value: date) -> date:
    # allow UTC+14
    if not date(1900, 1, 1) <= value <= (datetime.now(UTC) + timedelta(hours=14)).date():
        raise ValueError("such a day lies between 1900 and today")
    return value


def _day(value: date) -> date:
    if not date(2000, 1, 1) <= value < date(2100, 1, 1):
        raise ValueError("days lie between 2000 and 2100")
    return value


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    Field(description="RFC 3339 with an offset, from 2000 to 2099; answers are in UTC.", examples=["2030-01-07T09:00:00Z"]),
]
Day = Annotated[
    date,
    BeforeValidator(_iso_day),
    AfterValidator(_day),
    Field(description="A day of the clinic's calendar, from 2000 to 2099.", examples=["2030-01-07"]),
]
DateOfBirth = Annotated[
    date,
    BeforeValidator(_iso_day),
    AfterValidator(_born),
    Field(description="From 1900 to today.", examples=["1984-05-17"]),
]
PastDay = Annotated[
    date,
    BeforeValidator(_iso_day),
    AfterValidator(_past),
    Field(description="From 1900 to today.", examples=["2015-06-01"]),
]


class Body(BaseModel):
    """Base of request bodies: strict, without unknown members."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True, hide_input_in_errors=True)


class Filter(BaseModel):
    """Base of the query parameters of a list, declared once as a model.

    Texts are converted, as query parameters are text. A name that is a keyword of Python ends in `_`, which is not sent.
    An unknown name is refused, and a repeated one: a misspelled filter would answer all records.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_by_name=True,
        alias_generator=lambda name: name.rstrip("_"),
    )


class PageFilter(Filter):
    """Base of the query parameters of a list that is read page by page.

    The pages of a walk show each record that stays in its place once, also while other records come, go or move. A record with
    a changed sort key may be shown twice or not at all. A cursor is valid for its list with the same filters; `limit` may
    change.
    """

    limit: Limit = 20
    cursor: Cursor | None = None


class Answer(BaseModel):
    """Base of answers. They have no defaults, so every member is present."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class PortalLanguage(StrEnum):
    """A language of the portals and of mails."""

    EN = "en"
    DE = "de"


SpecialtyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_]{1,40}$"),
    Field(description="A specialty of the list.", examples=["paediatrics"]),
]


class InLanguages(Answer):
    """A text of the hospital in each language of the portals."""

    en: str
    de: str


T = TypeVar("T")


class Page(Answer, Generic[T]):
    """One page of a list; send `next_cursor` as `cursor` for the next page."""

    items: list[T]
    next_cursor: str | None


class Person(Answer):
    """A person, as other people see them."""

    id: Id
    full_name: str


class NamedPatient(Person):
    """The patient of a document that is printed: name and date of birth identify the person on each sheet."""

    date_of_birth: DateOfBirth | None
