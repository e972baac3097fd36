"""Statements about the whole house, for administrators: counts and times, nobody's data."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.results import ResultStatus
from careplus_contracts.stats import DoctorCount, Stats
from careplus_contracts.values import Person
from careplus_doctors.rules import stats as rules
from careplus_doctors.rules.stats import Away, Period, Stretch, Visits
from careplus_doctors.store.people import doctor_name
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.availability import OpenHoursRow, TimeOffRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.labs import LabBookingRow, LabResultRow

TURNAROUNDS = 1000
"""So many of the newest verified bookings tell the turnaround."""
MOST_DOCTORS = 100
COUNTED = "statistics count everybody's records and show nobody's"
_IS_FOUND = (col(DoctorRow.active), col(AccountRow.active), col(AccountRow.role) == Role.DOCTOR.value)


async def stats(db: AsyncSession, of: Period, zone: ZoneInfo) -> Stats:
    """Everything of one period; times without a zone are the clinic's."""
    visits = await _visits(db, of)
    offered = rules.offered_minutes(of, await _week(db), await _time_off(db, of), zone)
    doctors, lab_bookings, waiting_results = await _counts(db, of)
    patients, new_patients = await _patients(db, of)
    by_day = rules.by_day(of, visits)
    by_status = rules.by_status(by_day)
    return Stats(
        from_day=of.first,
        to_day=of.last,
        doctors=doctors,
        patients=patients,
        new_patients=new_patients,
        appointments=sum(by_status.values()),
        by_status=by_status,
        by_day=by_day,
        by_doctor=await _by_doctor(db, of),
        no_show_rate=rules.no_show_rate(by_status),
        utilisation=rules.utilisation(visits, offered),
        lab_bookings=lab_bookings,
        waiting_results=waiting_results,
        lab_turnaround_hours=rules.turnaround_hours(await _turnarounds(db, of)),
    )


async def _counts(db: AsyncSession, of: Period) -> tuple[int, int, int]:
    """Doctors who can be found, laboratory bookings of the period, and results that wait for their release."""
    doctors = (
        select(func.count())
        .select_from(DoctorRow)
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(*_IS_FOUND)
        .scalar_subquery()
    )
    unreleased = [status.value for status in ResultStatus if status is not ResultStatus.RELEASED]
    waiting = select(func.count()).where(col(LabResultRow.status).in_(unreleased)).execution_options(cross_patient=COUNTED)
    row = (await db.execute(select(doctors, _at_a_time(of) + _when_it_suits(of), waiting.scalar_subquery()))).one()
    return row[0], row[1], row[2]


async def _patients(db: AsyncSession, of: Period) -> tuple[int, int]:
    """Active patients, and those of them who registered in the period."""
    since = col(AccountRow.created_at)
    query = select(func.count(), func.count().filter(since >= of.bounds[0], since < of.bounds[-1])).where(
        col(AccountRow.role) == Role.PATIENT.value, col(AccountRow.active).is_(True)
    )
    row = (await db.execute(query)).one()
    return row[0], row[1]


async def _by_doctor(db: AsyncSession, of: Period) -> list[DoctorCount]:
    """Those with the most visits in the period first; only their names are looked up."""
    status, doctor_id, visits = col(AppointmentRow.status), col(AppointmentRow.doctor_id), func.count().label("visits")
    outcomes = (AppointmentStatus.COMPLETED.value, AppointmentStatus.NO_SHOW.value)
    busiest = (
        select(doctor_id, visits, *(func.count().filter(status == outcome).label(outcome) for outcome in outcomes))
        .where(col(AppointmentRow.starts_at) >= of.bounds[0], col(AppointmentRow.starts_at) < of.bounds[-1])
        .group_by(doctor_id)
        .order_by(visits.desc(), doctor_id)
        .limit(MOST_DOCTORS)
        .execution_options(cross_patient=COUNTED)
        .subquery()
    )
    query = select(busiest, doctor_name(busiest.c.doctor_id)).order_by(busiest.c.visits.desc(), busiest.c.doctor_id)
    return [
        DoctorCount(doctor=Person(id=row[0], full_name=row[4]), appointments=row[1], completed=row[2], no_shows=row[3])
        for row in await db.execute(query)
    ]


async def _visits(db: AsyncSession, of: Period) -> list[Visits]:
    """How many visits start in the period, by time and status."""
    time_and_status = (col(AppointmentRow.starts_at), col(AppointmentRow.ends_at), col(AppointmentRow.status))
    query = (
        select(*time_and_status, func.count())
        .where(col(AppointmentRow.starts_at) >= of.bounds[0], col(AppointmentRow.starts_at) < of.bounds[-1])
        .group_by(*time_and_status)
        .execution_options(cross_patient=COUNTED)
    )
    return [Visits(*row) for row in await db.execute(query)]


async def _week(db: AsyncSession) -> list[Stretch]:
    """The weekly hours of active doctors."""
    query = (
        select(col(OpenHoursRow.doctor_id), col(OpenHoursRow.weekday), col(OpenHoursRow.starts), col(OpenHoursRow.ends))
        .join(DoctorRow, col(DoctorRow.id) == col(OpenHoursRow.doctor_id))
        .join(AccountRow, col(AccountRow.id) == col(DoctorRow.id))
        .where(*_IS_FOUND)
    )
    return [Stretch(*row) for row in await db.execute(query)]


async def _time_off(db: AsyncSession, of: Period) -> list[Away]:
    """Time off that touches the period."""
    query = select(col(TimeOffRow.doctor_id), col(TimeOffRow.starts_at), col(TimeOffRow.ends_at)).where(
        col(TimeOffRow.starts_at) < of.bounds[-1], col(TimeOffRow.ends_at) > of.bounds[0]
    )
    return [Away(*row) for row in await db.execute(query)]


async def _turnarounds(db: AsyncSession, of: Period) -> list[tuple[datetime, datetime]]:
    """When specimens were collected and verified, of the newest bookings verified in the period."""
    query: Select[*tuple[Any, ...]] = (
        select(col(LabBookingRow.collected_at), col(LabBookingRow.verified_at))
        .where(col(LabBookingRow.verified_at) >= of.bounds[0], col(LabBookingRow.verified_at) < of.bounds[-1])
        .where(col(LabBookingRow.collected_at).is_not(None))
        .order_by(col(LabBookingRow.id).desc())
        .execution_options(cross_patient=COUNTED)
    )
    return [(row[0], row[1]) for row in await db.execute(query.limit(TURNAROUNDS))]


def _at_a_time(of: Period) -> ScalarSelect[int]:
    # every status is named so that the index that begins with it is used
    return (
        select(func.count())
        .where(col(LabBookingRow.status).in_([status.value for status in LabBookingStatus]))
        .where(col(LabBookingRow.starts_at) >= of.bounds[0], col(LabBookingRow.starts_at) < of.bounds[-1])
        .execution_options(cross_patient=COUNTED)
        .scalar_subquery()
    )


def _when_it_suits(of: Period) -> ScalarSelect[int]:
    """Bookings without a time count when they were made."""
    return (
        select(func.count())
        .where(col(LabBookingRow.status).in_([status.value for status in LabBookingStatus]))
        .where(col(LabBookingRow.starts_at).is_(None))
        .where(col(LabBookingRow.created_at) >= of.bounds[0], col(LabBookingRow.created_at) < of.bounds[-1])
        .execution_options(cross_patient=COUNTED)
        .scalar_subquery()
    )
