"""Accounts of browser tests, created through the real API, and the storage state of a signed-in browser."""

import secrets

from playwright.sync_api import StorageState

from careplus_demo.people import DOMAIN
from careplus_demo.people import PASSWORD as DEMO_PASSWORD
from tests.hospital import ADMIN, PASSWORD, Hospital, Person

HINT = "careplus.signed-in"
"""The sign-in hint in local storage: web/src/lib/session/session.ts restores a session only if it is set."""
DEMO = {"patient": "pat", "doctor": "osei", "lab": "lab", "reception": "desk", "admin": "admin"}
FIRST_OF_ROLE = {"patient": "pat", "doctor": "dr_a"}


class People:
    """Persons by name: `pat`, `newpat`, `dr_a`, `dr_b` (doctors, open around the clock), `admin`, `lab`, `reception`.

    A role means its first person.
    """

    def __init__(self, hospital: Hospital, admin: Person) -> None:
        self.hospital, self.admin = hospital, admin
        names = ("pat", "newpat", "dr_a", "dr_b", "lab", "reception")
        self.emails = {name: f"{name}@example.org" for name in names} | {"admin": ADMIN}
        born = {"date_of_birth": "1984-05-17", "sex": "female"}
        self.persons = {
            "admin": admin,
            "pat": hospital.register(self.emails["pat"], "Pat Morgan", **born),
            "newpat": hospital.register(self.emails["newpat"], "Noor Newman", **born),
            "dr_a": hospital.add_doctor(admin, self.emails["dr_a"], "Dr Ama Abel", "Cardiology"),
            "dr_b": hospital.add_doctor(admin, self.emails["dr_b"], "Dr Ben Berg", "Dermatology"),
            "lab": hospital.invite(admin, self.emails["lab"], "Lea Labor", "lab"),
            "reception": hospital.invite(admin, self.emails["reception"], "Rita Rezeption", "reception"),
        }

    def __getitem__(self, name: str) -> Person:
        return self.persons[FIRST_OF_ROLE.get(name, name)]

    def email(self, name: str) -> str:
        return self.emails[FIRST_OF_ROLE.get(name, name)]

    def new_patient(self, full_name: str = "Nia Novak", **more: str) -> str:
        """Register a patient for one test and return their name here."""
        name = f"new-{secrets.token_hex(4)}"
        self.emails[name] = f"{name}@example.org"
        self.persons[name] = self.hospital.register(self.emails[name], full_name, **more)
        return name

    def new_doctor(self) -> str:
        """Create a doctor with hours around the clock and return their name here."""
        name = f"doctor-{secrets.token_hex(4)}"
        self.emails[name] = f"{name}@example.org"
        self.persons[name] = self.hospital.add_doctor(self.admin, self.emails[name], f"Dr {name}", "Neurology")
        return name

    def new_receptionist(self) -> str:
        """Invite a receptionist for one test and return their name here."""
        name = f"desk-{secrets.token_hex(4)}"
        self.emails[name] = f"{name}@example.org"
        self.persons[name] = self.hospital.invite(self.admin, self.emails[name], "Rolf Rezeption", "reception")
        return name

    def close(self) -> None:
        for person in self.persons.values():
            person.http.close()


def demo_email(role: str) -> str:
    return f"{DEMO[role]}@{DOMAIN}"


def signed_in(hospital: Hospital, email: str, password: str = PASSWORD, at: str | None = None) -> StorageState:
    """Sign in and return the browser's storage state: cookies and the sign-in hint. `at`: an origin other than the gateway's."""
    with hospital.client() as http:
        answer = http.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {
        "cookies": [
            {
                "name": cookie.name,
                "value": cookie.value or "",
                "domain": "127.0.0.1",
                "path": "/",
                "expires": -1,
                "httpOnly": True,
                "secure": False,
                "sameSite": "Strict",
            }
            for cookie in answer.cookies.jar
        ],
        "origins": [{"origin": at or hospital.url, "localStorage": [{"name": HINT, "value": "1"}]}],
    }


def signed_in_demo(hospital: Hospital, role: str) -> StorageState:
    return signed_in(hospital, demo_email(role), DEMO_PASSWORD)
