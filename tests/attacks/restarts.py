"""Requests that are repeated while services are killed and started again, and the count of their effects."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from careplus_contracts.registry import SERVICES
from tests import databases
from tests.acts.act import BY_NAME
from tests.acts.catalogue import ACTS
from tests.acts.context import ActContext, acting_in
from tests.hospital import Hospital, Person
from tests.world import World, made

OWN_ACTS = {
    service: next(act.name for act in ACTS.values() if act.endpoint.service == service and act.mark and len(act.mark.events) == 1)
    for service in SERVICES
}
"""An act of each service that needs no other service."""
AUDITED_READS = {
    "auth": ("admin", "list_audit"),
    "appointments": ("patient", "list_appointments"),
    "doctors": ("patient", "list_prescriptions"),
    "labs": ("patient", "list_lab_bookings"),
}
"""A read of each service, and a person; its audit event is committed before it is answered."""


def events_of(name: str) -> tuple[str, ...]:
    """Return the actions that one request leaves in the audit trail."""
    mark = ACTS[name].mark
    assert mark is not None
    return mark.events


class Staff:
    """A patient, their doctor and an administrator; their requests carry marks."""

    def __init__(self, context: ActContext) -> None:
        self.context, self.hospital = context, context.hospital

    def marked_request(self, name: str, mark: str, *, keyed: bool = False) -> dict[str, Any]:
        """Return the arguments of httpx for a request that carries a mark; `keyed` ones can be sent again."""
        return self.context.marked(ACTS[name], mark, keyed=keyed)

    async def read(self, http: httpx.AsyncClient, service: str) -> httpx.Response:
        person, name = AUDITED_READS[service]
        return await http.get(BY_NAME[name].path, headers=self.context.headers(person))

    def counts_of(self, name: str, marks: Iterable[str]) -> Counter[int]:
        """Count the marks by the number of records that contain them."""
        mark = ACTS[name].mark
        assert mark is not None
        found = Counter(one for (one,) in databases.query(self.hospital.database, mark.sql))
        return Counter(found[one] for one in marks)

    def last_event(self) -> int:
        [(event,)] = databases.query(self.hospital.database, "SELECT coalesce(max(id), 0) FROM audit_events")
        return int(event)

    def changes_since(self, event: int) -> Counter[str]:
        """Return the actions of the audit trail that changed a record after this event."""
        changes = "SELECT action FROM audit_events WHERE id > ? AND kind = 'change' AND outcome = 'ok'"
        return Counter(action for (action,) in databases.query(self.hospital.database, changes, event))


@contextmanager
def staffed(hospital: Hospital, admin: Person) -> Iterator[Staff]:
    """Yield new people; their requests need no preparation while a service is down; close their clients afterwards."""
    admin.signed_in.renew()
    doctor = hospital.add_doctor(admin, f"{secrets.token_hex(4)}@example.org", "Dr Restart", "Cardiology")
    patient = hospital.register(f"{secrets.token_hex(4)}@example.org", "Rosa Restart")
    world = World(hospital, {"admin": admin, "doctor": doctor, "patient": patient})
    with acting_in(world) as context:
        staff = Staff(context)
        # makes the care relationship, and reads the free times
        made(patient.http.request(**staff.marked_request("book", "first")))
        yield staff
    doctor.http.close()
    patient.http.close()
