"""The typed Python client of the contracts, as an integrator uses it."""

import httpx
import pytest

from careplus_contracts import accounts, appointments, finding
from careplus_contracts.appointments import Book
from careplus_contracts.client import Client
from careplus_contracts.finding import DoctorSearch
from careplus_contracts.refusals import NotFound
from tests.hospital import Hospital, free_times
from tests.world import World


async def test_client_finds_books_and_raises_refusals(hospital: Hospital, world: World) -> None:
    doctor_id = world.ids["doctor_id"]
    at = free_times(world.people["patient"].http, doctor_id, days=14)[250]
    async with httpx.AsyncClient(base_url=hospital.url, trust_env=False) as http:
        public = Client(http)
        found = await public.call(finding.find_doctors, DoctorSearch(q="Osei", limit=5))
        assert doctor_id in [doctor.id for doctor in found.items]
        patient = Client(http, token=world.people["patient"].token)
        booked = await patient.call(appointments.book, Book(doctor_id=doctor_id, starts_at=at))
        assert (await patient.call(appointments.show_appointment, booked.id)).starts_at == at
        assert "BEGIN:VEVENT" in await patient.call(appointments.export_appointment, booked.id)
        with pytest.raises(NotFound):
            await patient.call(appointments.show_appointment, 2**62)
        assert (await patient.call(accounts.me)).id == world.people["patient"].id
