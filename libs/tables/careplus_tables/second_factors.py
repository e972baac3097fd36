"""Second factors and their recovery codes. Written by auth."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_tables.columns import BigId, InstantColumn

OWNER = "auth"


class SecondFactorRow(SQLModel, table=True):
    """The second factor of an account: the encrypted secret of an authenticator app, null for an account with passkeys alone.

    `confirmed_at`: when the app was switched on; `last_step`: the newest time step with an accepted code; `warned_at`: the last
    mail to the owner about wrong codes and passkeys.
    """

    __tablename__ = "second_factors"

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    secret_ciphertext: str | None
    confirmed_at: datetime | None = Field(sa_type=InstantColumn)
    last_step: int | None
    warned_at: datetime | None = Field(default=None, sa_type=InstantColumn)


class RecoveryCodeRow(SQLModel, table=True):
    """A code that replaces app or passkey once; only its salted hash is stored, and use deletes the row."""

    __tablename__ = "recovery_codes"

    account_id: int = Field(
        primary_key=True, foreign_key="second_factors.account_id", sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    code_hash: str = Field(primary_key=True)
