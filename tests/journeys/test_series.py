"""Series of visits: the desk and doctors look at the times of a rule, and book all of them or none."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import made

BERLIN, WEEK = ZoneInfo("Europe/Berlin"), timedelta(weeks=1)


@dataclass
class Clinic:
    doctor: Person
    patient: Person
    other: Person
    desk: Person

    def first(self, at: int) -> datetime:
        return free_times(self.patient.http, self.doctor.id)[at]

    def preview(self, start: datetime, every: str = "week", count: int = 4) -> list[dict[str, Any]]:
        query: dict[str, Any] = {"starts_at": start.isoformat(), "every": every, "count": count}
        people = {"patient_id": self.patient.id, "doctor_id": self.doctor.id}
        items: list[dict[str, Any]] = made(self.desk.http.get("/api/reception/series-times", params=query | people), 200)["items"]
        return items

    def arrange(self, patient: Person, starts: list[str], **more: Any) -> Any:
        body = {"patient_id": patient.id, "doctor_id": self.doctor.id, "starts": starts, **more}
        return self.desk.http.post("/api/reception/series", json=body)

    def visits(self, patient: Person) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = made(patient.http.get("/api/appointments?when=upcoming&limit=100"), 200)["items"]
        return items


@pytest.fixture(scope="module")
def clinic(hospital: Hospital, admin: Person) -> Iterator[Clinic]:
    people = [
        hospital.add_doctor(admin, "series@example.org", "Dr Sara Series", "Rheumatology"),
        hospital.register("series-pat@example.org", "Sia Series"),
        hospital.register("series-other@example.org", "Sol Series"),
        hospital.invite(admin, "series-desk@example.org", "Sue Series", "reception"),
    ]
    yield Clinic(*people)
    for person in people:
        person.http.close()


@pytest.fixture(autouse=True)
def _books_nothing(clinic: Clinic) -> Iterator[None]:
    yield
    for patient in (clinic.patient, clinic.other):
        for one in clinic.visits(patient):
            made(clinic.desk.http.put(f"/api/admin/appointments/{one['id']}", json={"status": "cancelled"}), 200)


def starts_of(items: list[dict[str, Any]]) -> list[str]:
    return [one["starts_at"] for one in items]


def test_weekly_times_keep_the_wall_clock(clinic: Clinic) -> None:
    start = clinic.first(60)
    for every, weeks in (("week", 1), ("two_weeks", 2)):
        local = [datetime.fromisoformat(one).astimezone(BERLIN) for one in starts_of(clinic.preview(start, every, 20))]
        assert len({one.time() for one in local}) == 1
        assert {(later.date() - one.date()).days for one, later in pairwise(local)} == {7 * weeks}


def test_desk_books_a_series_with_a_time_nearby(clinic: Clinic) -> None:
    start = clinic.first(70)
    second = (start.astimezone(BERLIN) + WEEK).isoformat()
    made(clinic.arrange(clinic.other, [second]), 200)
    items = clinic.preview(start)
    assert [one["free"] for one in items] == [True, False, True, True]
    assert [len(one["alternatives"]) for one in items] == [0, 5, 0, 0]
    refused = clinic.arrange(clinic.patient, starts_of(items))
    assert (refused.status_code, refused.json()["code"]) == (409, "series_not_free")
    assert refused.json()["not_free"] == [items[1]["starts_at"]]
    assert clinic.visits(clinic.patient) == []
    chosen = [one["starts_at"] if one["free"] else one["alternatives"][0] for one in items]
    booked = made(clinic.arrange(clinic.patient, chosen, reason="Physiotherapy"), 200)["items"]
    assert starts_of(booked) == sorted(chosen)
    visits = clinic.visits(clinic.patient)
    assert [one["id"] for one in visits] == [one["id"] for one in booked]
    assert {one["reason"] for one in visits} == {"Physiotherapy"}
    # each is a visit of its own
    made(clinic.patient.http.put(f"/api/appointments/{visits[2]['id']}/cancel"), 200)
    assert len(clinic.visits(clinic.patient)) == 3


def test_times_of_a_series_never_overlap(clinic: Clinic, admin: Person) -> None:
    names = {"name_en": "Training", "name_de": "Training", "minutes": 45, "buffer_minutes": 10}
    kind = made(admin.http.post("/api/admin/visit-types", json=names))["id"]
    made(clinic.doctor.http.put("/api/doctor/visit-types", json={"types": [{"visit_type_id": kind}]}), 200)
    start = clinic.first(50)
    close, later = ((start + timedelta(minutes=minutes)).isoformat() for minutes in (30, 60))
    assert clinic.arrange(clinic.patient, [start.isoformat(), close]).json()["code"] == "series_not_free"
    booked = made(clinic.arrange(clinic.patient, [start.isoformat(), later]), 200)["items"]
    assert {one["visit_type"]["names"]["en"] for one in booked} == {"Training"}
    made(clinic.doctor.http.put("/api/doctor/visit-types", json={"types": []}), 200)


def test_doctor_books_a_series_for_a_patient_in_care(clinic: Clinic) -> None:
    path, start = f"/api/doctor/patients/{clinic.patient.id}", clinic.first(80)
    query: dict[str, Any] = {"starts_at": start.isoformat(), "every": "two_weeks", "count": 3}
    assert clinic.doctor.http.get(f"{path}/series-times", params=query).status_code == 404
    made(clinic.arrange(clinic.patient, [clinic.first(40).isoformat()]), 200)
    starts = starts_of(made(clinic.doctor.http.get(f"{path}/series-times", params=query), 200)["items"])
    booked = made(clinic.doctor.http.post(f"{path}/series", json={"starts": starts, "reason": "Wound"}), 200)["items"]
    assert starts_of(booked) == starts
    assert {(one["reason"], one["booked_by"]) for one in booked} == {("Wound", "doctor")}


def test_one_of_concurrent_series_is_booked_whole(clinic: Clinic) -> None:
    """Both take the same times in a different order; the loser books no visit."""
    for round_ in range(3):
        starts = starts_of(clinic.preview(clinic.first(90 + 2 * round_), count=10))
        with ThreadPoolExecutor(2) as pool:
            mine = pool.submit(clinic.arrange, clinic.patient, starts)
            theirs = pool.submit(clinic.arrange, clinic.other, starts[::-1])
            answers = [mine.result(), theirs.result()]
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        counts = [len(clinic.visits(patient)) for patient in (clinic.patient, clinic.other)]
        assert sorted(counts) == [0, 10], "all or none"
        for patient in (clinic.patient, clinic.other):
            for one in clinic.visits(patient):
                made(clinic.desk.http.put(f"/api/admin/appointments/{one['id']}", json={"status": "cancelled"}), 200)


@pytest.mark.parametrize("count", [1, 21])
def test_series_has_two_to_twenty_visits(clinic: Clinic, count: int) -> None:
    query: dict[str, Any] = {"starts_at": "2030-01-07T09:00:00Z", "every": "week", "count": count}
    people = {"patient_id": clinic.patient.id, "doctor_id": clinic.doctor.id}
    assert clinic.desk.http.get("/api/reception/series-times", params=query | people).status_code == 422
