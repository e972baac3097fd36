"""The plan of an erasure: the data that go, and the data that stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from careplus_cli.erasing.tables import KEPT, SIGN_IN, clinical, rows_of, times
from careplus_clinic.clinic_time import local_date
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_FOR_PATIENT, AppointmentRow
from careplus_tables.engine import WriteSession
from careplus_tables.labs import LabBookingRow
from careplus_tables.registry import METADATA

_OPEN_VISIT = (
    *(AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS),
    AppointmentStatus.OFFERED,
)
_NOT_TREATED = {
    "appointments": [one.value for one in FREE_FOR_PATIENT],
    "lab_bookings": [LabBookingStatus.CANCELLED.value],
}
"""States of rows that are no treatment."""
_NO_TREATMENT = {"legal_changes", "record_merges", "moved_rows", "waitlist_entries", "waitlist_offers"}
_OF_PATIENT = {"patient_id", "account_id", "kept_id", "record_account_id", "merged_id"}
_CLOSED_LAB = (LabBookingStatus.VERIFIED, LabBookingStatus.CANCELLED)


class CannotErase(Exception):
    """The erasure was refused and changed no row; the message is one line with the reason."""


@dataclass(frozen=True)
class Plan:
    """Rows by table, and the first day on which the record no longer has to be kept; None: there is no record."""

    patient_id: int
    sign_in: dict[str, int]
    record: dict[str, int]
    until: date | None
    today: date

    @property
    def keeps_record(self) -> bool:
        return self.until is not None and self.today < self.until

    def lines(self) -> Iterator[str]:
        yield "goes: password, e-mail address, telephone number, the person to call, and mails that wait"
        for name, count in self.sign_in.items():
            yield f"goes: {name}, {count:,} rows"
        for name, count in self.record.items():
            yield f"{f'stays until {self.until}' if self.keeps_record else 'goes'}: {name}, {count:,} rows"
        if self.keeps_record:
            yield f"stays until {self.until}: name, birth date and sex, which identify the record"
        else:
            yield "goes: name, birth date and sex"
        for name, reason in KEPT.items():
            yield f"stays: {name}: {reason}"


async def make_plan(db: WriteSession, patient_id: int, at: datetime, zone: ZoneInfo, years: int) -> Plan:
    """Count the patient's rows. Raise CannotErase for another account, and while something is booked or in work."""
    account = await db.get(AccountRow, patient_id, with_for_update=True)
    if account is None or account.role != Role.PATIENT.value:
        raise CannotErase(f"There is no patient with the number {patient_id}.")
    if account.merged_into_id is not None:
        raise CannotErase(f"Record {patient_id} was merged. Erase record {account.merged_into_id}, which has its entries.")
    await _check_was_no_staff(db, patient_id)
    await _check_nothing_is_open(db, patient_id)
    sign_in = {name: await _count(db, METADATA.tables[name], patient_id) for name in SIGN_IN}
    record = {table.name: await _count(db, table, patient_id) for table in clinical()}
    treated = [table for table in clinical() if record[table.name] and table.name not in _NO_TREATMENT]
    last = max([at_ for table in treated for at_ in await _newest(db, table, patient_id)], default=None)
    until = None if last is None else _years_later(local_date(last, zone), years)
    return Plan(patient_id, _some(sign_in), _some(record), until, local_date(at, zone))


async def _check_was_no_staff(db: WriteSession, patient_id: int) -> None:
    """Raise CannotErase where records of other people name this account: their authors have to stay known."""
    accounts = METADATA.tables["accounts"]
    for table in METADATA.sorted_tables:
        for column in table.c:
            if column.name in _OF_PATIENT or not column.references(accounts.c.id):
                continue
            query = sa.select(sa.literal(1)).select_from(table).where(column == patient_id)
            if "patient_id" in table.c:
                query = query.where(table.c.patient_id != patient_id)
            query = query.limit(1).execution_options(cross_patient="whether the account acted for other people")
            if (await db.execute(query)).first() is not None:
                raise CannotErase(f"Patient {patient_id} has worked here; {table.name} names the account for other people.")


async def _check_nothing_is_open(db: WriteSession, patient_id: int) -> None:
    visits = sa.select(col(AppointmentRow.reference)).where(
        col(AppointmentRow.patient_id) == patient_id, col(AppointmentRow.status).in_([one.value for one in _OPEN_VISIT])
    )
    bookings = sa.select(col(LabBookingRow.reference)).where(
        col(LabBookingRow.patient_id) == patient_id, col(LabBookingRow.status).not_in([one.value for one in _CLOSED_LAB])
    )
    for query in (visits, bookings):
        if (reference := (await db.execute(query.limit(1))).scalar()) is not None:
            raise CannotErase(f"{reference} is not over. Cancel or complete what is booked first.")


async def _count(db: WriteSession, table: sa.Table, patient_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(rows_of(table, patient_id))
    return int((await db.execute(query)).scalar_one())


async def _newest(db: WriteSession, table: sa.Table, patient_id: int) -> list[datetime]:
    """Return the newest time of each column: treatment ends with the last entry at the latest."""
    if not times(table):
        return []
    query = sa.select(*(sa.func.max(column, type_=column.type) for column in times(table))).where(rows_of(table, patient_id))
    if states := _NOT_TREATED.get(table.name):
        query = query.where(table.c.status.not_in(states))
    return [at.astimezone(UTC) for at in (await db.execute(query)).one() if at is not None]


def _years_later(day: date, years: int) -> date:
    """Return the same day years later; 1 March after 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
