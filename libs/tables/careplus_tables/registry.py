"""All tables, for migrations, the check for schema drift and the test of which service writes which table."""

from types import ModuleType

from sqlmodel import SQLModel

from careplus_tables import (
    accounts,
    appointments,
    attempts,
    audit,
    audit_links,
    availability,
    certificates,
    charts,
    corrections,
    critical,
    critical_notices,
    doctors,
    handovers,
    idempotency,
    lab_hours,
    labs,
    mails,
    note_templates,
    notes,
    passwords,
    prescriptions,
    referrals,
    refills,
    reviews,
    second_factors,
    specimens,
)

FILES: tuple[ModuleType, ...] = (
    *(accounts, appointments, attempts, audit, audit_links, availability, certificates, charts, corrections, critical),
    *(critical_notices, doctors, handovers, idempotency, labs, lab_hours, mails, notes, passwords, prescriptions, referrals),
    *(note_templates, refills, reviews, second_factors, specimens),
)
METADATA = SQLModel.metadata


def owners() -> dict[str, str]:
    """Return the service that writes each table."""
    return {
        str(kind.__tablename__): file.OWNER
        for file in FILES
        for kind in vars(file).values()
        if isinstance(kind, type) and issubclass(kind, SQLModel) and hasattr(kind, "__table__")
    }
