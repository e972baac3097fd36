"""The types of visits of the demo hospital. The last doctor offers three of them; the two demo doctors offer none."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import SQLModel

from careplus_demo.people import People
from careplus_tables.visit_types import DoctorVisitTypeRow, VisitTypeChoiceRow, VisitTypeRow

Rows = list[tuple[type[SQLModel], Iterable[dict[str, Any]]]]
"""Tables with their rows."""
BRING = ("Bring your list of medicines and your insurance card.", "Bringen Sie Ihre Medikamentenliste und Ihre Karte mit.")
SOBER = ("Do not eat for six hours before.", "Essen Sie sechs Stunden vorher nichts.")
NOTHING = (None, None)
VIDEO = "https://meet.jit.si/careplus-{code}"
TYPES = (
    ("Consultation", "Sprechstunde", 20, 0, False, NOTHING, None, None),
    ("First visit", "Erstgespräch", 45, 10, False, BRING, None, None),
    ("Video consultation", "Videosprechstunde", 20, 5, False, NOTHING, "€ 30", VIDEO),
    ("Check-up", "Vorsorge", 30, 0, False, BRING, None, None),
    ("Small procedure", "Kleiner Eingriff", 60, 20, True, SOBER, None, None),
)
OFFERED = (1, 2, 3)


def offering_doctors(people: People) -> list[int]:
    """Return the ids of the doctors that offer OFFERED: the last one, unless it is a demo doctor."""
    last = people.doctors[-1]
    return [] if last in (people.osei, people.lind) else [last.id]


def rows_by_table(people: People) -> Rows:
    """Return each table with its rows."""
    offering = offering_doctors(people)
    choices = [
        {"doctor_id": doctor_id, "visit_type_id": type_id, "position": at, "minutes": None}
        for doctor_id in offering
        for at, type_id in enumerate(OFFERED)
    ]
    return [
        (VisitTypeRow, [_type(id_, *one) for id_, one in enumerate(TYPES, 1)]),
        (VisitTypeChoiceRow, [{"doctor_id": doctor_id, "version": 2} for doctor_id in offering]),
        (DoctorVisitTypeRow, choices),
    ]


def _type(
    id_: int,
    name_en: str,
    name_de: str,
    minutes: int,
    buffer_minutes: int,
    staff_only: bool,
    preparation: tuple[str | None, str | None],
    price: str | None,
    video_template: str | None,
) -> dict[str, Any]:
    return {
        **{"id": id_, "name_en": name_en, "name_de": name_de, "minutes": minutes, "buffer_minutes": buffer_minutes},
        **{"staff_only": staff_only, "preparation_en": preparation[0], "preparation_de": preparation[1]},
        **{"price": price, "video_template": video_template, "active": True, "version": 1},
    }
