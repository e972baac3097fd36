"""With two administrators a new staff account or role waits for the one who did not ask for it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.db_assertions import all_at_once, client_for
from tests.audit.audit_rows import of_request, rows
from tests.auth.alert_receiver import Receiver, receiver
from tests.hospital import ADMIN, PASSWORD, Hospital, Person, eventually
from tests.mailbox import mails, next_mail, text_of
from tests.postgresql import new_database, postgresql
from tests.test_every_endpoint import check_problem
from tests.world import made

ADA, BEA = ADMIN, "bea@second.example"
APPROVALS = "/api/admin/approvals"
numbers = count(1)
WAITS, INVITED = "A staff account waits for your approval", "Your account at CarePlus Hospital"


@dataclass
class Office:
    """A hospital with two administrators; `ada` invited `bea` while she was alone."""

    hospital: Hospital
    ada: Person
    bea: Person
    alerts: Receiver | None = None
    people: list[Person] = field(default_factory=list)

    def ask(self, name: str, role: str = "lab", by: Person | None = None, **headers: str) -> dict[str, Any]:
        body = {"email": f"{name}@second.example", "full_name": f"Nia {name.title()}", "role": role}
        return made((by or self.ada).http.post("/api/admin/invitations", json=body, headers=headers))

    def waiting(self, name: str) -> dict[str, Any]:
        """Return the newest approval for this address, which waits."""
        items = made(self.bea.http.get(APPROVALS, params={"waiting": True}), 200)["items"]
        return next(one for one in items if one["email"] == f"{name}@second.example")

    def staff(self, name: str, role: str = "lab") -> Person:
        """Return a person of staff, approved by the second administrator."""
        self.ask(name, role)
        approved = self.decide(self.bea, self.waiting(name)["id"], "approve")
        code = made(approved, 200)["invitation"]["code"]
        person = self.hospital.register(f"{name}@second.example", f"Nia {name.title()}", invitation=code)
        self.people.append(person)
        return person

    def decide(self, by: Person, approval_id: int, decision: str, **body: str) -> Any:
        return by.http.post(f"{APPROVALS}/{approval_id}/{decision}", json=body or None)

    def change(self, by: Person, account_id: int, role: str, *, active: bool = True) -> Any:
        return by.http.put(f"/api/admin/accounts/{account_id}", json={"role": role, "active": active})

    def account(self, account_id: int) -> dict[str, Any]:
        return made(self.ada.http.get(f"/api/admin/accounts/{account_id}"), 200)


@contextmanager
def opened(folder: Path, **extra: str) -> Iterator[Office]:
    hospital = Hospital(folder, extra={"CAREPLUS_SECOND_ADMINISTRATOR": "true", **extra})
    created = hospital.careplus("admin", "create", "--email", ADA, "--name", "Ada Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    with hospital.running():
        ada = hospital.sign_in(ADA)
        office = Office(hospital, ada, hospital.invite(ada, BEA, "Bea Admin", "admin"))
        yield office
        for person in (ada, office.bea, *office.people):
            person.http.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with receiver() as alerts, opened(tmp_path_factory.mktemp("office"), CAREPLUS_ALERT_URL=alerts.url) as office:
        office.alerts = alerts
        yield office


def code_of(answer: Any, status: int = 409) -> str:
    check_problem(answer, status)
    code: str = answer.json()["code"]
    return code


def test_invitation_waits_without_code_and_mail(office: Office) -> None:
    asked = office.ask("lara")
    assert (asked["code"], asked["url"]) == (None, None)
    assert asked["waits_for"] == [{"id": office.bea.id, "full_name": "Bea Admin"}]
    listed = made(office.ada.http.get("/api/admin/invitations", params={"limit": 1}), 200)["items"]
    assert [(one["id"], one["waits_for"]) for one in listed] == [(asked["id"], asked["waits_for"])]
    assert office.account(asked["account_id"])["active"] is False
    waiting = office.waiting("lara")
    assert (waiting["kind"], waiting["role"], waiting["asked_by"]["id"]) == ("invitation", "lab", office.ada.id)
    told = text_of(next_mail(office.hospital, BEA, WAITS))
    assert [word for word in ("Lara", "lara", "lab", "Ada") if word in told] == []
    assert [mail for mail in mails(office.hospital, ADA) if mail["Subject"] == WAITS] == []
    assert mails(office.hospital, "lara@second.example") == []
    approved = made(office.decide(office.bea, waiting["id"], "approve"), 200)
    assert (approved["state"], approved["decided_by"]["id"], approved["waits_for"]) == ("approved", office.bea.id, None)
    assert approved["invitation"]["url"] in text_of(next_mail(office.hospital, "lara@second.example", INVITED))
    person = office.hospital.register("lara@second.example", "Lara Lab", invitation=approved["invitation"]["code"])
    office.people.append(person)
    assert person.http.get("/api/labs/worklist").status_code == 200


def test_asker_decides_nothing(office: Office) -> None:
    office.ask("own", "admin")
    id_ = office.waiting("own")["id"]
    assert code_of(office.decide(office.ada, id_, "approve")) == "own_request"
    assert code_of(office.decide(office.ada, id_, "decline", reason="Changed my mind")) == "own_request"
    assert office.waiting("own")["state"] == "waiting"
    check_problem(office.decide(office.bea, 2**40, "approve"), 404)


def test_waiting_account_can_do_nothing(office: Office) -> None:
    asked = office.ask("puppet", "admin")
    path, email = f"/api/admin/accounts/{asked['account_id']}", "puppet@second.example"
    assert code_of(office.ada.http.put(path, json={"role": "admin", "active": True})) == "approval_waits"
    assert code_of(office.ada.http.put(path, json={"role": "lab", "active": True})) == "approval_waits"
    staff = {"email": email, "password": PASSWORD, "full_name": "Pia Puppet"}
    direct = {**staff, "email": "direct@second.example", "role": "admin"}
    assert code_of(office.ada.http.post("/auth/register", json=direct), 403) == "invitation_required"
    with office.hospital.client() as stranger:
        assert code_of(stranger.post("/auth/register", json={**staff, "invitation": "n" * 32}), 403) == "invitation_required"
        assert code_of(stranger.post("/auth/login", json={"email": email, "password": PASSWORD}), 401) == "invalid_credentials"
        assert stranger.post("/auth/password/forgot", json={"email": email}).status_code == 204
    assert mails(office.hospital, email) == []
    by_bea = {"email": email, "full_name": "Pia", "role": "lab"}
    assert code_of(office.bea.http.post("/api/admin/invitations", json=by_bea)) == "approval_waits"


def test_waiting_account_gets_no_other_role(office: Office) -> None:
    asked = office.ask("quiet", "doctor")
    for role in ("lab", "patient"):
        assert code_of(office.change(office.ada, asked["account_id"], role, active=False)) == "approval_waits"
    assert made(office.change(office.ada, asked["account_id"], "doctor", active=False), 200)["active"] is False
    assert office.waiting("quiet")["role"] == "doctor"


def test_declined_invitation_is_void_and_audited(office: Office) -> None:
    asked = office.ask("dora", "doctor")
    id_, reason = office.waiting("dora")["id"], "Nobody knows this person"
    decline = f"{APPROVALS}/{id_}/decline"
    made(office.bea.http.post(decline, json={"reason": reason}, headers={"X-Request-Id": "declines-dora"}), 200)
    [event] = of_request(office.hospital, "declines-dora")
    assert (event["action"], event["account_id"], event["reason"]) == ("decline_approval", office.bea.id, reason)
    assert office.account(asked["account_id"])["active"] is False
    assert code_of(office.decide(office.bea, id_, "approve")) == "already_decided"
    invitations = made(office.ada.http.get("/api/admin/invitations", params={"limit": 100}), 200)["items"]
    assert asked["account_id"] not in [one["account_id"] for one in invitations]
    assert office.ask("dora", "lab")["account_id"] == asked["account_id"], "the address can be invited again, to another role"
    assert office.waiting("dora")["role"] == "lab"


def test_declined_account_is_invited_with_approval(office: Office) -> None:
    id_ = office.ask("undo")["account_id"]
    made(office.decide(office.bea, office.waiting("undo")["id"], "approve"), 200)
    made(office.change(office.ada, id_, "lab", active=False), 200)
    office.ask("undo")
    made(office.decide(office.bea, office.waiting("undo")["id"], "decline", reason="Never came"), 200)
    for role in ("lab", "doctor", "patient"):
        assert code_of(office.change(office.ada, id_, role)) == "not_accepted"
    assert office.account(id_)["active"] is False
    again = office.ask("undo")
    assert (again["account_id"], again["code"], [one["id"] for one in again["waits_for"]]) == (id_, None, [office.bea.id])
    code = made(office.decide(office.bea, office.waiting("undo")["id"], "approve"), 200)["invitation"]["code"]
    person = office.hospital.register("undo@second.example", "Nia Undo", invitation=code)
    office.people.append(person)
    assert (person.id, person.http.get("/api/labs/worklist").status_code) == (id_, 200), "the new invitation opens the account"


def test_role_of_staff_waits_and_ends_sessions_later(office: Office) -> None:
    person = office.staff("rosa")
    asked = made(office.change(office.ada, person.id, "admin"), 200)
    assert (asked["role"], [one["id"] for one in asked["waits_for"]]) == ("lab", [office.bea.id])
    assert office.account(person.id)["waits_for"] == asked["waits_for"]
    assert person.http.get("/api/labs/worklist").status_code == 200, "the present role goes on"
    assert person.http.get(APPROVALS).status_code == 403
    assert code_of(office.change(office.bea, person.id, "doctor")) == "approval_waits"
    approved = made(office.decide(office.bea, office.waiting("rosa")["id"], "approve"), 200)
    assert (approved["invitation"], office.account(person.id)["role"]) == (None, "admin")
    check_problem(person.http.get("/auth/me"), 401)
    query = "SELECT at FROM alerts WHERE kind = 'new_administrator' AND record_id = ?"
    eventually(lambda: rows(office.hospital, query, person.id) != [])
    [alert] = rows(office.hospital, query, person.id)
    assert alert["at"] >= approved["decided_at"], "the alert tells of the approved administrator"
    made(office.change(office.ada, person.id, "patient"), 200)


def test_own_role_is_decided_by_another(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        third = office.staff("third", "admin")
        asked = made(office.change(office.ada, office.bea.id, "doctor"), 200)
        assert (asked["role"], [one["id"] for one in asked["waits_for"]]) == ("admin", [third.id])
        [waiting] = made(office.ada.http.get(APPROVALS, params={"waiting": True}), 200)["items"]
        assert waiting["waits_for"] == asked["waits_for"]
        # then bea would be the last administrator
        for one in (office.ada, third):
            made(office.change(office.bea, one.id, "patient"), 200)
        assert code_of(office.decide(office.bea, waiting["id"], "approve")) == "own_account"
        assert code_of(office.decide(office.bea, waiting["id"], "decline", reason="I stay")) == "own_account"
        assert made(office.bea.http.get(APPROVALS, params={"waiting": True}), 200)["items"][0]["waits_for"] == []


def test_role_of_only_other_administrator_changes(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        changed = made(office.change(office.ada, office.bea.id, "doctor"), 200)
        assert (changed["role"], changed["waits_for"]) == ("doctor", None)


def test_old_request_keeps_later_handover(office: Office) -> None:
    leaves, first, second = (office.staff(name, "doctor") for name in ("leaves.doctor", "first.doctor", "second.doctor"))
    path = f"/api/admin/accounts/{leaves.id}"
    made(office.ada.http.put(path, json={"role": "lab", "active": True, "colleague_id": first.id}), 200)
    made(office.ada.http.put(path, json={"role": "doctor", "active": False, "colleague_id": second.id}), 200)
    made(office.decide(office.bea, office.waiting("leaves.doctor")["id"], "approve"), 200)
    assert (office.account(leaves.id)["role"], office.account(leaves.id)["active"]) == ("lab", False)
    assert made(office.ada.http.get(f"{path}/open-work"), 200)["colleague"]["id"] == second.id


def test_approved_invitation_is_renewed_without_approval(office: Office) -> None:
    office.ask("gone")
    first = made(office.decide(office.bea, office.waiting("gone")["id"], "approve"), 200)["invitation"]
    again = office.ask("gone")
    assert again["waits_for"] is None
    assert again["code"] not in (None, first["code"])
    refused = {"email": "gone@second.example", "full_name": "Nia Gone", "role": "admin"}
    assert code_of(office.ada.http.post("/api/admin/invitations", json=refused)) == "email_taken", "not to another role"


def test_added_doctor_waits(office: Office) -> None:
    body = {"email": "osei@second.example", "full_name": "Dr Ama Osei", "specialty": "Cardiology", "languages": ["en"]}
    added = made(office.ada.http.post("/api/admin/doctors", json=body))
    assert (added["invitation_code"], added["invitation_url"], added["account_active"]) == (None, None, False)
    assert [one["id"] for one in added["waits_for"]] == [office.bea.id]
    with office.hospital.client() as visitor:
        assert visitor.get("/api/doctors", params={"q": "Osei"}).json()["items"] == [], "not found before the approval"
    code = made(office.decide(office.bea, office.waiting("osei")["id"], "approve"), 200)["invitation"]["code"]
    doctor = office.hospital.register("osei@second.example", "Dr Ama Osei", invitation=code)
    office.people.append(doctor)
    assert made(doctor.http.get("/api/doctor/profile"), 200)["specialty"] == "Cardiology"


def test_patient_role_does_not_wait(office: Office) -> None:
    assert office.ask("plain", "patient")["code"] is not None
    person = office.staff("leaves")
    assert made(office.change(office.ada, person.id, "patient"), 200)["waits_for"] is None


def test_last_administrator_frees_nothing_silently(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        own = office.ask("mine")
        office.ask("theirs", by=office.bea)
        made(office.change(office.ada, office.bea.id, "admin", active=False), 200)
        items = {one["email"]: one for one in made(office.ada.http.get(APPROVALS), 200)["items"]}
        mine, theirs = items["mine@second.example"], items["theirs@second.example"]
        assert (mine["state"], mine["waits_for"]) == ("waiting", [])
        assert code_of(office.decide(office.ada, mine["id"], "approve")) == "own_request"
        assert made(office.decide(office.ada, theirs["id"], "approve"), 200)["invitation"]["code"]
        again = office.ask("mine")
        assert (again["account_id"], again["code"] is not None) == (own["account_id"], True), "asked again, alone, on purpose"
        states = {one["id"]: one["state"] for one in made(office.ada.http.get(APPROVALS), 200)["items"]}
        assert (states[mine["id"]], states[theirs["id"]]) == ("withdrawn", "approved")


def test_setting_off_lets_each_administrator_invite(office: Office, hospital: Hospital, admin: Person) -> None:
    second = hospital.invite(admin, "off@second.example", "Otto Off", "admin")
    body = {"email": "off.lab@second.example", "full_name": "Lea Off", "role": "lab"}
    assert made(admin.http.post("/api/admin/invitations", json=body))["waits_for"] is None
    second.http.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        with opened(tmp_path) as office:
            yield office
        return
    with postgresql() as server, opened(tmp_path, DATABASE_URL=new_database(server, f"office_{next(numbers)}")) as office:
        yield office


async def test_concurrent_approvals_act_once(busy: Office) -> None:
    third = busy.staff("third", "admin")
    asked = busy.ask("crowd")
    id_ = busy.waiting("crowd")["id"]
    headers = [{"Authorization": f"Bearer {one.token}"} for one in (busy.bea, third)]
    async with client_for(busy.hospital, 20) as http:
        path = f"{APPROVALS}/{id_}/approve"
        answers = await all_at_once(lambda number: http.post(path, headers=headers[number % 2]), 20)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_decided"}
    invitations = made(busy.ada.http.get("/api/admin/invitations"), 200)["items"]
    assert [one["waits_for"] for one in invitations if one["account_id"] == asked["account_id"]] == [None]


async def test_concurrent_requests_make_one_approval(busy: Office) -> None:
    person = busy.staff("twice")
    headers = [{"Authorization": f"Bearer {one.token}"} for one in (busy.ada, busy.bea)]
    path, body = f"/api/admin/accounts/{person.id}", {"role": "admin", "active": True}
    async with client_for(busy.hospital, 10) as http:
        answers = await all_at_once(lambda number: http.put(path, json=body, headers=headers[number % 2]), 10)
    assert {answer.status_code for answer in answers} <= {200, 409}
    waiting = made(busy.ada.http.get(APPROVALS, params={"waiting": True}), 200)["items"]
    assert [one["account"]["id"] for one in waiting] == [person.id]
    assert busy.account(person.id)["role"] == "lab"
