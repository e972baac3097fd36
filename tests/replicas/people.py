"""People who use a hospital at the same time, each in a thread, until the block ends."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from tests.hospital import DETAILS, PASSWORD, Person, free_times
from tests.replicas.deployment import ReplicatedHospital

PAUSE_S = 0.02


def outcome(answer: httpx.Response) -> str:
    """Return the status, and the code of a problem."""
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return f"{answer.status_code} {answer.json()['code']}" if is_problem else str(answer.status_code)


def post(http: httpx.Client, path: str, body: dict[str, object]) -> httpx.Response:
    """Return the answer to a POST with a key. Repeat it once on 409 with Retry-After, as docs/integrators.md asks of clients.

    A gateway repeats the request of a killed process while the database may still run the first one.
    """
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    answer = http.post(path, json=body, headers=headers)
    if answer.status_code == 409 and "retry-after" in answer.headers:
        time.sleep(float(answer.headers["retry-after"]))
        answer = http.post(path, json=body, headers=headers)
    return answer


@dataclass
class Seen:
    """What people were answered."""

    answers: Counter[str] = field(default_factory=Counter)
    """Number of answers by work and outcome, such as `book 201`."""
    visits: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    """Patient and start of each booked visit."""
    emails: list[str] = field(default_factory=list)
    """Addresses of registered people."""

    def of(self, work: str) -> dict[str, int]:
        """Return the number of answers to one kind of work by outcome."""
        return {name.removeprefix(f"{work} "): number for name, number in self.answers.items() if name.startswith(f"{work} ")}


@contextmanager
def people_at_work(hospital: ReplicatedHospital, doctors: list[Person]) -> Iterator[Seen]:
    """Yield what people are answered who book, register and sign in.

    Two patients book at a doctor each, two want the same times of a third doctor. Requests have an Idempotency-Key, except
    sign-ins, which take none.
    """
    name, seen, stopping = secrets.token_hex(4), Seen(), threading.Event()
    patients = [hospital.register(f"{name}-{number}@example.org", f"Crowd {number}") for number in range(4)]
    times = [free_times(doctor.http, doctor.id, days=14)[8:] for doctor in doctors]

    def book(patient: Person, doctor: Person, at: datetime, work: str) -> None:
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
        answer = post(patient.http, "/api/appointments", body)
        seen.answers[f"{work} {outcome(answer)}"] += 1
        if answer.status_code == 201:
            seen.visits[answer.json()["id"]] = (patient.id, at)
        read = patient.http.get("/api/appointments", params={"limit": "5"})
        seen.answers[f"read {outcome(read)}"] += 1

    def register(number: int) -> None:
        email = f"{name}-new-{number}@example.org"
        body = {"email": email, "password": PASSWORD, "full_name": f"New {number}", **DETAILS}
        with hospital.client() as http:
            answer = post(http, "/auth/register", body)
        seen.answers[f"register {outcome(answer)}"] += 1
        seen.emails += [email] if answer.status_code == 201 else []

    def sign_in(_: int) -> None:
        with hospital.client() as http:
            try:
                found = outcome(http.post("/auth/login", json={"email": f"{name}-0@example.org", "password": PASSWORD}))
            except httpx.TransportError as error:
                found = type(error).__name__
        seen.answers[f"sign in {found}"] += 1

    def repeated(work: Callable[[int], None], pause_s: float) -> None:
        number = 0
        while not stopping.wait(pause_s):
            work(number)
            number += 1

    works: list[tuple[Callable[[int], None], float]] = [
        (lambda number: book(patients[0], doctors[0], times[0][number], "book"), PAUSE_S),
        (lambda number: book(patients[1], doctors[1], times[1][number], "book"), PAUSE_S),
        (lambda number: book(patients[2], doctors[2], times[2][number], "compete"), PAUSE_S),
        (lambda number: book(patients[3], doctors[2], times[2][number], "compete"), PAUSE_S),
        (register, 0.3),
        (sign_in, 0.3),
    ]
    failures: list[BaseException] = []

    def run(work: Callable[[int], None], pause_s: float) -> None:
        try:
            repeated(work, pause_s)
        except BaseException as error:  # raised again by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=one) for one in works]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stopping.set()
        for thread in threads:
            thread.join(120)
        for patient in patients:
            patient.http.close()
    if failures:
        raise failures[0]
