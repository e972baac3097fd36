"""The doctor's inbox: the order of results in it, and the marks of doctors that saw one. Written by labs."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "labs"
CRITICAL, OUTSIDE_RANGE, REST = 2, 1, 0
INBOX = ("ordered_by_id", "urgency", "specimen_at", "patient_id", "id", "status", "verified_at")
"""The order of the doctor's inbox, with the columns that its conditions read."""


def urgency(critical: bool, outside_range: int, critical_since: datetime | None) -> int:
    """Return the class of a result in the inbox; the greater one comes first.

    `critical_since` stays when a critical result is corrected: a doctor may have acted on the value that was replaced.
    """
    return CRITICAL if critical or critical_since else OUTSIDE_RANGE if outside_range else REST


class ResultReviewRow(SQLModel, table=True):
    """The mark of one doctor on one result.

    It counts while `verified_at` is that of the result: a corrected result is verified again, and is unseen.
    """

    __tablename__ = "result_reviews"

    result_id: int = Field(
        foreign_key="lab_results.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    doctor_id: int = Field(foreign_key="accounts.id", primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    seen_at: datetime = Field(sa_type=InstantColumn)
    verified_at: datetime = Field(sa_type=InstantColumn, description="The verification of the values that the doctor saw.")
    result_version: int = Field(description="The version of the result that the doctor saw.")
