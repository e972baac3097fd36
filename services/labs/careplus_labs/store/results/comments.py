"""Statements about the versions of the doctor's comment on a result."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.comments import MOST_COMMENTS, ResultComment, ResultComments
from careplus_contracts.endpoints import Role
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import Person
from careplus_labs.rules.comments import readable
from careplus_runtime.identity.tokens import Identity
from careplus_tables.comments import ResultCommentRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.labs import LabResultRow


def add(db: WriteSession, row: LabResultRow, text: str | None, by: Person, at: datetime) -> None:
    """Keep the next comment of a result, before the result becomes its next version."""
    assert row.id is not None
    db.add(
        ResultCommentRow(
            result_id=row.id,
            version=row.version + 1,
            patient_id=row.patient_id,
            text=text or None,
            was_released=row.status == ResultStatus.RELEASED.value,
            at=at,
            by_id=by.id,
            by_name=by.full_name,
        )
    )


async def of_result(db: ReadSession, who: Identity, row: LabResultRow) -> ResultComments:
    """Return the versions of the comment on a result that was found for the caller."""
    assert row.id is not None
    query = select(ResultCommentRow).where(col(ResultCommentRow.result_id) == row.id)
    query = query.order_by(col(ResultCommentRow.version).desc()).limit(MOST_COMMENTS)
    rows = (await db.execute(query)).scalars().all()
    shown = readable(rows) if who.role is Role.PATIENT else rows
    return ResultComments(result_id=row.id, patient_id=row.patient_id, items=[_to_contract(one) for one in shown])


def _to_contract(row: ResultCommentRow) -> ResultComment:
    by = None if row.by_id is None else Person(id=row.by_id, full_name=row.by_name or "")
    return ResultComment(version=row.version, text=row.text, at=row.at, by=by)
