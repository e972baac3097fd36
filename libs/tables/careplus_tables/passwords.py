"""Links with which somebody chooses a new password. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class PasswordResetRow(SQLModel, table=True):
    """The one link of an account that works; only its code's hash is kept, and the row goes when it is used."""

    __tablename__ = "password_resets"

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    code_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=InstantColumn, index=True)
