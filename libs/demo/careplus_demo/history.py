"""History of the demo hospital: names as they were signed, changes of charts, and comments on results."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from careplus_contracts.chart_changes import ChartPart
from careplus_demo.charts import Charts
from careplus_demo.names import LAB_NAME
from careplus_demo.people import LAB_ID, People
from careplus_demo.visits import Visit

Row = dict[str, Any]
NOTED_BEFORE_THE_END = timedelta(minutes=3)
LISTS: dict[ChartPart, Row] = {
    ChartPart.ALLERGIES: {"allergies": [], "no_known_allergies": False, "problems": None},
    ChartPart.PROBLEMS: {"allergies": None, "no_known_allergies": None, "problems": []},
}
"""The parts of a chart before the first entry."""


class Signatures:
    """Names of doctors and of the laboratory, by account."""

    def __init__(self, people: People) -> None:
        self.names = {LAB_ID: LAB_NAME, **{doctor.id: doctor.full_name for doctor in people.doctors}}

    def on(self, rows: Iterable[Row], *columns: str) -> Iterator[Row]:
        """Yield the rows with the names of the persons in these columns, such as `signed_by_name` for `signed_by_id`."""
        for row in rows:
            named = {f"{column.removesuffix('_id')}_name": self.names.get(row[column]) for column in columns}
            yield {**row, **named}


def chart_change_rows(charts: Charts, visits: Sequence[Visit]) -> Iterator[Row]:
    """Yield a change per part of each chart, made in the patient's first of these visits, which are in order of time.

    The chart of a patient without a visit is older than its history.
    """
    first: dict[int, Visit] = {}
    for visit in visits:
        first.setdefault(visit.patient.id, visit)
    allergies, problems = _by_patient(charts.allergy_rows()), _by_patient(charts.problem_rows())
    for chart in charts.chart_rows():
        patient_id = chart["patient_id"]
        if patient_id not in first:
            continue
        noted, none_known = allergies.get(patient_id, []), chart["no_known_allergies"]
        after: list[tuple[ChartPart, Row]] = []
        if noted or none_known:
            after.append((ChartPart.ALLERGIES, {"allergies": noted, "no_known_allergies": none_known}))
        if patient_id in problems:
            after.append((ChartPart.PROBLEMS, {"problems": problems[patient_id]}))
        for version, (part, entries) in enumerate(after, start=2):
            yield _change(patient_id, version, part, entries) | _made_in(first[patient_id])


def comment_rows(results: Iterable[Row], versions: Iterable[Row]) -> Iterator[Row]:
    """Yield the comments on these results, and their removal by a correction; a result is released with its comment."""
    kept = {one["result_id"]: one for one in versions}
    for result in results:
        commented = kept.get(result["id"], result)
        if not commented["comment"]:
            continue
        about = {"result_id": result["id"], "patient_id": result["patient_id"]}
        doctor = {"by_id": result["ordered_by_id"], "by_name": result["ordered_by_name"]}
        written = {"text": commented["comment"], "was_released": False, "at": commented["released_at"]}
        yield {**about, **doctor, **written, "version": commented["version"]}
        if commented is not result:
            removed = {"text": None, "was_released": True, "at": result["corrected_at"]}
            by = {"by_id": LAB_ID, "by_name": LAB_NAME}
            yield {**about, **by, **removed, "version": result["version"]}


def _by_patient(rows: Iterable[Row]) -> dict[int, list[Row]]:
    return {patient_id: [*map(_entry, of)] for patient_id, of in groupby(rows, lambda row: row["patient_id"])}


def _entry(row: Row) -> Row:
    days = {name: day.isoformat() for name, day in row.items() if name in ("noted_on", "since") and day}
    return {**{name: value for name, value in row.items() if name not in ("patient_id", "position")}, **days}


def _change(patient_id: int, version: int, part: ChartPart, entries: Row) -> Row:
    before = LISTS[part]
    return {"patient_id": patient_id, "version": version, "part": part.value, "before": before, "after": {**before, **entries}}


def _made_in(visit: Visit) -> Row:
    at = visit.ends_at - NOTED_BEFORE_THE_END
    return {"changed_at": at, "changed_by_id": visit.doctor.id, "changed_by_name": visit.doctor.full_name}
