"""The kinds of alerts with their texts. They hold no personal data, because they leave the hospital."""

from enum import StrEnum


class AlertKind(StrEnum):
    EMERGENCY_ACCESS = "emergency_access"
    AUDIT_CHAIN_REFUSED = "audit_chain_refused"
    MANY_REFUSALS = "many_refusals"
    NEW_ADMINISTRATOR = "new_administrator"
    DISK_LOW = "disk_low"
    BACKUP_MISSED = "backup_missed"


TEXTS = {
    AlertKind.EMERGENCY_ACCESS: "A doctor opened a chart in an emergency. Review it at {url}/admin/emergency-access",
    AlertKind.AUDIT_CHAIN_REFUSED: "The audit chain was changed or went back. Run `careplus audit verify` on the server.",
    AlertKind.MANY_REFUSALS: "More than 60 requests of one account were refused within a minute. See {url}/admin/audit",
    AlertKind.NEW_ADMINISTRATOR: "An account became an administrator's. See {url}/admin/people?role=admin",
    AlertKind.DISK_LOW: "The disk of the data has less free space than CAREPLUS_DISK_FLOOR_MIB: changes are refused.",
    AlertKind.BACKUP_MISSED: "The last backup that was due is missing. Run `careplus check` on the server.",
}


def text_of(kind: AlertKind, public_url: str) -> str:
    """Return one line for a person."""
    return TEXTS[kind].format(url=public_url)
