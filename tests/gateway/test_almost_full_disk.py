"""Below the floor of free space, over HTTP: changes are refused, and an emergency chart is opened and read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from careplus_runtime.process.disk_space import DiskSpace
from tests.gateway.small_disk import PATIENT, disk, doctor, filled, hospital_on, patient
from tests.hospital import DETAILS, PASSWORD, Hospital, Person, free_times
from tests.test_every_endpoint import check_problem

__all__ = ["disk", "doctor", "patient"]
FLOOR_MIB, LEFT_MIB = 4, 2


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, disk: Path | None) -> Iterator[Hospital]:
    """Run a hospital with its data on a small disk that has more than the floor."""
    if disk is None:
        pytest.skip("mounting a small disk needs root")
    with hospital_on(disk, tmp_path_factory.mktemp("hospital"), FLOOR_MIB) as running:
        yield running


def test_emergency_chart_opens_below_the_floor(hospital: Hospital, disk: Path, doctor: Person, patient: Person) -> None:
    starts_at = free_times(patient.http, doctor.id, days=20)[30].isoformat()
    visit = {"doctor_id": doctor.id, "starts_at": starts_at}
    DiskSpace(disk, FLOOR_MIB).check()
    with filled(disk, LEFT_MIB):
        refused = patient.http.post("/api/appointments", json=visit)
        check_problem(refused, 507)
        assert "Nothing was changed" in refused.json()["detail"]
        with hospital.client() as http:
            signed_in = http.post("/auth/login", json={"email": PATIENT, "password": PASSWORD})
            ready = http.get("/ready")
        assert (signed_in.status_code, ready.status_code) == (200, 503)
        assert patient.http.get("/api/appointments").status_code == 200, "a read that leaves an audit event"
        chart = f"/api/doctor/patients/{patient.id}"
        assert doctor.http.get(chart).status_code == 404
        assert opened(doctor.http.post(f"{chart}/access", json=EMERGENCY))
        assert doctor.http.get(chart).status_code == 200
    hospital.wait_until_ready()
    assert patient.http.post("/api/appointments", json=visit).status_code == 201


EMERGENCY = {
    "reason": "Unconscious in the emergency room.",
    "full_name": "Pia Novak",
    "date_of_birth": DETAILS["date_of_birth"],
}


def opened(answer: httpx.Response) -> bool:
    return answer.status_code in {200, 201}
