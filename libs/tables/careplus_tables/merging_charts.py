"""One list of allergies and one of problems from the charts of two records of one patient.

The safe side decides: an entry of either record is kept, and of one substance the more severe. The kept chart gets the next
version with a change in its history; the merged chart stays as it was.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from careplus_clinic.search_keys import equality_key
from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.chart_changes import ChartEntries, ChartPart
from careplus_contracts.charts import Condition, ConditionStatus
from careplus_tables.chart_changes import ChartChangeRow
from careplus_tables.charts import AllergyRow, ChartRow, ProblemRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.merges import MergeRow

Lists = dict[str, Any]
"""`no_known_allergies`, and the entries of `allergies` and `problems` as JSON."""
KINDS: dict[str, type[AllergyRow | ProblemRow]] = {"allergies": AllergyRow, "problems": ProblemRow}
_KEYS = {"patient_id", "position"}
_SEVERITIES = [one.value for one in (Severity.MILD, Severity.MODERATE, Severity.SEVERE)]


async def unite(db: WriteSession, merge: MergeRow, by_name: str) -> None:
    """Write the entries of both charts to the kept one, and remember its own in `merge`."""
    if await db.get(ChartRow, merge.merged_id) is None:
        return
    kept, merged = await read(db, merge.kept_id), await read(db, merge.merged_id)
    allergies = united_allergies(kept["allergies"], merged["allergies"])
    both = {
        "allergies": allergies,
        "problems": united_problems(kept["problems"], merged["problems"]),
        "no_known_allergies": (kept["no_known_allergies"] or merged["no_known_allergies"]) and not allergies,
    }
    if both != kept:
        merge.chart, merge.chart_version = kept, await _write(db, merge, kept, both, by_name)


async def separate(db: WriteSession, merge: MergeRow, by_name: str) -> None:
    """Restore the lists of the kept chart, unless a doctor has changed them since the merge."""
    if merge.chart is not None and not await changed_since(db, merge):
        await _write(db, merge, await read(db, merge.kept_id), merge.chart, by_name)


async def changed_since(db: AnySession, merge: MergeRow) -> bool:
    """Return whether the kept chart has another version than the merge wrote."""
    chart = await db.get(ChartRow, merge.kept_id)
    return merge.chart_version is not None and chart is not None and chart.version != merge.chart_version


async def read(db: AnySession, patient_id: int) -> Lists:
    """Return the lists of a chart; of a patient without a chart, empty ones."""
    chart = await db.get(ChartRow, patient_id)
    found: Lists = {"no_known_allergies": chart is not None and chart.no_known_allergies}
    for name, kind in KINDS.items():
        query = sa.select(kind).where(col(kind.patient_id) == patient_id).order_by(col(kind.position))
        found[name] = [row.model_dump(mode="json", exclude=_KEYS) for row in (await db.execute(query)).scalars()]
    return found


def united_allergies(kept: Iterable[Lists], merged: Iterable[Lists]) -> list[Lists]:
    """Return the allergies of both; of one substance the more severe entry, in the place of the first."""
    found: dict[str, Lists] = {}
    for one in [*kept, *merged]:
        known = found.get(key := equality_key(one["substance"]))
        if known is None or _SEVERITIES.index(one["severity"]) > _SEVERITIES.index(known["severity"]):
            reaction = one["reaction"] or (known["reaction"] if known else None)
            found[key] = {**one, "reaction": reaction}
        elif known["reaction"] is None:
            found[key] = {**known, "reaction": one["reaction"]}
    return list(found.values())


def united_problems(kept: Iterable[Lists], merged: Iterable[Lists]) -> list[Lists]:
    """Return the problems of both; of one diagnosis the active entry, in the place of the first."""
    found: dict[tuple[str, str | None], Lists] = {}
    for one in [*kept, *merged]:
        key = (equality_key(one["name"]), one["icd10"])
        if key not in found or (one["status"], found[key]["status"]) == (ConditionStatus.ACTIVE, ConditionStatus.RESOLVED):
            found[key] = one
    return list(found.values())


async def _write(db: WriteSession, merge: MergeRow, before: Lists, after: Lists, by_name: str) -> int:
    """Replace the parts of the kept chart that differ, each as its next version. Return the version."""
    chart = await db.get(ChartRow, merge.kept_id)
    if chart is None:
        chart = ChartRow(patient_id=merge.kept_id, no_known_allergies=False, version=1)
    chart.no_known_allergies = after["no_known_allergies"]
    db.add(chart)
    await db.flush()
    for part in ChartPart:
        was, now = _entries(part, before), _entries(part, after)
        if was != now:
            chart.version += 1
            await _replace(db, merge.kept_id, part, after[part.value])
            db.add(_change(merge, chart, part, was, now, by_name))
            await db.flush()
    return chart.version


async def _replace(db: WriteSession, patient_id: int, part: ChartPart, entries: Iterable[Lists]) -> None:
    kind = KINDS[part.value]
    await db.execute(sa.delete(kind).where(col(kind.patient_id) == patient_id))
    db.add_all(
        kind.model_validate({**one, "patient_id": patient_id, "position": position}) for position, one in enumerate(entries)
    )


def _change(
    merge: MergeRow, chart: ChartRow, part: ChartPart, was: ChartEntries, now: ChartEntries, by_name: str
) -> ChartChangeRow:
    return ChartChangeRow(
        patient_id=merge.kept_id,
        version=chart.version,
        part=part.value,
        before=was.model_dump(mode="json"),
        after=now.model_dump(mode="json"),
        changed_at=merge.undone_at or merge.merged_at,
        changed_by_id=merge.undone_by_id or merge.merged_by_id,
        changed_by_name=by_name,
    )


def _entries(part: ChartPart, lists: Lists) -> ChartEntries:
    """Return one part of the lists as the history keeps it."""
    if part is ChartPart.PROBLEMS:
        problems = [Condition.model_validate(_entered(one), strict=False) for one in lists["problems"]]
        return ChartEntries(allergies=None, no_known_allergies=None, problems=problems)
    allergies = [Allergy.model_validate(_entered(one), strict=False) for one in lists["allergies"]]
    return ChartEntries(allergies=allergies, no_known_allergies=lists["no_known_allergies"], problems=None)


def _entered(one: Lists) -> Lists:
    return {name: value for name, value in one.items() if name != "emergency"}
