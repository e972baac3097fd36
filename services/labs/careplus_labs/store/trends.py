"""Statements about values over time."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.refusals import NotFound
from careplus_contracts.results import Comparator, Flag, ResultStatus, Trend, TrendPoint
from careplus_contracts.values import Id
from careplus_runtime.http.paging import after, page
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_tables.labs import AnalyteRow, LabResultRow, ObservationRow


async def released_values(db: AsyncSession, who: Identity, code: str, limit: int, cursor: str | None) -> Trend:
    """The patient's released values of an analyte, newest first. Raises NotFound for an analyte that there is not."""
    analyte = await db.get(AnalyteRow, code)
    if analyte is None:
        raise NotFound(NOTHING_HERE)
    query = (
        select(ObservationRow, func.coalesce(col(LabResultRow.collected_at), col(LabResultRow.entered_at)).label("at"))
        .join(LabResultRow, col(LabResultRow.id) == col(ObservationRow.result_id))
        .where(
            col(ObservationRow.patient_id) == who.id,
            col(ObservationRow.analyte_code) == code,
            col(ObservationRow.value).is_not(None),
            col(LabResultRow.status) == ResultStatus.RELEASED.value,
        )
    )
    if (last := after(cursor, Id)) is not None:
        query = query.where(col(ObservationRow.result_id) < last)
    found = (await db.execute(query.order_by(col(ObservationRow.result_id).desc()).limit(limit + 1))).all()
    rows, next_cursor = page(found, limit, lambda row: row[0].result_id)
    return Trend(
        items=[_point(*row) for row in rows],
        next_cursor=next_cursor,
        analyte=analyte.code,
        name=analyte.name,
        unit=analyte.unit,
        decimals=analyte.decimals,
    )


def _point(row: ObservationRow, at: Any) -> TrendPoint:
    assert row.value is not None
    return TrendPoint(
        result_id=row.result_id,
        at=at,
        value=row.value,
        comparator=None if row.comparator is None else Comparator(row.comparator),
        flag=Flag(row.flag),
        low=row.low,
        high=row.high,
    )
