"""Reports of critical results: acknowledgements and calls. Written by labs."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from careplus_contracts.critical import CalledParty, CommunicationKind
from careplus_tables.columns import BigId, InstantColumn, one_of
from careplus_tables.labs import LabResultRow

OWNER = "labs"

IS_OPEN = sa.and_(col(LabResultRow.critical_since).is_not(None), col(LabResultRow.critical_closed_at).is_(None))
"""The condition of results with an open critical value; the index of the open ones has the same."""


class CommunicationRow(SQLModel, table=True):
    """An acknowledgement by a doctor, or a call or an attempt of the laboratory; never changed."""

    __tablename__ = "critical_communications"
    __table_args__ = (one_of("kind", CommunicationKind), one_of("party", CalledParty))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    result_id: int = Field(foreign_key="lab_results.id", sa_type=BigId, index=True)
    patient_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    kind: str
    at: datetime = Field(sa_type=InstantColumn)
    by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    text: str | None
    person_called: str | None = Field(default=None)
    party: str | None = Field(default=None)
    phone: str | None = Field(default=None)
