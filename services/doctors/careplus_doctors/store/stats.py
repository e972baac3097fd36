"""Statistics of the hospital for administrators: counts and times, no personal data."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, select
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.results import ResultStatus
from careplus_contracts.stats import DoctorCount, Stats
from careplus_contracts.values import Person
from careplus_doctors.rules import stats as rules
from careplus_doctors.rules.stats import Period, VisitCount
from careplus_doctors.store import durations, offered_time
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import OFFERS, AppointmentRow
from careplus_tables.columns import InstantColumn
from careplus_tables.compiled import CompiledStatement, literal_limit
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.people import IS_BOOKABLE_DOCTOR, doctor_name

MOST_DOCTORS = 100
CROSS_PATIENT = "statistics count the records of all patients and show none"


class _Counts(NamedTuple):
    doctors: int
    lab_bookings: int
    waiting_results: int


class _Patients(NamedTuple):
    active: int
    new: int


async def stats(db: ReadSession, of: Period, zone: ZoneInfo) -> Stats:
    """Return all statistics of one period; times without a zone are the clinic's."""
    visits = await _visits(db, of)
    offered = await offered_time.offered(db, of, zone)
    counts = await _counts(db, of)
    patients = await _patients(db, of)
    by_day = rules.by_day(of, visits)
    by_status = rules.by_status(by_day)
    return Stats(
        from_day=of.first,
        to_day=of.last,
        doctors=counts.doctors,
        patients=patients.active,
        new_patients=patients.new,
        appointments=sum(by_status.values()),
        by_status=by_status,
        by_day=by_day,
        by_doctor=await _by_doctor(db, of),
        no_show_rate=rules.no_show_rate(by_status),
        utilisation=rules.utilisation(visits, offered.minutes),
        utilisation_estimated=offered.estimated,
        waiting_minutes=rules.waiting_minutes(await durations.waits(db, of)),
        lab_bookings=counts.lab_bookings,
        waiting_results=counts.waiting_results,
        lab_turnaround_hours=rules.turnaround_hours(await durations.turnarounds(db, of)),
    )


async def _counts(db: ReadSession, of: Period) -> _Counts:
    """Return the bookable doctors, the laboratory bookings of the period, and the results that wait for release."""
    [row] = await _COUNTS.all(db, **_bounds(of))
    return _Counts(*row)


async def _patients(db: ReadSession, of: Period) -> _Patients:
    """Return the active patients, and the number of them that registered in the period."""
    [row] = await _PATIENTS.all(db, **_bounds(of))
    return _Patients(*row)


async def _by_doctor(db: ReadSession, of: Period) -> list[DoctorCount]:
    """Return the doctors with the most visits in the period; names are looked up after the limit."""
    return [
        DoctorCount(doctor=Person(id=id_, full_name=name), appointments=visits, completed=completed, no_shows=no_shows)
        for id_, visits, completed, no_shows, name in await _BY_DOCTOR.all(db, **_bounds(of))
    ]


async def _visits(db: ReadSession, of: Period) -> list[VisitCount]:
    """Return the numbers of visits that start in the period, by time and status."""
    return [VisitCount(*row) for row in await _VISITS.typed(db, **_bounds(of))]


def _bounds(of: Period) -> dict[str, Any]:
    return {"opens": of.bounds[0], "closes": of.bounds[-1]}


_opens, _closes = bindparam("opens", type_=InstantColumn()), bindparam("closes", type_=InstantColumn())


def _in_period(column: Any) -> ColumnElement[bool]:
    return and_(column >= _opens, column < _closes)


def _bookings(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    # naming every status lets the planner use the index that begins with the status
    return (
        select(func.count())
        .where(col(LabBookingRow.status).in_([status.value for status in LabBookingStatus]), *where)
        .execution_options(cross_patient=CROSS_PATIENT)
        .scalar_subquery()
    )


_doctors = (
    select(func.count())
    .select_from(DoctorRow)
    .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
    .where(*IS_BOOKABLE_DOCTOR)
    .scalar_subquery()
)
_unreleased = (
    select(func.count())
    .where(col(LabResultRow.status).in_([status.value for status in ResultStatus if status is not ResultStatus.RELEASED]))
    .execution_options(cross_patient=CROSS_PATIENT)
    .scalar_subquery()
)
_COUNTS = CompiledStatement(
    select(
        _doctors,
        # bookings without a time count in the period of their creation
        _bookings(_in_period(col(LabBookingRow.starts_at)))
        + _bookings(col(LabBookingRow.starts_at).is_(None), _in_period(col(LabBookingRow.created_at))),
        _unreleased,
    )
)
_PATIENTS = CompiledStatement(
    select(func.count(), func.count().filter(_in_period(col(AccountRow.created_at)))).where(
        col(AccountRow.role) == Role.PATIENT.value, col(AccountRow.active).is_(True)
    )
)
_visit = AppointmentRow
_is_visit = and_(_in_period(col(_visit.starts_at)), col(_visit.status).not_in(OFFERS))
_number = func.count().label("visits")
_busiest = (
    select(
        *(col(_visit.doctor_id), _number),
        *(
            func.count().filter(col(_visit.status) == outcome.value).label(outcome.value)
            for outcome in (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW)
        ),
    )
    .where(_is_visit)
    .group_by(col(_visit.doctor_id))
    .order_by(_number.desc(), col(_visit.doctor_id))
    .limit(literal_limit(MOST_DOCTORS))
    .execution_options(cross_patient=CROSS_PATIENT)
    .subquery()
)
_BY_DOCTOR = CompiledStatement(
    select(_busiest, doctor_name(_busiest.c.doctor_id)).order_by(_busiest.c.visits.desc(), _busiest.c.doctor_id)
)
_VISITS = CompiledStatement(
    select(col(_visit.starts_at), col(_visit.ends_at), col(_visit.status), func.count())
    .where(_is_visit)
    .group_by(col(_visit.starts_at), col(_visit.ends_at), col(_visit.status))
    .execution_options(cross_patient=CROSS_PATIENT)
)
