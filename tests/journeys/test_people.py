"""Administrators find accounts, deactivate and reactivate them, and change roles."""

from typing import Any

import pytest

from tests.hospital import ADMIN, PASSWORD, Hospital, Person, free_times
from tests.world import made


def accounts(admin: Person, **query: Any) -> list[int]:
    """Return the account ids of all pages."""
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = made(admin.http.get("/api/admin/accounts", params={"limit": 2, **query, **cursor}), 200)
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def update(admin: Person, person: Person, role: str, active: bool) -> dict[str, object]:
    return made(admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": role, "active": active}), 200)


def test_people_search_finds_by_name_and_email(hospital: Hospital, admin: Person) -> None:
    people = [
        hospital.register(f"zz{number}@search.example", name)
        for number, name in enumerate(["Zora Quill", "Zack Quill", "Zack Quill", "Zelda 100%"])
    ]
    zora, zack, second_zack, zelda = (person.id for person in people)
    assert accounts(admin, q="qUILL") == [zack, second_zack, zora], "ordered by name, then by id, over two pages"
    assert accounts(admin, q="search.example") == [zack, second_zack, zelda, zora]
    assert accounts(admin, q="da 100%") == [zelda]
    assert accounts(admin, q="z%lda") == [], "search text is not a pattern"
    assert accounts(admin, q="search.example", role="doctor") == []
    update(admin, people[0], "patient", active=False)
    assert accounts(admin, q="quill", active=False) == [zora]
    assert accounts(admin, q="quill", active=True, role="patient") == [zack, second_zack]
    for person in people:
        person.http.close()


def test_closed_account_cannot_act_until_reopened(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("closed@example.org", "Cleo Closed")
    ours = {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}
    mine = {"email": "closed@example.org", "password": PASSWORD}
    with hospital.client() as browser:
        made(browser.post("/auth/login", json=mine), 200)
        closed = update(admin, person, "patient", active=False)
        assert (closed["active"], closed["version"]) == (False, 2)
        assert browser.post("/auth/refresh", headers=ours).status_code == 401
        refused = browser.post("/auth/login", json=mine)
        assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")
        strange = browser.post("/auth/login", json={**mine, "password": "not-the-password"})
        assert (strange.status_code, strange.json()["code"]) == (401, "invalid_credentials"), "a closed account is not revealed"
        assert person.http.get("/auth/me").status_code == 401
        assert update(admin, person, "patient", active=False)["version"] == 2, "an equal update changes no version"
        update(admin, person, "patient", active=True)
        assert browser.post("/auth/refresh", headers=ours).status_code == 401, "ended sessions stay ended"
        made(browser.post("/auth/login", json=mine), 200)
    person.http.close()


def test_invitation_to_closed_account_is_void(hospital: Hospital, admin: Person) -> None:
    invitation = {"email": "gone@example.org", "full_name": "Gil Gone", "role": "lab"}
    invited = made(admin.http.post("/api/admin/invitations", json=invitation))
    made(admin.http.put(f"/api/admin/accounts/{invited['account_id']}", json={"role": "lab", "active": False}), 200)
    with hospital.client() as visitor:
        body = {**invitation, "password": PASSWORD, "invitation": invited["code"]}
        refused = visitor.post("/auth/register", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "invitation_required")


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin", "active": False},
        {"role": "patient", "active": True},
        {"role": "admin", "active": True, "second_factor": False},
    ],
)
def test_admin_cannot_lock_own_account(admin: Person, change: dict[str, object]) -> None:
    refused = admin.http.put(f"/api/admin/accounts/{admin.id}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "own_account")
    unchanged = made(admin.http.put(f"/api/admin/accounts/{admin.id}", json={"role": "admin", "active": True}), 200)
    assert (unchanged["email"], unchanged["active"]) == (ADMIN, True)


def test_admin_can_deactivate_and_reactivate_another_admin(hospital: Hospital, admin: Person) -> None:
    colleague = hospital.invite(admin, "second.admin@example.org", "Ari Admin", "admin")
    update(admin, colleague, "admin", active=False)
    back = colleague.http.put(f"/api/admin/accounts/{admin.id}", json={"role": "admin", "active": False})
    assert back.status_code == 401, "one of two administrators who deactivate each other stays active"
    update(admin, colleague, "admin", active=True)
    again = hospital.sign_in("second.admin@example.org")
    stale = again.http.put(
        f"/api/admin/accounts/{colleague.id}", json={"role": "admin", "active": True}, headers={"If-Match": '"1"'}
    )
    assert (stale.status_code, stale.json()["version"]) == (412, 4), "versions: invited, accepted, closed, reopened"
    for person in (colleague, again):
        person.http.close()


@pytest.mark.parametrize("change", [("doctor", False), ("lab", True)])
def test_doctor_without_doctor_role_is_not_found(hospital: Hospital, admin: Person, change: tuple[str, bool]) -> None:
    name = f"Dr Xaver {change[0].title()}"
    doctor = hospital.add_doctor(admin, f"xaver.{change[0]}@example.org", name, f"Xenology {change[0]}")
    patient = hospital.register(f"xenia.{change[0]}@example.org", "Xenia Ott")
    at, later = free_times(patient.http, doctor.id)[3:5]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": doctor.id, "starts_at": at.isoformat()}))
    colleague = hospital.add_doctor(admin, f"xena.{change[0]}@example.org", "Dr Xena Ott", "Xenology")
    body = {"role": change[0], "active": change[1], "colleague_id": colleague.id}
    made(admin.http.put(f"/api/admin/accounts/{doctor.id}", json=body), 200)
    assert patient.http.get("/api/doctors", params={"q": name, "exact": True}).json()["items"] == []
    assert patient.http.get(f"/api/doctors/{doctor.id}").status_code == 404
    assert patient.http.get(f"/api/doctors/{doctor.id}/slots").status_code == 404
    booking = {"doctor_id": doctor.id, "starts_at": later.isoformat()}
    refused = patient.http.post("/api/appointments", json=booking)
    assert (refused.status_code, refused.json()["code"]) == (409, "doctor_not_bookable")
    names = [one["name"] for one in patient.http.get("/api/specialties").json()["items"]]
    assert f"Xenology {change[0]}" not in names
    assert patient.http.get(f"/api/appointments/{visit['id']}").json()["status"] == "booked", "the visit stays"
    listed = admin.http.get("/api/admin/doctors", params={"q": name}).json()["items"]
    assert [(one["active"], one["account_active"]) for one in listed] == [(True, False)], "its visits wait"
    update(admin, doctor, "doctor", active=True)
    assert later in free_times(patient.http, doctor.id), "the profile returns with the role"
    for person in (doctor, patient, colleague):
        person.http.close()
