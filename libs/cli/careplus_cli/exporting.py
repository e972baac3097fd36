"""`careplus record export`: write the record of one patient to a file, row by row."""

import json
import os
import secrets
from pathlib import Path
from typing import TextIO

from careplus_contracts.audit import EXPORT_RECORD, Kind
from careplus_contracts.record_export import FORMAT, ExportedPatient
from careplus_contracts.refusals import NotFound
from careplus_doctors.store.export_sections import SECTIONS
from careplus_doctors.store.record_export import find_patient, walk_rows
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now, this_second
from careplus_tables.audit import OK
from careplus_tables.engine import Database, ReadSession

LEAST_REASON, MOST_REASON = 10, 500


class CannotExport(Exception):
    """The export was refused and wrote no file; the message is one line with the reason."""


async def export_to_file(url: str, patient_id: int, output: Path, reason: str) -> int:
    """Write a new file and the audit event; return the number of rows. Raise CannotExport and the errors of the database."""
    reason = " ".join(reason.split())
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise CannotExport(f"--reason is a text of {LEAST_REASON} to {MOST_REASON} characters; the patient reads it.")
    database = Database(url)
    try:
        async with database.reading() as db:
            patient = await find_patient(db, patient_id)
            with _new_file(output) as file:
                # before the first row is readable: an export that fails later is in the trail too
                async with database.writing() as writer:
                    await append_events(writer, [_event(patient_id, reason)])
                rows = await _write(db, file, patient)
                os.fsync(file.fileno())
    except NotFound:
        raise CannotExport(f"There is no patient with the number {patient_id}.") from None
    finally:
        await database.close()
    return rows


async def _write(db: ReadSession, file: TextIO, patient: ExportedPatient) -> int:
    """Write one PatientRecord."""
    head = {"format": "careplus-patient-record", "format_version": FORMAT, "exported_at": this_second().isoformat()}
    file.write(json.dumps(head)[:-1] + f',\n"patient": {patient.model_dump_json()}')
    rows = 0
    for section in SECTIONS:
        file.write(f',\n"{section.member}": [')
        separator = "\n"
        async for row in walk_rows(db, section, patient.id):
            file.write(separator + row.model_dump_json())
            separator, rows = ",\n", rows + 1
        file.write("]")
    file.write(',\n"next": null}\n')
    return rows


def _new_file(output: Path) -> TextIO:
    """Create a file that only its owner can read. Raise CannotExport where there is one."""
    try:
        return os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise CannotExport(f"{output} cannot be written: {error.strerror}.") from None


def _event(patient_id: int, reason: str) -> Event:
    known = {"service": "doctors", "action": EXPORT_RECORD, "kind": Kind.READ.value, "outcome": OK, "object_id": str(patient_id)}
    texts = {"request_id": f"export-{secrets.token_hex(8)}", "reason": reason}
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **texts, "at": now()}, {patient_id})
