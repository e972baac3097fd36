"""An offer of the waitlist occupies the time of its doctor, and not that of its patient; a lapsed one occupies none."""

import sqlalchemy as sa

from tests.tables.test_overbooked_rows import change, connection, overbooked, refused
from tests.tables.test_patient_times import BOOKINGS, booking, visit

__all__ = ["connection"]


def offer(number: int, patient: int, minute: int, doctor: int = 1) -> sa.Insert:
    return visit(number, patient, minute, "offered", doctor)


def test_offer_occupies_the_time_of_its_doctor(connection: sa.Connection) -> None:
    connection.execute(offer(1, 3, 0))
    refused(connection, visit(2, 4, 10))
    refused(connection, offer(2, 4, 10))
    connection.execute(overbooked(2, 4, 10))
    connection.execute(change(2, status="cancelled"))
    connection.execute(change(1, status="lapsed"))
    connection.execute(visit(3, 4, 10))
    refused(connection, change(1, status="offered"))


def test_offer_leaves_the_time_of_its_patient_free(connection: sa.Connection) -> None:
    connection.execute(visit(1, 3, 0))
    connection.execute(offer(2, 3, 10, doctor=2))
    connection.execute(change(1, status="cancelled"))
    connection.execute(visit(3, 3, 20, doctor=1))
    refused(connection, change(2, status="booked"), "patient_busy")
    connection.execute(change(3, status="cancelled"))
    connection.execute(change(2, status="booked"))
    refused(connection, visit(4, 3, 0, doctor=1), "patient_busy")


def test_offer_leaves_laboratory_times_of_its_patient_free(connection: sa.Connection) -> None:
    connection.execute(offer(1, 3, 0))
    connection.execute(booking(1, 3, 10))
    refused(connection, change(1, status="booked"), "patient_busy")
    connection.execute(sa.update(BOOKINGS).values(status="cancelled"))
    connection.execute(change(1, status="booked"))
    refused(connection, booking(2, 3, 10), "patient_busy")
