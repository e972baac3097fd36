"""The audit trail as CSV."""

import csv
import io
from collections.abc import Iterable

from careplus_contracts.audit import AuditEvent, Separator

COLUMNS = (
    *("id", "at", "request_id", "account_id", "account", "role", "session_id", "address", "service", "action", "kind"),
    *("object_id", "patient_ids", "outcome", "reason", "members", "seal"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms of the first four."""


_CHARACTERS = {Separator.COMMA: ",", Separator.SEMICOLON: ";"}


def audit_csv(events: Iterable[AuditEvent], separator: Separator = Separator.COMMA) -> str:
    """Return RFC 4180 text with a header line, and the separator in place of the comma."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_CHARACTERS[separator])
    writer.writerow(COLUMNS)
    writer.writerows(map(_line, events))
    return text.getvalue()


def _line(event: AuditEvent) -> list[str]:
    plain = event.model_dump(mode="json", include=set(COLUMNS))
    plain["account_id"], plain["account"] = (event.account.id, event.account.full_name) if event.account else (None, None)
    plain["patient_ids"] = " ".join(str(patient.id) for patient in event.patients)
    plain["members"] = " ".join(event.members)
    return [_cell(plain[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    # Spreadsheets evaluate a cell that begins with one of these characters.
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
