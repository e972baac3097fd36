"""Limits of accounts with an unconfirmed e-mail address, where a mail server is set."""

from collections.abc import Iterator

import pytest

from tests.journeys.test_accounts import ago, change
from tests.journeys.test_booking_limits import Clinic, opened, refused
from tests.world import made

# no server listens there: the mails wait
NO_SERVER = {"CAREPLUS_SMTP_URL": "smtp://127.0.0.1:9", "CAREPLUS_UNCONFIRMED_IN_ALL": "2"}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with opened(tmp_path_factory.mktemp("unconfirmed"), **NO_SERVER) as clinic:
        yield clinic


def confirm(clinic: Clinic, account_id: int) -> None:
    change(clinic.hospital, "UPDATE accounts SET email_confirmed_at = ? WHERE id = ?", ago(seconds=1), account_id)


def test_unconfirmed_patient_books_two_appointments(clinic: Clinic) -> None:
    patient = clinic.patient("unproved")
    made(clinic.book(patient, clinic.doctors[0]))
    made(clinic.book_tests(patient))
    for answer in (clinic.book(patient, clinic.doctors[1], 3), clinic.book_tests(patient, 8)):
        problem = refused(answer)
        assert (problem["limit"], problem["most"], problem["count"]) == ("unconfirmed", 2, 2)
        assert "confirmed" in problem["detail"]
    confirm(clinic, patient.id)
    made(clinic.book(patient, clinic.doctors[1], 3))


def test_unconfirmed_patient_gets_no_staff_role(clinic: Clinic) -> None:
    patient, account = clinic.patient("colleague"), {"role": "lab", "active": True}
    path = f"/api/admin/accounts/{patient.id}"
    answer = clinic.admin.http.put(path, json=account)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_unconfirmed")
    # other changes of the account go on
    made(clinic.admin.http.put(path, json={"role": "patient", "active": False}), 200)
    made(clinic.admin.http.put(path, json={"role": "patient", "active": True}), 200)
    confirm(clinic, patient.id)
    assert made(clinic.admin.http.put(path, json=account), 200)["role"] == "lab"
