"""Every table in one place: migrations, the drift check and the test of who writes what walk this."""

from types import ModuleType

from sqlmodel import SQLModel

from careplus_tables import (
    accounts,
    appointments,
    attempts,
    audit,
    availability,
    charts,
    doctors,
    idempotency,
    labs,
    mails,
    notes,
    passwords,
    prescriptions,
    referrals,
    seals,
    second_factors,
)

FILES: tuple[ModuleType, ...] = (
    accounts,
    appointments,
    attempts,
    audit,
    availability,
    charts,
    doctors,
    idempotency,
    labs,
    mails,
    notes,
    passwords,
    prescriptions,
    referrals,
    second_factors,
    seals,
)
METADATA = SQLModel.metadata


def owners() -> dict[str, str]:
    """Which service writes each table."""
    return {
        str(kind.__tablename__): file.OWNER
        for file in FILES
        for kind in vars(file).values()
        if isinstance(kind, type) and issubclass(kind, SQLModel) and hasattr(kind, "__table__")
    }
