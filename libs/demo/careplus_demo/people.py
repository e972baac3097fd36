"""Accounts and doctors' profiles of the demo hospital."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from careplus_contracts.accounts import Sex
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_demo.names import DOCTORS, FAMILY, FEMALE, LAB_NAME, MALE, SPECIALTIES
from careplus_demo.plan import Plan
from careplus_demo.references import patient_reference
from careplus_demo.stories import Story, stories

PASSWORD, DOMAIN = "demo-hospital-1", "demo.example"
BY_PHONE = "kowalski"
"""The doctor with times that are booked by phone only."""
ADMIN_ID, LAB_ID, NEWCOMER_ID, DESK_ID, FIRST_DOCTOR_ID = 1, 2, 3, 4, 5
CHILD_UNTIL_DAYS, OPENED_YEARS = 18 * 365, 3
"""Staff and the patients with a story had their accounts this long."""
PATIENTS_PER_STORY = 6
"""Of so many patients, one has a story, until all stories are told."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Doctor:
    id: int
    full_name: str
    specialty: str
    place: str

    @property
    def slot_minutes(self) -> int:
        return SPECIALTIES[self.specialty]


@dataclass(frozen=True)
class Patient:
    id: int
    sex: str
    date_of_birth: date
    story: Story | None = None


class People:
    """All people with an account. Ids count from 1: administrator, laboratory, an invited person, doctors, patients."""

    def __init__(self, plan: Plan, password_hash: str) -> None:
        self.plan = plan
        self.password_hash = password_hash
        self.doctors = [self._doctor(number) for number in range(plan.doctors)]
        self.stories = self._told()
        self.patient_rows = list(self._made_patients())
        told = {self.patient_rows[number]["id"]: story for number, story in enumerate(self.stories)}
        self.patients = [Patient(row["id"], row["sex"], row["date_of_birth"], told.get(row["id"])) for row in self.patient_rows]

    @property
    def osei(self) -> Doctor:
        return self.doctors[0]

    @property
    def lind(self) -> Doctor:
        return self.doctors[1]

    @property
    def pat(self) -> Patient:
        return self.patients[0]

    @property
    def sam(self) -> Patient:
        return self.patients[1]

    @cached_property
    def by_specialty(self) -> dict[str, list[Patient]]:
        """Patients by the specialty that they visit; patients of a story have its visits instead."""
        others = self.patients[len(self.stories) :]
        first_birthday = self.plan.today - timedelta(days=CHILD_UNTIL_DAYS)
        fitting = {
            "Paediatrics": [patient for patient in others if patient.date_of_birth > first_birthday],
            "Gynaecology": [patient for patient in others if patient.sex == "female" and patient.date_of_birth <= first_birthday],
        }
        grown = [patient for patient in others if patient.date_of_birth <= first_birthday]
        return {specialty: fitting.get(specialty) or grown for specialty in SPECIALTIES}

    def doctor_named(self, email: str) -> Doctor:
        """Return the doctor with this name in the e-mail address; in a smaller hospital one of the specialty, or the GP."""
        number = next(number for number, known in enumerate(DOCTORS) if known.email == email)
        if number < len(self.doctors):
            return self.doctors[number]
        alike = [one for one in self.doctors if one.specialty == DOCTORS[number].specialty]
        return alike[0] if alike else self.lind

    def account_rows(self) -> Iterator[Row]:
        yield self._account(ADMIN_ID, "admin", "Alex Berg", Role.ADMIN, born=date(1979, 3, 9), years=OPENED_YEARS)
        yield self._account(LAB_ID, "lab", LAB_NAME, Role.LAB, born=date(1988, 11, 23))
        invited = {"password_hash": None, "email_confirmed_at": None, "created_at": self.plan.now - timedelta(days=1)}
        yield self._account(NEWCOMER_ID, "newcomer", "Kim Aoki", Role.LAB) | invited
        yield self._account(DESK_ID, "desk", "Jana Roth", Role.RECEPTION, born=date(1991, 6, 14), years=OPENED_YEARS)
        for number, doctor in enumerate(self.doctors):
            known = DOCTORS[number] if number < len(DOCTORS) else None
            sex, email = (known.sex, known.email) if known else (Sex.UNKNOWN.value, f"doctor{number + 1}")
            yield self._account(doctor.id, email, doctor.full_name, Role.DOCTOR, sex=sex, years=OPENED_YEARS)
        yield from self.patient_rows

    def doctor_rows(self) -> Iterator[Row]:
        rng = self.plan.random_for("profiles")
        for number, doctor in enumerate(self.doctors):
            known = DOCTORS[number] if number < len(DOCTORS) else None
            yield {
                "id": doctor.id,
                "full_name": doctor.full_name,
                "specialty": doctor.specialty,
                "bio": known.bio if known else f"{doctor.specialty}, with time for questions.",
                "languages": list(known.languages) if known else ["en", rng.choice(["de", "es", "fr", "tr", "ar", "pl"])],
                "phone": f"+49 30 23125 {number % 1000:03}",
                "room": doctor.place,
                "booking": (BookingMode.PHONE if known and known.email == BY_PHONE else BookingMode.ONLINE).value,
                "active": True,
                "version": 1,
            }

    def invitation_rows(self) -> Iterator[Row]:
        """Yield one accepted and one open invitation; their codes are unknown."""
        now = self.plan.now
        for account_id, created, accepted in ((LAB_ID, 90, 89), (NEWCOMER_ID, 1, None)):
            yield {
                "account_id": account_id,
                "code_hash": hashlib.sha256(f"nobody knows {account_id}".encode()).hexdigest(),
                "created_at": now - timedelta(days=created),
                "expires_at": now - timedelta(days=created) + timedelta(days=7),
                "accepted_at": now - timedelta(days=accepted) if accepted else None,
            }

    def _told(self) -> tuple[Story, ...]:
        """Return the stories of this hospital: in a small one a few, so that other visits remain to be booked."""
        found = stories()[: max(2, self.plan.patients // PATIENTS_PER_STORY)]
        if self.plan.appointments is None:
            return found
        visits, number = 0, 0
        while number < len(found) and (number < 2 or visits + len(found[number].visits) <= self.plan.appointments // 2):
            visits += len(found[number].visits)
            number += 1
        return found[:number]

    def _doctor(self, number: int) -> Doctor:
        place = f"Room {100 + number + 1}"
        if number < len(DOCTORS):
            known = DOCTORS[number]
            return Doctor(FIRST_DOCTOR_ID + number, known.full_name, known.specialty, place)
        rng = self.plan.random_for(f"doctor {number}")
        name = f"Dr {rng.choice(FEMALE + MALE)} {rng.choice(FAMILY)}"
        return Doctor(FIRST_DOCTOR_ID + number, name, list(SPECIALTIES)[number % len(SPECIALTIES)], place)

    def _made_patients(self) -> Iterator[Row]:
        first = FIRST_DOCTOR_ID + self.plan.doctors
        for number, story in enumerate(self.stories):
            own = story.phone or f"+49 30 23125 {100 + number}"
            born = story.born(self.plan.today)
            yield self._account(first + number, story.email, story.name, Role.PATIENT, story.sex, born, own, OPENED_YEARS)
        rng = self.plan.random_for("patients")
        for number in range(len(self.stories), self.plan.patients):
            sex = rng.choice(("female", "male"))
            name = f"{rng.choice(FEMALE if sex == 'female' else MALE)} {rng.choice(FAMILY)}"
            # every fifth patient is a child
            oldest = CHILD_UNTIL_DAYS - 30 if number % 5 == 0 else 92 * 365
            born = self.plan.today - timedelta(days=rng.randint(30 if number % 5 == 0 else CHILD_UNTIL_DAYS + 30, oldest))
            phone = f"+49 30 23125 {rng.randrange(1000):03}" if rng.random() < 0.9 else None
            yield self._account(first + number, f"patient{number + 1}", name, Role.PATIENT, sex=sex, born=born, phone=phone)

    def _account(
        self,
        id_: int,
        email: str,
        name: str,
        role: Role,
        sex: str = "unknown",
        born: date | None = None,
        phone: str | None = None,
        years: int = 0,
    ) -> Row:
        return {
            "id": id_,
            "email": f"{email}@{DOMAIN}",
            "password_hash": self.password_hash,
            "full_name": name,
            "role": role.value,
            "date_of_birth": born,
            "sex": sex,
            "phone": phone,
            "reference": patient_reference(id_),
            "active": True,
            "created_at": (opened_at := self.plan.now - timedelta(days=90 + 365 * years, minutes=id_ % 10_000)),
            "email_confirmed_at": opened_at,
            "version": 1,
        }
