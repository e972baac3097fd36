"""The tables of an exported record: which rows a patient may read, in which order, and which columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, get_args

import sqlalchemy as sa
from pydantic import Field, TypeAdapter
from sqlmodel import SQLModel, col

from careplus_contracts.notes import NotesStatus
from careplus_contracts.record_export import PatientRecord
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import MAX_ID
from careplus_runtime.http.paging import SortText
from careplus_tables.accounts import AccountRow, SessionRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.audit import OK, AuditEventRow, AuditPatientRow
from careplus_tables.certificates import CertificateRow
from careplus_tables.chart_changes import ChartChangeRow
from careplus_tables.charts import AllergyRow, ChartAccessRow, ChartRow, ProblemRow
from careplus_tables.columns import core
from careplus_tables.consents import ConsentRow
from careplus_tables.corrections import ResultVersionRow, VersionObservationRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, ObservationRow
from careplus_tables.legal_details import LegalChangeRow
from careplus_tables.merges import same_person
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.passkeys import PasskeyRow
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillItemRow, RefillRow
from careplus_tables.specimens import SpecimenRow
from careplus_tables.vitals import VitalSignsRow
from careplus_tables.waitlist import WaitlistEntryRow

Condition = sa.ColumnElement[bool]
PATIENT = sa.bindparam("patient_id", type_=sa.BigInteger)
_Number = Annotated[int, Field(ge=0, le=MAX_ID)]


@dataclass(frozen=True)
class Section:
    """Rows of one table; `member` of PatientRecord has them, by default the one with the table's name.

    `conditions` bind PATIENT and leave out rows that the patient may not read.
    """

    row: type[SQLModel]
    conditions: Sequence[Condition]
    other_member: str = ""

    @cached_property
    def member(self) -> str:
        return self.other_member or self.table.name

    @cached_property
    def table(self) -> sa.Table:
        return core(self.row)

    @cached_property
    def answer(self) -> type[Any]:
        answer: type[Any] = get_args(PatientRecord.model_fields[self.member].annotation)[0]
        return answer

    @cached_property
    def key(self) -> tuple[sa.Column[Any], ...]:
        return tuple(self.table.primary_key.columns)

    @cached_property
    def key_type(self) -> TypeAdapter[tuple[Any, ...]]:
        """Reads a key from a cursor."""
        kinds = tuple(_Number if isinstance(column.type, sa.Integer | sa.BigInteger) else SortText for column in self.key)
        return TypeAdapter(tuple[kinds])  # type: ignore[valid-type] # the types are those of the columns

    @cached_property
    def query(self) -> sa.Select[Any]:
        """Selects the columns of the key, then the members of the answer."""
        members = [_member(self.table, name) for name in self.answer.model_fields]
        keys = [column.label(f"key_{number}") for number, column in enumerate(self.key)]
        return sa.select(*keys, *members).where(*self.conditions).order_by(*self.key)


def _member(table: sa.Table, name: str) -> sa.ColumnElement[Any]:
    """Return the column of this name; for `<act>_name` the stored name, or else the present one of the account `<act>_id`."""
    by = table.c.get(f"{name.removesuffix('_name')}_id") if name.endswith("_name") else None
    if by is None:
        return table.c[name].label(name)
    account, doctor = core(AccountRow).alias(), core(DoctorRow).alias()
    present = (
        sa.select(sa.func.coalesce(doctor.c.full_name, account.c.full_name))
        .select_from(account.outerjoin(doctor, doctor.c.id == account.c.id))
        .where(account.c.id == by)
        .scalar_subquery()
    )
    return (sa.func.coalesce(table.c[name], present) if name in table.c else present).label(name)


def _of(column: Any) -> Condition:
    owned: Condition = col(column) == PATIENT
    return owned


def _own(row: type[SQLModel], *conditions: Condition) -> Section:
    """Return the section of a table with a `patient_id`."""
    return Section(row, (core(row).c.patient_id == PATIENT, *conditions))


def _of_account(row: type[SQLModel]) -> Section:
    return Section(row, (core(row).c.account_id == PATIENT,))


def _kept(row: type[SQLModel], name: str = "patient_id") -> Section:
    """Return the section of a table of which rows stay with a merged record."""
    return Section(row, (same_person(core(row).c[name], PATIENT),))


def _ids(column: Any, *conditions: Condition) -> sa.Select[Any]:
    return sa.select(col(column)).where(*conditions)


_IS_SIGNED = col(NotesRow.status) == NotesStatus.SIGNED.value
_VISITS = _ids(AppointmentRow.id, _of(AppointmentRow.patient_id))
_SIGNED = _ids(NotesRow.appointment_id, col(NotesRow.appointment_id).in_(_VISITS), _IS_SIGNED)
_IS_RELEASED = col(LabResultRow.status) == ResultStatus.RELEASED.value
_RELEASED = _ids(LabResultRow.id, _of(LabResultRow.patient_id), _IS_RELEASED)
_WAS_RELEASED = col(ResultVersionRow.released_at).is_not(None)
_OBSERVED_VERSION = sa.and_(
    col(ResultVersionRow.result_id) == col(VersionObservationRow.result_id),
    col(ResultVersionRow.version) == col(VersionObservationRow.version),
)
_VERSION_WAS_RELEASED = _ids(ResultVersionRow.version, _of(ResultVersionRow.patient_id), _WAS_RELEASED, _OBSERVED_VERSION)

SECTIONS = (
    _kept(ConsentRow, "account_id"),
    _kept(LegalChangeRow, "account_id"),
    _of_account(SessionRow),
    _of_account(PasskeyRow),
    _own(AppointmentRow),
    _own(WaitlistEntryRow),
    Section(NotesRow, (col(NotesRow.appointment_id).in_(_VISITS), _IS_SIGNED)),
    Section(AddendumRow, (col(AddendumRow.appointment_id).in_(_SIGNED),)),
    _own(ChartRow),
    _own(AllergyRow),
    _own(ProblemRow),
    _kept(ChartChangeRow),
    _own(ChartAccessRow),
    _own(PrescriptionRow),
    Section(
        PrescriptionItemRow,
        (col(PrescriptionItemRow.prescription_id).in_(_ids(PrescriptionRow.id, _of(PrescriptionRow.patient_id))),),
    ),
    _own(RefillRow),
    Section(RefillItemRow, (col(RefillItemRow.refill_id).in_(_ids(RefillRow.id, _of(RefillRow.patient_id))),)),
    _own(ReferralRow),
    _own(CertificateRow),
    _own(VitalSignsRow, col(VitalSignsRow.in_error_at).is_(None)),
    _own(LabBookingRow),
    Section(LabBookingTestRow, (col(LabBookingTestRow.booking_id).in_(_ids(LabBookingRow.id, _of(LabBookingRow.patient_id))),)),
    _own(SpecimenRow),
    _own(LabResultRow, _IS_RELEASED),
    _own(ObservationRow, col(ObservationRow.result_id).in_(_RELEASED)),
    _own(ResultVersionRow, _WAS_RELEASED, col(ResultVersionRow.result_id).in_(_RELEASED)),
    _own(VersionObservationRow, col(VersionObservationRow.result_id).in_(_RELEASED), _VERSION_WAS_RELEASED.exists()),
    Section(
        AuditEventRow,
        (
            col(AuditEventRow.id).in_(_ids(AuditPatientRow.event_id, same_person(AuditPatientRow.patient_id, PATIENT))),
            col(AuditEventRow.outcome) == OK,
        ),
        "accesses",
    ),
)
"""In the order of the parts."""
