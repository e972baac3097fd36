"""Note templates of the demo hospital: some of the house, and two of the demo doctor."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from careplus_contracts.note_templates import TemplateKind
from careplus_demo.people import ADMIN_ID, People

T, B = TemplateKind.TEMPLATE, TemplateKind.BLOCK
HOUSE = (
    (T, "First visit", "Reason: {reason}\nProblems: {problems}\nAllergies: {allergies}\nMedicines: {medicines}\n\nPlan: "),
    (T, "Follow-up", "Since the last visit: \nTakes now: {medicines}\nLast results: {results}\n\nPlan: "),
    (B, "Medicines and allergies", "Medicines: {medicines}. Allergies: {allergies}."),
    (B, "Advice given", "Explained what to watch for, and to come back at once if it gets worse."),
)
OWN = (
    (B, "ECG normal", "ECG of {today}: sinus rhythm, no signs of ischaemia."),
    (B, "Salt and fluids", "Advised on salt, fluids and daily weighing."),
)
WRITTEN_AGO = timedelta(days=40)


def template_rows(people: People) -> Iterator[dict[str, Any]]:
    """Yield the templates of the house, then the ones of the demo doctor."""
    doctor_id = people.doctors[0].id
    owned = [(None, ADMIN_ID, one) for one in HOUSE] + [(doctor_id, doctor_id, one) for one in OWN]
    for id_, (owner_id, edited_by_id, (kind, title, text)) in enumerate(owned, start=1):
        yield {
            "id": id_,
            "owner_id": owner_id,
            "kind": kind.value,
            "title": title,
            "text": text,
            "edited_by_id": edited_by_id,
            "edited_at": people.plan.now - WRITTEN_AGO,
            "version": 1,
        }
