"""Tasks of a patient."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_contracts.record import TaskKind
from careplus_doctors.rules.record import EndingItem, lab_task, most_urgent, prescription_tasks, referral_task, result_task

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_prescription_task_names_longest_item() -> None:
    last_day = date(2030, 1, 9)
    items = [
        EndingItem(1, last_day, "Ibuprofen", 3),
        EndingItem(1, last_day, "Amoxicillin", 7),
        EndingItem(2, last_day, "Zinc", 6),
    ]
    first, second = prescription_tasks(items, zone=ZoneInfo("Europe/Berlin"))
    assert (first.kind, first.id, first.about) == (TaskKind.PRESCRIPTION_ENDING, 1, "Amoxicillin")
    assert first.at == datetime(2030, 1, 8, 23, tzinfo=UTC), "the start of its last day in the clinic"
    assert second.about == "Zinc"


def test_referral_task_is_due_at_start_of_clinic_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert referral_task(1, None, "Cardiology", date(2030, 7, 1), NOW, zone=zone).at == datetime(2030, 6, 30, 22, tzinfo=UTC)
    assert referral_task(1, None, "Cardiology", None, NOW, zone=zone).at == NOW


def test_task_has_names_in_each_language() -> None:
    zone = ZoneInfo("Europe/Berlin")
    to_specialty = referral_task(1, None, "Cardiology", None, NOW, zone=zone)
    assert (to_specialty.about, to_specialty.about_names.de) == ("Cardiology", "Kardiologie")
    assert referral_task(1, "Dr Cardiology", "Cardiology", None, NOW, zone=zone).about_names.de == "Dr Cardiology"
    assert lab_task(1, "Sodium", 1, NOW).about_names.de == "Natrium"
    assert result_task(2, "Sodium", days_ago(1)).about_names.de == "Natrium"


def test_lab_task_names_one_test_and_counts_the_rest() -> None:
    assert (lab_task(1, "Albumin", 1, NOW).about, lab_task(1, "Albumin", 1, NOW).more) == ("Albumin", 0)
    assert lab_task(1, "Albumin", 3, None).more == 2


def test_result_task_of_a_released_result_says_corrected() -> None:
    corrected = result_task(2, "Albumin", days_ago(3), days_ago(1))
    assert (corrected.kind, corrected.at) == (TaskKind.CORRECTED_RESULT, days_ago(1))
    # corrected before it was released
    assert result_task(2, "Albumin", days_ago(1), days_ago(3)).kind is TaskKind.NEW_RESULT


def test_most_urgent_sorts_by_nearness_to_now() -> None:
    tasks = [
        lab_task(1, "Albumin", 1, None),
        result_task(2, "Albumin", days_ago(3)),
        lab_task(3, "Albumin", 1, NOW + timedelta(days=1)),
        result_task(4, "Albumin", days_ago(2)),
    ]
    assert [task.id for task in most_urgent(tasks, NOW)] == [3, 4, 2, 1]


def test_most_urgent_returns_at_most_twenty() -> None:
    tasks = [result_task(number, "Albumin", days_ago(number)) for number in range(1, 31)]
    assert [task.id for task in most_urgent(tasks, NOW)] == list(range(1, 21))
