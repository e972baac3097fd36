"""The demo data obeys the rules of the services on any day and at any hour."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from careplus_appointments.rules.slots import offered
from careplus_appointments.rules.visits import possible_from
from careplus_clinic.accessions import is_accession
from careplus_clinic.clinic_time import local_date
from careplus_contracts.accounts import Sex
from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.availability import OpenHours, Weekday
from careplus_contracts.doctors import BookingMode
from careplus_contracts.lab_catalogue import ReferenceRange
from careplus_contracts.labs import LabBookingStatus, SpecimenStatus
from careplus_contracts.notes import NotesStatus
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_contracts.results import Comparator, Flag, ResultStatus
from careplus_demo.critical import OPEN_SINCE
from careplus_demo.filling import NotEmpty, fill
from careplus_demo.people import FIRST_DOCTOR_ID
from careplus_demo.plan import DoesNotFit, Plan
from careplus_demo.visits import WRITTEN_FOR
from careplus_doctors.rules.medicines import medicine_list
from careplus_doctors.rules.medicines.check import check
from careplus_labs.rules import flags, windows
from careplus_labs.rules.candidates import Candidates
from careplus_labs.rules.specimens import Live, booking_status
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import FREE_AGAIN, AppointmentRow
from careplus_tables.availability import AvailabilityRow, OpenHoursRow, TimeOffRow
from careplus_tables.charts import AllergyRow, ChartRow, ProblemRow
from careplus_tables.corrections import ResultVersionRow, VersionObservationRow
from careplus_tables.critical import CommunicationRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import sync_engine
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, LabBookingRow, LabResultRow, ObservationRow, ReferenceRangeRow
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.patient_times import LAB_VISIT
from careplus_tables.reviews import ResultReviewRow
from careplus_tables.specimens import SpecimenRow
from tests.templates import migrated_file

pytestmark = pytest.mark.clock

BERLIN = ZoneInfo("Europe/Berlin")
PLANS = {
    "a working day": Plan(datetime(2027, 3, 10, 9, 40, tzinfo=UTC), BERLIN),
    "Sunday night": Plan(datetime(2027, 6, 6, 1, 5, tzinfo=UTC), BERLIN, seed=2),
    "the clock's change": Plan(datetime(2027, 10, 31, 1, 30, tzinfo=UTC), BERLIN, seed=3),
    "New Year's Eve in Auckland": Plan(datetime(2027, 12, 31, 10, 55, tzinfo=UTC), ZoneInfo("Pacific/Auckland"), lab_places=1),
}
PAST = {AppointmentStatus.COMPLETED, AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW}
PRESENT = {AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS}
RUNNING_LATE = {FIRST_DOCTOR_ID, FIRST_DOCTOR_ID + 1}
"""The demo logins, with patients that wait since before the present time."""
BOUNDS = ("low", "high", "critical_low", "critical_high")
UPCOMING = {AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELLED}

Demo = tuple[Plan, sa.Connection]


def filled(plan: Plan, folder: Path) -> sa.Engine:
    url = migrated_file(folder)
    fill(url, plan, "no hash")
    return sync_engine(url)


def rows(connection: sa.Connection, kind: Any, *conditions: Any) -> list[Any]:
    return list(connection.execute(sa.select(kind.__table__).where(*conditions)))


def rows_without_codes(connection: sa.Connection, kind: Any) -> list[Any]:
    """Return the rows without the codes of the check-in, which are random in the demo too."""
    columns = [column for column in kind.__table__.c if column.name != "check_in_code"]
    return list(connection.execute(sa.select(*columns)))


@pytest.fixture(scope="module", params=PLANS, ids=lambda name: name.replace(" ", "-"))
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    engine = filled(PLANS[request.param], tmp_path_factory.mktemp("demo"))
    with engine.connect() as connection:
        yield PLANS[request.param], connection
    engine.dispose()


def test_visits_are_at_offered_times(demo: Demo) -> None:
    plan, connection = demo
    minutes = {row.doctor_id: row.slot_minutes for row in rows(connection, AvailabilityRow)}
    hours: dict[int, list[OpenHours]] = {doctor_id: [] for doctor_id in minutes}
    for row in rows(connection, OpenHoursRow):
        hours[row.doctor_id].append(OpenHours(weekday=Weekday(row.weekday), starts=row.starts, ends=row.ends))
    # each demo doctor has a training over one booked visit, which has to be moved
    usual = [row for row in rows(connection, TimeOffRow) if row.reason != "Training"]
    away = [(row.doctor_id, row.starts_at, row.ends_at) for row in usual]
    for visit in rows(connection, AppointmentRow):
        day = local_date(visit.starts_at, plan.zone)
        times = offered(day, hours[visit.doctor_id], minutes[visit.doctor_id], plan.zone)
        assert (visit.starts_at, visit.ends_at) in times
        assert not any(one == visit.doctor_id and visit.starts_at < end and start < visit.ends_at for one, start, end in away)


def test_visit_status_follows_from_the_time(demo: Demo) -> None:
    plan, connection = demo
    found = rows(connection, AppointmentRow)
    for visit in found:
        assert visit.created_at < min(plan.now, visit.starts_at)
        if visit.status in PRESENT and visit.doctor_id in RUNNING_LATE:
            assert local_date(visit.starts_at, plan.zone) == plan.today
        elif visit.ends_at <= plan.now:
            assert visit.status in PAST
        elif visit.starts_at <= plan.now:
            assert visit.status in {AppointmentStatus.IN_PROGRESS, AppointmentStatus.CANCELLED}
        elif visit.starts_at > plan.now + timedelta(hours=1):
            assert visit.status in UPCOMING
    assert {visit.status for visit in found} >= PAST | UPCOMING
    days = [local_date(visit.starts_at, plan.zone) for visit in found]
    assert (plan.today - min(days)).days >= 55
    assert (max(days) - plan.today).days >= 25


def test_people_have_no_overlapping_visits(demo: Demo) -> None:
    _, connection = demo
    occupied = rows(connection, AppointmentRow, AppointmentRow.status.not_in(["cancelled", "no_show"]))  # type: ignore[attr-defined]
    for column in ("doctor_id", "patient_id"):
        ordered = sorted(occupied, key=lambda visit, column=column: (getattr(visit, column), visit.starts_at))  # type: ignore[misc]
        for before, after in pairwise(ordered):
            assert getattr(before, column) != getattr(after, column) or before.ends_at <= after.starts_at


def test_one_doctor_is_booked_by_phone(demo: Demo) -> None:
    _, connection = demo
    by_phone = rows(connection, DoctorRow, sa.column("booking") == BookingMode.PHONE.value)
    assert [doctor.full_name for doctor in by_phone] == ["Dr Jan Kowalski"]


def test_children_visit_paediatricians(demo: Demo) -> None:
    plan, connection = demo
    query = sa.text(
        "SELECT p.date_of_birth, p.sex, d.specialty FROM appointments a JOIN accounts p ON p.id = a.patient_id"
        " JOIN doctors d ON d.id = a.doctor_id WHERE p.email LIKE 'patient%'"
    )
    for born, sex, specialty in connection.execute(query):
        assert (born > str(plan.today - timedelta(days=18 * 365))) == (specialty == "Paediatrics")
        assert sex == "female" or specialty != "Gynaecology"


def test_charts_are_plausible(demo: Demo) -> None:
    plan, connection = demo
    born = {row.id: row.date_of_birth for row in rows(connection, AccountRow, AccountRow.role == "patient")}
    allergies = rows(connection, AllergyRow)
    assert 0.15 < len({row.patient_id for row in allergies}) / len(born) < 0.35
    none_known = {row.patient_id for row in rows(connection, ChartRow) if row.no_known_allergies}
    assert none_known.isdisjoint(row.patient_id for row in allergies)
    assert len({(row.patient_id, row.substance) for row in allergies}) == len(allergies)
    for row in [*allergies, *rows(connection, ProblemRow)]:
        assert born[row.patient_id] <= (row.noted_on if hasattr(row, "noted_on") else row.since) <= plan.today
    pat = connection.execute(sa.text("SELECT id FROM accounts WHERE email LIKE 'pat@%'")).scalar_one()
    assert ("Penicillin", "severe") in [(row.substance, row.severity) for row in allergies if row.patient_id == pat]


def test_no_prescription_conflicts_with_an_allergy(demo: Demo) -> None:
    _, connection = demo
    allergies: dict[int, list[Allergy]] = {}
    for row in rows(connection, AllergyRow):
        allergies.setdefault(row.patient_id, []).append(Allergy(substance=row.substance, severity=Severity(row.severity)))
    query = (
        "SELECT p.patient_id, p.override_reason, i.medicine, i.dose, i.route, i.frequency, i.duration_days FROM prescriptions p"
    )
    medicines, joined = medicine_list.load(), " JOIN prescription_items i ON i.prescription_id = p.id"
    for patient_id, reason, *values in connection.execute(sa.text(query + joined)):
        item = PrescriptionItem(**dict(zip(("medicine", "dose", "route", "frequency", "duration_days"), values, strict=True)))
        found = check(medicines, [item], [], allergies.get(patient_id, []), None)
        assert reason or [one for one in found.alerts if one.severity == "stop"] == []


def test_statuses_are_possible_at_the_time(demo: Demo) -> None:
    plan, connection = demo
    for visit in rows(connection, AppointmentRow):
        status = AppointmentStatus(visit.status)
        assert possible_from(status, visit.starts_at, plan.zone) <= plan.now
        # the time is unknown for older visits that belong to no story
        if status is not AppointmentStatus.COMPLETED or plan.now - visit.ends_at < WRITTEN_FOR:
            assert (visit.completed_at is not None) is (status is AppointmentStatus.COMPLETED)


def test_no_patient_is_at_two_places_at_once(demo: Demo) -> None:
    _, connection = demo
    times = [
        *(
            (row.patient_id, row.starts_at, row.ends_at)
            for row in rows(connection, AppointmentRow)
            if row.status not in FREE_AGAIN
        ),
        *(
            (row.patient_id, row.starts_at, row.starts_at + LAB_VISIT)
            for row in rows(connection, LabBookingRow)
            if row.status == LabBookingStatus.BOOKED and row.starts_at
        ),
    ]
    for one, other in pairwise(sorted(times)):
        assert one[0] != other[0] or one[2] <= other[1]


def test_notes_belong_to_completed_visits(demo: Demo) -> None:
    plan, connection = demo
    visits = {row.id: row for row in rows(connection, AppointmentRow)}
    notes = {row.appointment_id: row for row in rows(connection, NotesRow)}
    for row in notes.values():
        visit = visits[row.appointment_id]
        assert (visit.status, visit.doctor_id) == (AppointmentStatus.COMPLETED, row.author_id)
        assert visit.ends_at <= row.updated_at <= plan.now
        assert row.signed_at == (row.updated_at if row.status == NotesStatus.SIGNED else None)
    for row in rows(connection, AddendumRow):
        assert (notes[row.appointment_id].status, row.by_id) == (NotesStatus.SIGNED, notes[row.appointment_id].author_id)
        assert notes[row.appointment_id].signed_at < row.at <= plan.now
    assert NotesStatus.SIGNED in {row.status for row in notes.values()}


def test_lab_bookings_have_every_status_in_lab_hours(demo: Demo) -> None:
    plan, connection = demo
    found = rows(connection, LabBookingRow)
    assert {one.status for one in found} == {status.value for status in LabBookingStatus}
    when = windows.parse_hours(plan.lab_hours, plan.zone, plan.now - timedelta(days=500), 999)
    for one in found:
        assert one.created_at <= plan.now
        assert (one.collected_at is not None) == (one.status not in {"booked", "cancelled"})
        assert one.collected_at is None or one.created_at < one.collected_at <= plan.now
        assert one.cancelled_by_id == (one.patient_id if one.status == "cancelled" else None), "none closed by itself"
        assert one.cancelled_at is None or one.created_at <= one.cancelled_at <= plan.now
        assert (one.window_starts_at is None) == (one.place is None) == (one.status == "cancelled" or one.starts_at is None)
        if one.starts_at is not None:
            assert windows.unbookable_reason(one.starts_at, when) is None
        if one.window_starts_at is not None:
            assert one.window_starts_at == windows.window_of(one.starts_at, when)
            assert 1 <= one.place <= plan.lab_places


def test_lab_specimens_match_their_bookings(demo: Demo) -> None:
    plan, connection = demo
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows(connection, SpecimenRow):
        moments = [one.created_at, one.collected_at, one.received_at or one.rejected_at]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)
        assert known[-1] <= plan.now
        assert (one.rejection_reason is not None) == (one.status == "rejected")
        assert is_accession(one.accession)
        found[one.booking_id].append(one)
    results: dict[int, list[ResultStatus]] = defaultdict(list)
    for one in rows(connection, LabResultRow):
        results[one.booking_id].append(ResultStatus(one.status))
    collected_again = 0
    for booking in rows(connection, LabBookingRow):
        replaced = {one.type for one in found[booking.id] if one.status == "rejected"}
        live = [one for one in found[booking.id] if one.status != "rejected"]
        status = LabBookingStatus(booking.status)
        states = [Live(SpecimenStatus(one.status), one.type in replaced) for one in live]
        assert booking_status(status, states, results[booking.id] or [None]) is status
        assert len(live) == len({one.type for one in live})
        collected_again += any(one.type in replaced and one.collected_at for one in live)
    assert collected_again > 0


def test_demo_doctor_has_orders_to_look_at(demo: Demo) -> None:
    plan, connection = demo
    doctor = connection.execute(sa.text("SELECT id FROM accounts WHERE email LIKE 'osei@%'")).scalar_one()
    orders = rows(connection, LabBookingRow, LabBookingRow.ordered_by_id == doctor)
    assert any(one.priority == "stat" and one.status == "booked" for one in orders)
    assert any(one.status == "rejected" and one.status_reason for one in orders)
    assert any(one.status == "received" and one.expected_by < plan.now for one in orders)
    for one in orders:
        assert (one.expected_by is None) == (one.status in {"booked", "rejected", "cancelled"})


def test_lab_results_match_their_bookings(demo: Demo) -> None:
    plan, connection = demo
    bookings = {one.id: one for one in rows(connection, LabBookingRow)}
    found = rows(connection, LabResultRow)
    marks = {one.result_id: one for one in rows(connection, ResultReviewRow)}
    assert {one.status for one in found} == {status.value for status in ResultStatus}
    for one in found:
        booking, mark = bookings[one.booking_id], marks.get(one.id)
        moments = [one.collected_at, one.entered_at, one.verified_at, mark and mark.seen_at, one.released_at]
        if one.corrected_at is not None:
            assert one.released_at < one.corrected_at == one.entered_at == one.verified_at
            moments = [one.collected_at, one.released_at, one.corrected_at]
        copies = [moment for moment in moments if moment is not None]
        assert copies == sorted(copies)
        assert copies[-1] <= plan.now
        assert (one.status == "resulted") == (booking.status == "resulted") == (one.verified_at is None)
        assert (one.status == "released") == (one.released_at is not None)
        assert one.ordered_by_id == booking.ordered_by_id
        assert mark is None or mark.doctor_id == booking.ordered_by_id
        assert mark is None or one.corrected_at or mark.verified_at == one.verified_at
        if booking.ordered_by_id is None:
            assert one.released_at == (one.critical_closed_at or one.verified_at)
        assert one.released_by_id in {None, booking.ordered_by_id}


def test_demo_patient_has_one_corrected_result(demo: Demo) -> None:
    _, connection = demo
    [corrected] = rows(connection, LabResultRow, LabResultRow.corrected_at.is_not(None))  # type: ignore[union-attr]
    [before] = rows(connection, ResultVersionRow)
    assert (before.result_id, before.version + 1, before.replaced_at) == (corrected.id, corrected.version, corrected.corrected_at)
    assert before.verified_at <= before.released_at < before.replaced_at
    [old], [new] = (
        [(one.analyte_code, one.value) for one in rows(connection, kind, kind.result_id == corrected.id) if one.value in changed]
        for kind, changed in _changed_values(connection, corrected.id)
    )
    assert (old[0], old[1]) == (new[0], pytest.approx(new[1] * 10))


def _changed_values(connection: sa.Connection, result_id: int) -> list[Any]:
    """Return both kinds of observations, each with the values that the other one does not have."""
    kinds = (VersionObservationRow, ObservationRow)
    old, new = ({one.value for one in rows(connection, kind, kind.result_id == result_id)} for kind in kinds)
    return [(VersionObservationRow, old - new), (ObservationRow, new - old)]


def test_one_critical_result_is_open_for_the_demo_doctor(demo: Demo) -> None:
    plan, connection = demo
    bookings = {one.id: one for one in rows(connection, LabBookingRow)}
    found = rows(connection, LabResultRow)
    assert all((one.critical_since is not None) == (one.critical and one.verified_at is not None) for one in found)
    [urgent] = [one for one in found if one.critical_since and not one.critical_closed_at]
    assert bookings[urgent.booking_id].ordered_by_id == FIRST_DOCTOR_ID
    assert plan.now - urgent.critical_since == OPEN_SINCE
    reports = {one.result_id: one.kind for one in rows(connection, CommunicationRow)}
    assert reports == {one.id: "not_reached" if one is urgent else "called" for one in found if one.critical_since}


def test_lab_flags_match_the_flag_rules(demo: Demo) -> None:
    plan, connection = demo
    people = {row.id: row for row in rows(connection, AccountRow)}
    kinds = {row.code: row for row in rows(connection, AnalyteRow)}
    ranges: dict[tuple[str, int], list[ReferenceRange]] = defaultdict(list)
    begins = [(row.analyte_code, row.number, row.valid_from) for row in rows(connection, AnalyteVersionRow)]
    bounds = ("age_from_days", "age_to_days", *BOUNDS)
    for row in connection.execute(sa.select(ReferenceRangeRow.__table__).order_by(ReferenceRangeRow.id)):  # type: ignore[attr-defined, arg-type]
        sex = None if row.sex is None else Sex(row.sex)
        ranges[row.analyte_code, row.number].append(ReferenceRange(sex=sex, **{bound: getattr(row, bound) for bound in bounds}))
    results = {one.id: one for one in rows(connection, LabResultRow)}
    outside = dict.fromkeys(results, 0)
    for row in rows(connection, ObservationRow):
        if row.text is not None:
            assert row.flag == flags.flag_text(row.text, kinds[row.analyte_code].usual)
            assert not kinds[row.analyte_code].choices or row.text in kinds[row.analyte_code].choices
        else:
            patient = people[row.patient_id]
            age = flags.age_in_days(patient.date_of_birth, results[row.result_id].collected_at, plan.zone)
            day = local_date(results[row.result_id].collected_at, plan.zone)
            number = max(one for code, one, first in begins if code == row.analyte_code and (first is None or first <= day))
            candidates = Candidates(ranges[row.analyte_code, number], Sex(patient.sex), age)
            within = candidates.shared
            assert (row.has_range, row.missing) == (within is not None, candidates.missing)
            assert within is None or all(getattr(within, bound) == getattr(row, bound) for bound in BOUNDS)
            assert row.flag == candidates.flag(row.value, Comparator(row.comparator) if row.comparator else None)
        outside[row.result_id] += Flag(row.flag) not in flags.NOT_OUTSIDE
    assert all(one.outside_range == outside[one.id] for one in results.values())
    assert any(one.critical for one in results.values())


def test_same_day_and_seed_give_the_same_data(tmp_path: Path) -> None:
    plan = PLANS["a working day"]
    copies = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        engine = filled(plan, tmp_path / name)
        with engine.connect() as connection:
            tables = (AccountRow, AppointmentRow, LabBookingRow, LabResultRow, ObservationRow)
            copies.append([rows_without_codes(connection, kind) for kind in tables])
        engine.dispose()
    assert copies[0] == copies[1]


def test_demo_has_the_requested_size(tmp_path: Path) -> None:
    plan = Plan(PLANS["a working day"].now, BERLIN, doctors=5, patients=60, appointments=5000)
    engine = filled(plan, tmp_path)
    with engine.connect() as connection:
        assert len(rows(connection, AppointmentRow)) == 5000
        assert len(rows(connection, AccountRow, AccountRow.role == "patient")) == 60
        assert len(rows(connection, AccountRow, AccountRow.role == "doctor")) == 5
    engine.dispose()


def test_fill_refuses_a_database_with_accounts(tmp_path: Path) -> None:
    plan = PLANS["a working day"]
    filled(plan, tmp_path).dispose()
    with pytest.raises(NotEmpty, match="empty one"):
        fill(f"sqlite:///{tmp_path / 'careplus.db'}", plan, "no hash")


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ({"doctors": 1}, "2 to"),
        ({"doctors": 100, "patients": 200}, "need 400 patients"),
        ({"patients": 6_000_000}, "at most"),
        ({"appointments": 10}, "20 appointments"),
        ({"doctors": 2, "patients": 20, "appointments": 1_000_000}, "ask for"),
    ],
)
def test_fill_refuses_sizes_that_do_not_fit(tmp_path: Path, size: dict[str, int], reason: str) -> None:
    url = migrated_file(tmp_path)
    with pytest.raises(DoesNotFit, match=reason):
        fill(url, Plan(PLANS["a working day"].now, BERLIN, **size), "no hash")  # type: ignore[arg-type]
