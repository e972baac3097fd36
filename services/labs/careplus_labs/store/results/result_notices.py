"""Appends the notices of results, in the transaction that releases or corrects them. They name no test and no value."""

from collections.abc import Collection
from datetime import timedelta

from careplus_contracts.notices import NoticeKind
from careplus_runtime.notices import Notice, append
from careplus_runtime.process.clock import now
from careplus_tables.engine import WriteSession
from careplus_tables.labs import LabResultRow

TOGETHER = timedelta(minutes=10)
"""A notice waits so long, because tests of one specimen are often verified one after the other; one mail tells of all."""


async def tell_released(db: WriteSession, rows: Collection[LabResultRow]) -> None:
    """Tell each patient once that they can read a new result."""
    await append(db, [_of(NoticeKind.RESULT_RELEASED, row, str(row.id)) for row in rows])


async def tell_corrected(db: WriteSession, row: LabResultRow) -> None:
    """Tell the patient that a result they could read before has other values now."""
    await append(db, [_of(NoticeKind.RESULT_CORRECTED, row, f"{row.id}:{row.version}")])


def _of(kind: NoticeKind, row: LabResultRow, occasion: str) -> Notice:
    assert row.id is not None
    return Notice(kind, row.patient_id, row.id, occasion, due_at=now() + TOGETHER)
