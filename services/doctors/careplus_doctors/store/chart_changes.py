"""Statements about the changes of a chart."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.allergies import Allergy
from careplus_contracts.chart_changes import ChartChange, ChartChanges, ChartEntries, ChartPart
from careplus_contracts.charts import Condition
from careplus_contracts.values import PageFilter, Person
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.identity.care import check_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.chart_changes import ChartChangeRow
from careplus_tables.charts import ChartRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.merges import same_person
from careplus_tables.people import name_of

_NEWEST_FIRST = newest_first(col(ChartChangeRow.id))
"""Versions are those of one chart; the changes of a merged record have their own."""


def of_allergies(allergies: Sequence[Allergy], *, none_known: bool) -> ChartEntries:
    """Return the allergies as the history keeps them."""
    return ChartEntries(allergies=list(allergies), no_known_allergies=none_known, problems=None)


def of_problems(problems: Sequence[Condition]) -> ChartEntries:
    """Return the problem list as the history keeps it."""
    return ChartEntries(allergies=None, no_known_allergies=None, problems=list(problems))


async def add(db: WriteSession, who: Identity, chart: ChartRow, before: ChartEntries, after: ChartEntries) -> None:
    """Keep the change that made the present version of the chart."""
    part = ChartPart.ALLERGIES if after.problems is None else ChartPart.PROBLEMS
    db.add(
        ChartChangeRow(
            patient_id=chart.patient_id,
            version=chart.version,
            part=part.value,
            before=before.model_dump(mode="json"),
            after=after.model_dump(mode="json"),
            changed_at=this_second(),
            changed_by_id=who.id,
            changed_by_name=await name_of(db, who.id),
        )
    )
    await db.flush()


async def list_page(db: ReadSession, who: Identity, patient_id: int, wanted: PageFilter) -> ChartChanges:
    """Return the changes of the chart of a patient in the doctor's care, newest first. Raise NotFound."""
    await check_in_care(db, who, patient_id)
    query = select(ChartChangeRow).where(same_person(ChartChangeRow.patient_id, patient_id))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return ChartChanges(items=[_to_contract(row, patient_id) for row in rows], next_cursor=next_cursor)


def _to_contract(row: ChartChangeRow, patient_id: int) -> ChartChange:
    assert row.id is not None
    return ChartChange(
        id=row.id,
        patient_id=patient_id,
        version=row.version,
        part=ChartPart(row.part),
        before=ChartEntries.model_validate(row.before, strict=False),
        after=ChartEntries.model_validate(row.after, strict=False),
        changed_at=row.changed_at,
        changed_by=Person(id=row.changed_by_id, full_name=row.changed_by_name),
    )
