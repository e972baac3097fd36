"""Two doctors who prescribe interacting medicines at the same instant do not both pass the check, on both databases."""

import asyncio
from typing import Any

import httpx

from tests.list_database import Rows, serving
from tests.world import made

TAKEN = {"dose": "1 tablet", "route": "oral", "frequency": "once a day", "duration_days": 7}
PAIR = ("Warfarin 5 mg tablets", "Ibuprofen 400 mg tablets")
ROUNDS = 8


async def test_two_doctors_at_once_do_not_both_pass(rows_at: tuple[Rows, str]) -> None:
    rows, url = rows_at
    patient, doctor_ids = common_patient(rows)
    patient_id = patient.pop("id")
    body = {**patient, "reason": "Both doctors treat this patient."}
    async with serving(url) as services:
        for doctor_id in doctor_ids:
            path, headers = f"/api/doctor/patients/{patient_id}/access", {"Authorization": f"Bearer {doctor_id}-doctor"}
            made(await services["doctors"].post(path, json=body, headers=headers))
        for _ in range(ROUNDS):
            stop_all(rows)
            sent = (
                prescribe(services["doctors"], doctor_id, patient_id, medicine)
                for doctor_id, medicine in zip(doctor_ids, PAIR, strict=True)
            )
            answers = await asyncio.gather(*sent)
            assert sorted(answer.status_code for answer in answers) == [201, 409], [answer.text for answer in answers]
            [refused] = [answer.json() for answer in answers if answer.status_code == 409]
            assert "interaction" in {one["kind"] for one in refused["alerts"]}


def common_patient(rows: Rows) -> tuple[dict[str, Any], list[int]]:
    """Return an adult without allergies, and two doctors."""
    adult = (
        "SELECT id, full_name, date_of_birth FROM accounts WHERE role = 'patient' AND date_of_birth < '1990-01-01'"
        " AND id NOT IN (SELECT patient_id FROM allergies) ORDER BY id LIMIT 1"
    )
    with rows.engine.connect() as connection:
        id_, full_name, born = connection.exec_driver_sql(adult).one()
        patient = {"id": id_, "full_name": full_name, "date_of_birth": str(born)}
        return patient, list(connection.exec_driver_sql("SELECT id FROM doctors ORDER BY id LIMIT 2").scalars())


def stop_all(rows: Rows) -> None:
    with rows.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE prescriptions SET status = 'stopped'")


async def prescribe(http: httpx.AsyncClient, doctor_id: int, patient_id: int, medicine: str) -> httpx.Response:
    body = {"patient_id": patient_id, "items": [{**TAKEN, "medicine": medicine}]}
    return await http.post("/api/doctor/prescriptions", json=body, headers={"Authorization": f"Bearer {doctor_id}-doctor"})
