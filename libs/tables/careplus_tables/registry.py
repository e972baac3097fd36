"""All tables, for migrations, the check for schema drift and the test of which service writes which table."""

from types import ModuleType

from sqlmodel import SQLModel

from careplus_tables import (
    access_notices,
    accounts,
    alerts,
    appointments,
    approvals,
    attempts,
    audit,
    audit_anchors,
    audit_links,
    availability,
    backups,
    calendar_feeds,
    certificates,
    chart_changes,
    charts,
    closed_days,
    comments,
    confirmations,
    consents,
    corrections,
    critical,
    critical_notices,
    doctors,
    emergency,
    handovers,
    idempotency,
    lab_hours,
    labs,
    legal_details,
    linked_records,
    mails,
    merges,
    note_templates,
    notes,
    notice_choices,
    notices,
    passkeys,
    passwords,
    prescriptions,
    referrals,
    refills,
    reviews,
    screens,
    second_factors,
    sign_on,
    specialty_ages,
    specimens,
    visit_types,
    vitals,
    waitlist,
)

FILES: tuple[ModuleType, ...] = (
    *(accounts, appointments, attempts, audit, audit_anchors, audit_links, availability, certificates, charts, corrections),
    *(critical, critical_notices, doctors, handovers, idempotency, labs, lab_hours, mails, notes, passwords, prescriptions),
    *(referrals, note_templates, notices, notice_choices, refills, reviews, second_factors, specimens, emergency, access_notices),
    *(confirmations, consents, legal_details, vitals, alerts, approvals),
    *(chart_changes, closed_days, comments, calendar_feeds, specialty_ages),
    *(passkeys, sign_on, backups, merges, screens, waitlist, linked_records, visit_types),
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
