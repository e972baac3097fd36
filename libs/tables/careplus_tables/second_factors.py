"""Second factors and their recovery codes. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class SecondFactorRow(SQLModel, table=True):
    """The encrypted secret of an authenticator app. `last_step` is the newest time step with an accepted code."""

    __tablename__ = "second_factors"

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    secret_ciphertext: str
    confirmed_at: datetime | None = Field(sa_type=InstantColumn)
    last_step: int | None


class RecoveryCodeRow(SQLModel, table=True):
    """A code that replaces the app once; only its hash is stored, and use deletes the row."""

    __tablename__ = "recovery_codes"

    account_id: int = Field(
        primary_key=True, foreign_key="second_factors.account_id", sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    code_hash: str = Field(primary_key=True)
