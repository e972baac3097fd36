"""A clinician believes the demo hospital: rules over its whole database, freshly filled at several hours."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from careplus_clinic.clinic_time import local_date
from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.medicines import AlertKind, AlertSeverity
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_contracts.vitals import RecordVitals
from careplus_demo.filling import fill
from careplus_demo.plan import Plan
from careplus_doctors.rules.medicines import medicine_list
from careplus_doctors.rules.medicines.check import check
from careplus_doctors.rules.vitals import unusual
from careplus_tables.engine import sync_engine
from tests.templates import migrated_file

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = {
    "Wednesday 03:00": datetime(2027, 3, 10, 3, 0, tzinfo=BERLIN),
    "Wednesday 13:00": datetime(2027, 3, 10, 13, 0, tzinfo=BERLIN),
    "Friday 23:30": datetime(2027, 9, 17, 23, 30, tzinfo=BERLIN),
    "Saturday 10:30": datetime(2027, 1, 2, 10, 30, tzinfo=BERLIN),
    "Sunday 17:10": datetime(2028, 7, 16, 17, 10, tzinfo=BERLIN),
    "Monday 00:05": datetime(2027, 5, 3, 0, 5, tzinfo=BERLIN),
}
WEEKS_SHOWN = 35, 30
"""Days before and after today in which the days of all doctors are filled."""
YEAR = 365
MOST_REPEATS = 3
"""Patients that may have the same note."""
INBOX = 12
PREGNANCY = re.compile(r"(?<!not )pregnan|heartbeat seen|nuchal|placenta", re.IGNORECASE)
PROSTATE = re.compile(r"prostat|tamsulosin|\bIPSS\b|\bPSA\b", re.IGNORECASE)
CYCLE = re.compile(r"period|menstr|menopause|cycle|contraception|ovar|uter", re.IGNORECASE)
OLDEST_MOTHER = 55
ITEMS = "prescriptions p JOIN prescription_items i ON i.prescription_id = p.id"
CELLS = ("neutrophils", "lymphocytes", "monocytes", "eosinophils", "basophils")

Values = dict[str, float]


class Filled:
    """The rows of one filled demo, and the results of each patient with sex and age."""

    def __init__(self, connection: sa.Connection, plan: Plan) -> None:
        self.connection, self.plan = connection, plan

    def rows(self, query: str, **values: Any) -> list[Any]:
        return list(self.connection.execute(sa.text(query), values))

    def results(self) -> Iterator[tuple[str, float, Values]]:
        """Yield sex, age in years and values of each result."""
        query = (
            "SELECT o.result_id, a.sex, a.date_of_birth, r.collected_at, o.analyte_code, o.value FROM observations o"
            " JOIN lab_results r ON r.id = o.result_id JOIN accounts a ON a.id = o.patient_id WHERE o.value IS NOT NULL"
        )
        found: defaultdict[Any, Values] = defaultdict(dict)
        for id_, sex, born, at, code, value in self.rows(query):
            age = (date.fromisoformat(at[:10]) - date.fromisoformat(born)).days / 365.25
            found[id_, sex, age][code] = value
        for (_, sex, age), values in found.items():
            yield sex, age, values

    def texts(self) -> Iterator[tuple[str, float, str]]:
        """Yield sex and age of the patient with each text about one: reasons, notes, problems, medicines, referrals, tests."""
        for query in (
            "SELECT patient_id, reason, starts_at FROM appointments WHERE reason IS NOT NULL",
            "SELECT v.patient_id, n.text, v.starts_at FROM notes n JOIN appointments v ON v.id = n.appointment_id",
            "SELECT patient_id, name, since FROM problems WHERE status = 'active'",
            f"SELECT patient_id, medicine, created_at FROM {ITEMS}",
            "SELECT patient_id, reason, created_at FROM referrals",
            "SELECT b.patient_id, t.test_code, b.created_at FROM lab_booking_tests t JOIN lab_bookings b ON b.id = t.booking_id",
        ):
            joined = f"SELECT a.sex, a.date_of_birth, x.* FROM ({query}) x JOIN accounts a ON a.id = x.patient_id"
            for sex, born, _, text, at in self.rows(joined):
                yield sex, (date.fromisoformat(at[:10]) - date.fromisoformat(born)).days / 365.25, text


@pytest.fixture(scope="module", params=HOURS, ids=lambda name: name.replace(" ", "-"))
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    plan = Plan(HOURS[request.param].astimezone(UTC), BERLIN)
    url = migrated_file(tmp_path_factory.mktemp("plausible"))
    fill(url, plan, "no hash")
    engine = sync_engine(url)
    with engine.connect() as connection:
        yield Filled(connection, plan)
    engine.dispose()


def test_differentials_add_up(demo: Filled) -> None:
    counts = [values for _, _, values in demo.results() if "neutrophils-percent" in values]
    sums = [sum(values[f"{cell}-percent"] for cell in CELLS) for values in counts]
    wrong = [one for one in sums if not 98 <= one <= 102]
    assert not wrong, f"{len(wrong)} of {len(sums)} differentials do not add up"
    for values in counts:
        for cell in CELLS:
            assert values[cell] == pytest.approx(values["leukocytes"] * values[f"{cell}-percent"] / 100, abs=0.006), cell


def test_red_cell_indices_follow_from_the_counts(demo: Filled) -> None:
    counts = [values for _, _, values in demo.results() if "mcv" in values]
    wrong = [one for one in counts if abs(one["hematocrit"] * 10 / one["erythrocytes"] - one["mcv"]) > 0.06]
    assert not wrong, f"{len(wrong)} of {len(counts)} MCV do not follow from haematocrit and red cells"
    for values in counts:
        assert values["mch"] == pytest.approx(values["hemoglobin"] * 10 / values["erythrocytes"], abs=0.06)
        assert values["mchc"] == pytest.approx(values["hemoglobin"] * 100 / values["hematocrit"], abs=0.06)


def test_cholesterol_is_more_than_its_parts(demo: Filled) -> None:
    panels = [values for _, _, values in demo.results() if "hdl-cholesterol" in values]
    wrong = [one for one in panels if one["hdl-cholesterol"] >= one["cholesterol"]]
    assert not wrong, f"{len(wrong)} of {len(panels)} lipid panels have more HDL than cholesterol"
    for values in panels:
        rest = values["cholesterol"] - values["hdl-cholesterol"]
        assert values["non-hdl-cholesterol"] == pytest.approx(rest)
        assert values["ldl-cholesterol"] == pytest.approx(rest - values["triglycerides"] / 5, abs=0.6), "Friedewald"


def ckd_epi_2021(creatinine: float, sex: str, age: float) -> float:
    """Return the eGFR in mL/min/1.73 m² by N Engl J Med 2021;385:1737."""
    if sex == "female":
        ratio, alpha, factor = creatinine / 0.7, -0.241, 1.012
    else:
        ratio, alpha, factor = creatinine / 0.9, -0.302, 1.0
    return float(142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * factor)


def test_egfr_follows_from_creatinine(demo: Filled) -> None:
    found = [(sex, age, values) for sex, age, values in demo.results() if "egfr" in values]
    wrong = [
        (sex, age, values["creatinine"], values["egfr"])
        for sex, age, values in found
        if abs(ckd_epi_2021(values["creatinine"], sex, age) - values["egfr"]) > 1
    ]
    assert len(found) > 5
    assert not wrong, f"{len(wrong)} of {len(found)} eGFR do not follow from creatinine: {wrong[:3]}"


def test_salts_and_urine_ratios_follow(demo: Filled) -> None:
    for _, _, values in demo.results():
        if "anion-gap" in values:
            assert values["anion-gap"] == values["sodium"] - values["chloride"] - values["bicarbonate"]
        if "albumin" in values and "total-protein" in values:
            assert values["albumin"] < values["total-protein"]
        if "urine-albumin-creatinine" in values:
            ratio = values["urine-albumin"] * 100 / values["urine-creatinine"]
            assert values["urine-albumin-creatinine"] == pytest.approx(ratio, abs=0.06)


def test_pregnancy_and_organs_fit_age_and_sex(demo: Filled) -> None:
    texts = list(demo.texts())
    mothers = [one for one in texts if PREGNANCY.search(one[2]) and not (one[0] == "female" and 12 <= one[1] <= OLDEST_MOTHER)]
    assert not mothers, f"{len(mothers)} pregnant men, children or women past {OLDEST_MOTHER}: {mothers[:3]}"
    assert any(PREGNANCY.search(text) for _, _, text in texts)
    women = [one for one in texts if one[0] == "female" and PROSTATE.search(one[2])]
    assert not women, f"{len(women)} women with a prostate: {women[:3]}"
    men = [one for one in texts if one[0] == "male" and CYCLE.search(one[2])]
    assert not men, f"{len(men)} men with a cycle: {men[:3]}"


def test_no_medicine_against_an_allergy_unless_overridden(demo: Filled) -> None:
    allergies: defaultdict[int, list[Allergy]] = defaultdict(list)
    for patient_id, substance, severity in demo.rows("SELECT patient_id, substance, severity FROM allergies"):
        allergies[patient_id].append(Allergy(substance=substance, severity=Severity(severity)))
    members = ("medicine", "dose", "route", "frequency", "duration_days")
    medicines, stopped = medicine_list.load(), []
    for patient_id, reason, *values in demo.rows(f"SELECT patient_id, override_reason, {', '.join(members)} FROM {ITEMS}"):
        item = PrescriptionItem(**dict(zip(members, values, strict=True)))
        alerts = check(medicines, [item], [], allergies[patient_id], None).alerts
        stopped += [one.key for one in alerts if one.severity is AlertSeverity.STOP and reason is None]
    assert stopped == []


def test_few_patients_take_medicines_that_interact(demo: Filled) -> None:
    query = f"SELECT patient_id, medicine FROM {ITEMS} WHERE status = 'active' AND last_day >= :today"
    taken: defaultdict[int, list[PrescriptionItem]] = defaultdict(list)
    for patient_id, medicine in demo.rows(query, today=demo.plan.today.isoformat()):
        item = {"medicine": medicine, "dose": "-", "route": "-", "frequency": "-", "duration_days": 1}
        taken[patient_id].append(PrescriptionItem.model_validate(item))
    medicines = medicine_list.load()
    found = {
        alert.key
        for items in taken.values()
        for alert in check(medicines, items, [], [], None).alerts
        if alert.kind is AlertKind.INTERACTION and alert.severity is AlertSeverity.STOP
    }
    assert len(found) <= 2, "the deliberate ones"


def test_no_patient_takes_a_medicine_twice(demo: Filled) -> None:
    query = f"SELECT patient_id, medicine FROM {ITEMS} WHERE status = 'active' AND last_day >= :today"
    taken = Counter(tuple(row) for row in demo.rows(query, today=demo.plan.today.isoformat()))
    assert [one for one, number in taken.items() if number > 1] == []


def test_patients_visit_two_to_four_times_a_year(demo: Filled) -> None:
    now, (before, after) = demo.plan.now, WEEKS_SHOWN
    happened = "status NOT IN ('cancelled', 'no_show')"
    query = f"SELECT a.email, v.starts_at FROM appointments v JOIN accounts a ON a.id = v.patient_id WHERE {happened}"
    visits = [(email, datetime.fromisoformat(at)) for email, at in demo.rows(query)]
    patients = [email for (email,) in demo.rows("SELECT email FROM accounts WHERE role = 'patient'")]
    told = [email for email in patients if not email.startswith("patient")]
    shown = [at for _, at in visits if now - timedelta(days=before) <= at <= now + timedelta(days=after)]
    rate = len(shown) / len(patients) * YEAR / (before + after)
    assert 2 <= rate <= 4, f"all patients: {rate:.1f} visits a year"
    past = [email for email, at in visits if not email.startswith("patient") and now - timedelta(days=YEAR) < at <= now]
    assert len(told) >= 30
    assert 2 <= len(past) / len(told) <= 4, f"patients with a story: {len(past) / len(told):.1f} visits a year"


def test_people_are_born_before_their_first_entry(demo: Filled) -> None:
    first = "SELECT patient_id, min(starts_at) AS at FROM appointments GROUP BY patient_id"
    query = f"SELECT a.email, a.date_of_birth, v.at FROM accounts a JOIN ({first}) v ON v.patient_id = a.id"
    assert [row for row in demo.rows(query) if row[1] > row[2][:10]] == []
    for table, day in (("problems", "since"), ("allergies", "noted_on")):
        early = f"SELECT a.email FROM {table} x JOIN accounts a ON a.id = x.patient_id WHERE x.{day} < a.date_of_birth"
        assert demo.rows(early) == []


def test_notes_are_not_copied_between_patients(demo: Filled) -> None:
    query = "SELECT DISTINCT n.text, v.patient_id FROM notes n JOIN appointments v ON v.id = n.appointment_id"
    repeated = [(number, text) for text, number in Counter(text for text, _ in demo.rows(query)).items() if number > MOST_REPEATS]
    assert not repeated, f"{len(repeated)} texts, at most {max(repeated)[0]} patients: {repeated[:2]}"


def test_three_patients_wait_at_any_hour(demo: Filled) -> None:
    for login in ("osei", "lind"):
        query = (
            "SELECT v.status, v.starts_at FROM appointments v JOIN accounts a ON a.id = v.doctor_id"
            " WHERE a.email LIKE :login AND v.starts_at BETWEEN :first AND :last"
        )
        now = demo.plan.now
        around = {
            "first": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
            "last": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        }
        rows = demo.rows(query, login=f"{login}@%", **around)
        today = [row for row in rows if local_date(datetime.fromisoformat(row[1]), demo.plan.zone) == demo.plan.today]
        found = Counter(status for status, _ in today)
        assert (found["arrived"], found["in_progress"]) == (3, 1), (login, found)
        assert len(today) >= 8, (login, found)


def test_inbox_has_twelve_results_with_one_critical(demo: Filled) -> None:
    query = (
        "SELECT r.critical, r.critical_since IS NOT NULL AND r.critical_closed_at IS NULL FROM lab_results r"
        " JOIN accounts a ON a.id = r.ordered_by_id WHERE a.email LIKE 'osei@%' AND r.verified_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM result_reviews w WHERE w.result_id = r.id AND w.doctor_id = a.id AND w.verified_at = r.verified_at)"
    )
    found = demo.rows(query)
    assert (len(found), sum(critical for critical, _ in found), sum(is_open for _, is_open in found)) == (INBOX, 1, 1)
    assert demo.rows("SELECT count(*) FROM lab_results WHERE critical_since IS NOT NULL AND critical_closed_at IS NULL") == [(1,)]


def test_only_patients_with_a_story_have_critical_results(demo: Filled) -> None:
    query = "SELECT DISTINCT a.email FROM lab_results r JOIN accounts a ON a.id = r.patient_id WHERE r.critical"
    found = {email for (email,) in demo.rows(query)}
    assert len(found) == 2
    assert not any(email.startswith("patient") for email in found), found


def test_worklist_has_one_stat_one_late_and_few_rejected(demo: Filled) -> None:
    now = f"{demo.plan.now:%Y-%m-%dT%H:%M:%SZ}"
    work = "status IN ('booked', 'collected', 'received', 'rejected', 'in_progress', 'resulted')"
    [(stat, late, rejected)] = demo.rows(
        f"SELECT sum(priority = 'stat'), sum(expected_by < :now), sum(status = 'rejected') FROM lab_bookings WHERE {work}",
        now=now,
    )
    assert (stat, late) == (1, 1)
    assert 1 <= rejected <= 3


def test_laboratory_has_stored_hours_and_a_second_range(demo: Filled) -> None:
    assert demo.rows("SELECT version FROM lab_schedules") == [(2,)]
    assert demo.rows("SELECT count(DISTINCT weekday) FROM lab_hours") == [(7,)]
    assert demo.rows("SELECT count(*) FROM analyte_versions WHERE number = 2") == [(1,)]
    assert demo.rows("SELECT count(*) > 1 FROM reference_ranges WHERE number = 2") == [(1,)]


VITALS = (
    "SELECT a.email, a.date_of_birth, v.measured_at, v.systolic, v.diastolic, v.weight, v.height, v.heart_rate, v.temperature,"
    " v.oxygen_saturation, n.text FROM vital_signs v JOIN accounts a ON a.id = v.patient_id"
    " LEFT JOIN notes n ON n.appointment_id = v.appointment_id WHERE v.in_error_at IS NULL ORDER BY v.measured_at"
)


def test_vitals_are_plausible_for_the_age(demo: Filled) -> None:
    rows = demo.rows(VITALS)
    assert len({row.email for row in rows}) >= 25
    for row in rows:
        values = {name: getattr(row, name) for name in ("systolic", "diastolic", "weight", "height", "heart_rate")}
        born, day = date.fromisoformat(row.date_of_birth), date.fromisoformat(row.measured_at[:10])
        found = unusual(RecordVitals.model_validate(values), born, day)
        assert found == [], (row.email, found)
        if row.weight and row.height and (day - born).days > 2 * YEAR:
            assert 13 <= row.weight / (row.height / 100) ** 2 <= 35, row
    marked = demo.rows("SELECT count(*) FROM vital_signs WHERE in_error_at IS NOT NULL")
    assert marked == [(1,)]


def test_vitals_agree_with_the_note_of_the_visit(demo: Filled) -> None:
    rows = [(row, re.search(r"(?<!24-h )(?<!Home )BP (\d+)/(\d+)", row.text or "")) for row in demo.rows(VITALS)]
    compared = [(row.systolic, row.diastolic, int(noted[1]), int(noted[2])) for row, noted in rows if noted]
    assert len(compared) > 15
    assert [one for one in compared if one[:2] != one[2:]] == []
    weighed = [(row.weight, noted[1]) for row, _ in rows if (noted := re.search(r"[Ww]eight (\d+(?:\.\d)?) kg", row.text or ""))]
    assert len(weighed) > 3
    assert [one for one in weighed if one[0] != float(one[1])] == []


def test_high_pressures_fall_under_treatment(demo: Filled) -> None:
    problems = "SELECT a.email FROM problems p JOIN accounts a ON a.id = p.patient_id WHERE p.icd10 = 'I10'"
    hypertensive = {email for (email,) in demo.rows(problems)}
    pressures: defaultdict[str, list[int]] = defaultdict(list)
    for row in demo.rows(VITALS):
        if row.email in hypertensive and row.systolic:
            pressures[row.email].append(row.systolic)
    treated = [found for found in pressures.values() if len(found) > 1]
    assert len(treated) >= 4
    assert [found for found in treated if found[-1] > found[0] or found[-1] >= 145] == []
    assert any(found[0] >= 140 and found[-1] < 140 for found in treated)


def test_children_grow_from_visit_to_visit(demo: Filled) -> None:
    sizes: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in demo.rows(VITALS):
        if (demo.plan.today - date.fromisoformat(row.date_of_birth)).days < 16 * YEAR:
            sizes[row.email].append((row.weight, row.height))
    assert len(sizes) >= 3
    for email, found in sizes.items():
        assert found == sorted(found), email
        assert [height for _, height in found] == sorted(height for _, height in found), email


def test_emergency_accesses_are_by_doctors_without_visits(demo: Filled) -> None:
    accesses = list(demo.rows("SELECT id, doctor_id, patient_id FROM chart_access ORDER BY id"))
    assert len(accesses) == 3
    assert [*demo.rows("SELECT access_id FROM access_reviews ORDER BY access_id")] == [(1,), (2,)]
    done = (
        "SELECT 1 FROM appointments v WHERE v.doctor_id = a.doctor_id AND v.patient_id = a.patient_id AND v.status = 'completed'"
    )
    assert not [*demo.rows(f"SELECT a.id FROM chart_access a WHERE EXISTS ({done})")]
    audited = "SELECT e.account_id, p.patient_id FROM audit_events e JOIN audit_patients p ON p.event_id = e.id"
    opened = [*demo.rows(f"{audited} WHERE e.action = 'open_chart' ORDER BY e.at")]
    assert opened == [(doctor, patient) for _, doctor, patient in accesses]


def test_consents_follow_registration_and_the_notice(demo: Filled) -> None:
    early = "SELECT c.account_id FROM consents c JOIN accounts a ON a.id = c.account_id WHERE c.given_at < a.created_at"
    assert not [*demo.rows(early)]
    assert not [*demo.rows(f"SELECT account_id FROM consents WHERE given_at > '{demo.plan.now.isoformat()}'")]
