"""What waits for a patient."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from careplus_contracts.record import TaskKind
from careplus_doctors.rules.record import Taken, endings, lab_task, most_pressing, referral_task, result_task

NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_a_prescription_ends_with_its_longest_item() -> None:
    items = [Taken(1, days_ago(5), "Ibuprofen", 3), Taken(1, days_ago(5), "Amoxicillin", 7), Taken(1, days_ago(5), "Zinc", 6)]
    (task,) = endings(items, NOW)
    assert (task.kind, task.id, task.about) == (TaskKind.PRESCRIPTION_ENDING, 1, "Amoxicillin")
    assert task.at == NOW + timedelta(days=2)


def test_prescriptions_that_ended_or_go_on_are_no_task() -> None:
    second = timedelta(seconds=1)
    items = [
        Taken(1, days_ago(7) - second, "ended", 7),
        Taken(2, days_ago(7), "ends now", 7),
        Taken(3, NOW, "ends in a week", 7),
        Taken(4, NOW + second, "goes on", 7),
    ]
    assert [task.id for task in endings(items, NOW)] == [2, 3]
    assert endings([], NOW) == []


def test_a_referral_is_due_when_its_clinic_day_begins() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert referral_task(1, "Cardiology", date(2030, 7, 1), NOW, zone=zone).at == datetime(2030, 6, 30, 22, tzinfo=UTC)
    assert referral_task(1, "Cardiology", None, NOW, zone=zone).at == NOW


def test_a_laboratory_visit_names_one_test() -> None:
    assert (lab_task(1, "Albumin", 1, NOW).about, lab_task(1, "Albumin", 1, NOW).more) == ("Albumin", 0)
    assert lab_task(1, "Albumin", 3, None).more == 2


def test_what_is_near_comes_first_and_what_has_no_time_last() -> None:
    tasks = [
        lab_task(1, "Albumin", 1, None),
        result_task(2, "Albumin", days_ago(3)),
        lab_task(3, "Albumin", 1, NOW + timedelta(days=1)),
        result_task(4, "Albumin", days_ago(2)),
    ]
    assert [task.id for task in most_pressing(tasks, NOW)] == [3, 4, 2, 1]


def test_the_list_holds_twenty() -> None:
    tasks = [result_task(number, "Albumin", days_ago(number)) for number in range(1, 31)]
    assert [task.id for task in most_pressing(tasks, NOW)] == list(range(1, 21))
