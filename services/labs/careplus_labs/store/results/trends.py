"""Statements about values over time."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from careplus_clinic.lab_texts import names_of
from careplus_contracts.results import Comparator, Flag, ResultStatus, Trend, TrendPoint
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_labs.store.catalogue import analytes
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import ReadSession
from careplus_tables.labs import AnalyteRow, LabResultRow, ObservationRow

_NEWEST_FIRST = Keyset(
    (col(LabResultRow.specimen_at), col(LabResultRow.id)),
    tuple[Instant, Id],
    lambda row: (row.specimen_at, row.result_id),
    descending=True,
)


class _PointRecord(NamedTuple):
    """One row of the values of an analyte, in the order of the columns."""

    result_id: int
    at: datetime
    value: float
    comparator: str | None
    flag: str
    low: float | None
    high: float | None


async def released_values(db: ReadSession, who: Identity, code: str, wanted: PageFilter, day: date) -> Trend:
    """Return the patient's released values of an analyte in its unit of this day, newest first.

    Raise NotFound for an unknown analyte.
    """
    analyte = await one_or_404(db, select(AnalyteRow).where(col(AnalyteRow.code) == code))
    unit = (await analytes.valid_on(db, [analyte], day))[code].unit
    value = (col(ObservationRow.value), col(ObservationRow.comparator), col(ObservationRow.flag))
    query = (
        select(
            col(ObservationRow.result_id),
            col(LabResultRow.specimen_at),
            *value,
            col(ObservationRow.low),
            col(ObservationRow.high),
        )
        .join(LabResultRow, col(LabResultRow.id) == col(ObservationRow.result_id))
        .where(
            col(ObservationRow.patient_id) == who.id,
            col(ObservationRow.analyte_code) == code,
            col(ObservationRow.value).is_not(None),
            # values from before a change of the catalogue's unit cannot be compared with later ones
            col(ObservationRow.unit).is_not_distinct_from(unit),
            col(LabResultRow.status) == ResultStatus.RELEASED.value,
        )
    )
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Trend(
        items=[_point(_PointRecord(*row)) for row in rows],
        next_cursor=next_cursor,
        analyte=analyte.code,
        name=analyte.name,
        names=names_of(analyte.name),
        unit=unit,
        decimals=analyte.decimals,
    )


def _point(row: _PointRecord) -> TrendPoint:
    return TrendPoint(
        result_id=row.result_id,
        at=row.at,
        value=row.value,
        comparator=None if row.comparator is None else Comparator(row.comparator),
        flag=Flag(row.flag),
        low=row.low,
        high=row.high,
    )
