"""Links that confirm an e-mail address. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class EmailConfirmationRow(SQLModel, table=True):
    """The one valid link of an account; only its code's hash is stored, and use deletes the row."""

    __tablename__ = "email_confirmations"

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    code_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
