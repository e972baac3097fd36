"""Insertion of the demo hospital into an empty database, in one transaction."""

import sqlalchemy as sa
from sqlmodel import col

from careplus_contracts.release_policy import ReleasePolicy
from careplus_demo import catalogue, specialty_ages, visit_types
from careplus_demo.audit import AuditHistory
from careplus_demo.availability import Availability
from careplus_demo.certificates import certificate_rows
from careplus_demo.changed_hours import extra_hours_rows, late_time_off_rows
from careplus_demo.charts import Charts
from careplus_demo.closed_days import closed_day_rows, plan_rows
from careplus_demo.consents import consent_rows
from careplus_demo.corrections import Corrections
from careplus_demo.critical import CriticalReports
from careplus_demo.emergency import EmergencyAccesses
from careplus_demo.history import Signatures, chart_change_rows, comment_rows
from careplus_demo.laboratory import Laboratory
from careplus_demo.laboratory_setup import add_range_version, closure_rows, hours_rows
from careplus_demo.linked_record import link_rows
from careplus_demo.note_templates import template_rows
from careplus_demo.notes import VisitNotes
from careplus_demo.notices import notice_rows
from careplus_demo.orders import Orders
from careplus_demo.people import People
from careplus_demo.plan import Plan, check_size
from careplus_demo.refills import Refills
from careplus_demo.results import Results
from careplus_demo.schedule import Schedule
from careplus_demo.screens import screen_rows
from careplus_demo.sequences import reset_sequences
from careplus_demo.specimens import specimen_rows
from careplus_demo.visits import Visits
from careplus_demo.vitals import vitals_rows
from careplus_demo.waitlist import entry_rows
from careplus_demo.writing import Progress, RowWriter
from careplus_tables import catalogue as lab_catalogue
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.audit import AuditEventRow, AuditPatientRow
from careplus_tables.availability import AvailabilityRow, ExtraHoursRow, OpenHoursRow, TimeOffRow
from careplus_tables.certificates import CertificateRow
from careplus_tables.chart_changes import ChartChangeRow
from careplus_tables.charts import AllergyRow, ChartAccessRow, ChartRow, ProblemRow
from careplus_tables.closed_days import ClosedDayPlanRow, ClosedDayRow
from careplus_tables.comments import ResultCommentRow
from careplus_tables.consents import ConsentRow
from careplus_tables.corrections import ResultVersionRow, VersionObservationRow
from careplus_tables.critical import CommunicationRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.emergency import AccessReviewRow
from careplus_tables.engine import sync_engine
from careplus_tables.lab_hours import LabClosureRow, LabHoursRow, LabScheduleRow
from careplus_tables.labs import LabBookingRow, LabBookingTestRow, LabResultRow, LabTestRow, ObservationRow
from careplus_tables.linked_records import LinkedRecordRow
from careplus_tables.note_templates import NoteTemplateRow
from careplus_tables.notes import AddendumRow, NotesRow
from careplus_tables.notices import NoticeRow
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow
from careplus_tables.referrals import ReferralRow
from careplus_tables.refills import RefillItemRow, RefillRow
from careplus_tables.reviews import ResultReviewRow
from careplus_tables.screens import ScreenRow
from careplus_tables.specimens import SpecimenRow
from careplus_tables.vitals import VitalSignsRow
from careplus_tables.waitlist import WaitlistEntryRow

LATE_TEST, LATE_RELEASE = "ANA", {"release_policy": ReleasePolicy.AFTER_DAYS.value, "release_after_days": 7}
"""A test with a result that a doctor explains first."""


class NotEmpty(Exception):
    """The database has accounts already."""


def is_empty(url: str) -> bool:
    """Return whether the database has no accounts."""
    engine = sync_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(col(AccountRow.id)).limit(1)).first()
    engine.dispose()
    return found is None


