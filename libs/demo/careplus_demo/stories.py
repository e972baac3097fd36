"""Patients of the demo hospital with a story, and the medicines it prescribes, read from `data`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
UNITS = {"d": 1.0, "m": 30.4375, "y": 365.25}

Values = Mapping[str, float | str]


@dataclass(frozen=True)
class Order:
    """Laboratory tests of one visit, or of none; `collected` is a day from today, otherwise it is `after` days after the visit.

    `waits`: verified, and not seen by the doctor. `critical` and `corrected` name an analyte.
    """

    tests: Sequence[str]
    after: int = 1
    collected: int | None = None
    values: Values | None = None
    comment: str | None = None
    waits: bool = False
    critical: str | None = None
    corrected: str | None = None
    priority: str = "routine"
    status: str | None = None


@dataclass(frozen=True)
class StoryVisit:
    """A visit of a story; `day` counts from today, `doctor` is the name in the e-mail address."""

    day: int
    doctor: str
    reason: str
    status: str | None = None
    today: str | None = None
    note: str | None = None
    cancel: str | None = None
    prescribe: Sequence[str] = ()
    override: str | None = None
    stopped: tuple[int, str] | None = None
    refer: Mapping[str, str] | None = None
    orders: Sequence[Order] = ()


@dataclass(frozen=True)
class Story:
    """A patient: allergies (None: not asked, empty: none known), problems, visits in order, and laboratory bookings."""

    email: str
    name: str
    sex: str
    birth: Mapping[str, Any]
    phone: str | None
    height: float
    weight: float
    allergies: Sequence[Sequence[str]] | None
    problems: Sequence[Sequence[str]]
    visits: Sequence[StoryVisit]
    lab: Sequence[tuple[int, Order]]

    def born(self, today: date) -> date:
        """Return the date of birth: a fixed one, or one computed from the age today."""
        if "born" in self.birth:
            fixed: date = self.birth["born"]
            return fixed
        if "months" in self.birth:
            return today - timedelta(days=self.birth["months"] * UNITS["m"] + 9)
        month, day = map(int, self.birth["birthday"].split("-"))
        year = today.year - self.birth["age"] - ((today.month, today.day) < (month, day))
        return date(year, month, day)


@cache
def stories() -> tuple[Story, ...]:
    """Return all stories; the first two are the demo logins pat and sam."""
    return tuple(map(_story, _read("demo_stories")["patients"]))


@cache
def medicines() -> dict[str, list[Any]]:
    """Return the columns of prescription items by key."""
    return _read("demo_medicines")


def day_ago(age: str, today: date) -> date:
    """Return the day so long ago: `12y`, `8m` or `20d`."""
    return today - timedelta(days=int(int(age[:-1]) * UNITS[age[-1]]))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _story(row: dict[str, Any]) -> Story:
    allergies = {"none known": (), "not asked": None}[row["allergies"]] if isinstance(row["allergies"], str) else row["allergies"]
    return Story(
        email=row["email"],
        name=row["name"],
        sex=row["sex"],
        birth={name: row[name] for name in ("born", "age", "birthday", "months") if name in row},
        phone=row.get("phone"),
        height=row["body"]["height"],
        weight=row["body"]["weight"],
        allergies=allergies,
        problems=row["problems"],
        visits=tuple(map(_visit, row["visits"])),
        lab=tuple((one["day"], Order(tests=one["tests"], status=one["status"])) for one in row.get("lab", ())),
    )


def _visit(row: dict[str, Any]) -> StoryVisit:
    members = {name: value for name, value in row.items() if name not in ("order", "orders", "stopped")}
    orders = row.get("orders") or ([row["order"]] if "order" in row else [])
    stopped = tuple(row["stopped"]) if "stopped" in row else None
    return StoryVisit(**members, stopped=stopped, orders=tuple(Order(**one) for one in orders))
