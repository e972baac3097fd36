"""Statements of an exported record: part by part, so that the size of a record does not matter."""

import base64
import binascii
import json
from collections.abc import AsyncIterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select, tuple_
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.record_export import FORMAT, ExportedPatient, PatientRecord
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer
from careplus_doctors.store.export_sections import SECTIONS, Section
from careplus_runtime.http.paging import NOT_ISSUED
from careplus_runtime.http.problems import NOTHING_HERE, malformed
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import ReadSession

ROWS = 200
"""In one part."""
Start = tuple[int, tuple[Any, ...] | None]
"""The number of a section, and the key of the row before; None: the section's first row."""
_CURSOR: TypeAdapter[tuple[int, list[int | str]]] = TypeAdapter(tuple[int, list[int | str]])


async def show_part(db: ReadSession, patient_id: int, after: str | None, rows: int = ROWS) -> PatientRecord:
    """Return the part after a cursor. Raise NotFound for an account that is no patient's, Malformed for a foreign cursor."""
    (number, key) = (0, None) if after is None else _read(after)
    found: dict[str, Any] = {section.member: [] for section in SECTIONS}
    patient, left, last = await find_patient(db, patient_id), rows, None
    while number < len(SECTIONS):
        section = SECTIONS[number]
        answers, key = await _rows(db, section, patient_id, key, left)
        found[section.member] = answers
        left -= len(answers)
        if key is not None:
            last = _written(number, key)
            break
        number += 1
    return PatientRecord(
        format="careplus-patient-record",
        format_version=FORMAT,
        exported_at=this_second(),
        patient=patient,
        next=last,
        **found,
    )


async def walk_rows(db: ReadSession, section: Section, patient_id: int) -> AsyncIterator[Answer]:
    """Yield all rows of a section of a patient that was found before."""
    key: tuple[Any, ...] | None = ()
    while key is not None:
        answers, key = await _rows(db, section, patient_id, key or None, ROWS)
        for answer in answers:
            yield answer


async def find_patient(db: ReadSession, patient_id: int) -> ExportedPatient:
    """Return the account of a patient. Raise NotFound."""
    columns = [col(getattr(AccountRow, name)) for name in ExportedPatient.model_fields]
    is_patient = (col(AccountRow.id) == patient_id, col(AccountRow.role) == Role.PATIENT.value)
    row = (await db.execute(select(*columns).where(*is_patient))).one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return ExportedPatient.model_validate(dict(row._mapping))


async def _rows(
    db: ReadSession, section: Section, patient_id: int, key: tuple[Any, ...] | None, limit: int
) -> tuple[list[Any], tuple[Any, ...] | None]:
    """Return up to `limit` rows after a key, and the key of the last one; None: there are no more."""
    query = section.query if key is None else section.query.where(tuple_(*section.key) > key)
    rows = (await db.execute(query.limit(limit + 1), {"patient_id": patient_id})).all()
    width = len(section.key)
    answers = [section.answer(**dict(list(row._mapping.items())[width:])) for row in rows[:limit]]
    if len(rows) <= limit:
        return answers, None
    return answers, tuple(rows[limit - 1][:width]) if limit else key or ()


def _written(number: int, key: tuple[Any, ...]) -> str:
    text = json.dumps([number, key], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(cursor: str) -> Start:
    """Return where a cursor continues. Raise Malformed for one that has no such section or key."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        number, values = _CURSOR.validate_json(text, strict=True)
        if not 0 <= number < len(SECTIONS):
            raise ValueError(number)
        return number, SECTIONS[number].key_type.validate_python(tuple(values), strict=True) if values else None
    except (binascii.Error, ValidationError, ValueError):
        raise malformed([{"loc": ("query", "after"), "msg": NOT_ISSUED}]) from None