def fill(url: str, plan: Plan, password_hash: str, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Fill a migrated, empty database and return the number of rows by table. Raise NotEmpty and DoesNotFit.

    All accounts share one password, because hashing one takes longer than all other work for an account.
    """
    check_size(plan)
    engine = sync_engine(url)
    with engine.begin() as connection:
        if connection.execute(sa.select(col(AccountRow.id)).limit(1)).first():
            raise NotEmpty("This database has accounts already; a demo hospital goes into an empty one.")
        if connection.execute(sa.select(col(LabTestRow.code)).limit(1)).first() is None:
            lab_catalogue.fill(connection)
        connection.execute(sa.update(LabTestRow).where(col(LabTestRow.code) == LATE_TEST).values(LATE_RELEASE))
        written = _Writer(connection, progress).write_all(plan, password_hash)
    engine.dispose()
    return written


class _Writer(RowWriter):
    signatures: Signatures

    def write_all(self, plan: Plan, password_hash: str) -> dict[str, int]:
        people = People(plan, password_hash)
        self.signatures = Signatures(people)
        links = link_rows(people)
        charts, availability = Charts(people), Availability(people)
        schedule = Schedule(people, availability)
        self.write(AccountRow, people.account_rows(), plan.doctors + plan.patients)
        self.write(LinkedRecordRow, links)
        self.write(InvitationRow, people.invitation_rows())
        self.write(ConsentRow, consent_rows(people))
        self.write(DoctorRow, people.doctor_rows(), plan.doctors)
        self.write(ChartRow, charts.chart_rows())
        self.write(AllergyRow, charts.allergy_rows())
        self.write(ProblemRow, charts.problem_rows())
        visits = Visits(people, schedule)
        self.write(AppointmentRow, visits.rows(), schedule.count)
        self._write_hours(availability, people)
        self.write(NoticeRow, notice_rows(self.connection, plan))
        self.write(WaitlistEntryRow, entry_rows(people))
        completed = sorted(visits.completed, key=lambda visit: visit.ends_at)
        self.write(ChartChangeRow, chart_change_rows(charts, completed))
        self._write_notes(VisitNotes(people, completed))
        self.write(NoteTemplateRow, template_rows(people))
        self.write(ScreenRow, screen_rows(people))
        self._write_prescriptions(orders := Orders(people, completed), plan)
        self.write(ReferralRow, orders.referrals())
        self.write(CertificateRow, certificate_rows(people, completed))
        self.write(VitalSignsRow, vitals_rows(people, completed))
        self._write_laboratory_setup(plan)
        self._write_laboratory(Laboratory(people, visits, completed, catalogue.read(self.connection)))
        emergency = EmergencyAccesses(people, completed)
        self.write(ChartAccessRow, emergency.accesses)
        self.write(AccessReviewRow, emergency.reviews)
        audit = AuditHistory(people, completed, emergency.accesses)
        self.write(AuditEventRow, audit.event_rows())
        self.write(AuditPatientRow, audit.patient_rows())
        if self.connection.dialect.name == "postgresql":
            reset_sequences(self.connection, self.written)
        return self.written

    def _write_hours(self, availability: Availability, people: People) -> None:
        self.write(AvailabilityRow, availability.availability_rows())
        self.write(OpenHoursRow, availability.open_hours_rows())
        self.write(TimeOffRow, [*availability.time_off_rows(), *late_time_off_rows(self.connection, people)])
        self.write(ExtraHoursRow, extra_hours_rows(people))
        closed_days: specialty_ages.Rows = [(ClosedDayPlanRow, plan_rows()), (ClosedDayRow, closed_day_rows(people.plan))]
        for table, rows in [*closed_days, *specialty_ages.rows_by_table(), *visit_types.rows_by_table(people)]:
            self.write(table, rows)

    def _write_notes(self, notes: VisitNotes) -> None:
        self.write(NotesRow, self.signatures.on(notes.rows(), "author_id", "signed_by_id"), len(notes.visits))
        self.write(AddendumRow, self.signatures.on(notes.addendum_rows(), "by_id"))

    def _write_prescriptions(self, orders: Orders, plan: Plan) -> None:
        prescriptions, items = orders.prescriptions()
        self.write(PrescriptionRow, self.signatures.on(prescriptions, "doctor_id", "stopped_by_id"), len(prescriptions))
        self.write(PrescriptionItemRow, items, len(items))
        refills = Refills(prescriptions, plan.now)
        self.write(RefillRow, refills.rows)
        self.write(RefillItemRow, refills.items)

    def _write_laboratory_setup(self, plan: Plan) -> None:
        add_range_version(self.connection, plan)
        self.write(LabScheduleRow, [{"id": 1, "version": 2}])
        self.write(LabHoursRow, hours_rows(plan))
        self.write(LabClosureRow, closure_rows(plan))

    def _write_laboratory(self, laboratory: Laboratory) -> None:
        reports = CriticalReports(laboratory)
        self.write(LabBookingRow, laboratory.booking_rows(), len(laboratory.bookings))
        self.write(LabBookingTestRow, laboratory.test_rows())
        self.write(SpecimenRow, specimen_rows(laboratory.bookings))
        results = Results(laboratory, reports)
        corrections = Corrections(laboratory, results)
        signed = [*self.signatures.on(results.results, "ordered_by_id", "verified_by_id", "released_by_id", "corrected_by_id")]
        self.write(LabResultRow, signed, len(signed))
        self.write(ObservationRow, results.observations, len(results.observations))
        self.write(ResultVersionRow, self.signatures.on(corrections.versions, "verified_by_id", "replaced_by_id"))
        self.write(ResultCommentRow, comment_rows(signed, corrections.versions))
        self.write(VersionObservationRow, corrections.observations)
        self.write(ResultReviewRow, results.reviews)
        self.write(CommunicationRow, reports.rows)
