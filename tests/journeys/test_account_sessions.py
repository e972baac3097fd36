"""Administrators see and end sessions of accounts, and prove who they are before they close one."""

import time

from tests.audit.audit_rows import ask, of_request
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change
from tests.test_every_endpoint import check_problem
from tests.world import made


def sessions(admin: Person, account_id: int) -> list[dict[str, object]]:
    items: list[dict[str, object]] = made(admin.http.get(f"/api/admin/accounts/{account_id}/sessions"), 200)["items"]
    return items


def test_admin_ends_one_session_of_an_account(hospital: Hospital, admin: Person) -> None:
    first = hospital.register("seen@sessions.example", "Sina Seen")
    second = hospital.sign_in("seen@sessions.example")
    listed = sessions(admin, first.id)
    assert [one["current"] for one in listed] == [False, False]
    # both may have begun in the same second, so that their order does not tell them apart
    [ended] = [one["id"] for one in made(first.http.get("/auth/sessions"), 200)["items"] if one["current"]]
    path = f"/api/admin/accounts/{first.id}/sessions/{ended}"
    # the session belongs to another account than the path says
    check_problem(admin.http.delete(f"/api/admin/accounts/{admin.id}/sessions/{ended}"), 404)
    assert ask(admin, "DELETE", path, "ends-one-session").status_code == 204
    check_problem(admin.http.delete(path), 404)
    time.sleep(1.0)
    check_problem(first.http.get("/auth/me"), 401)
    made(second.http.get("/auth/me"), 200)
    assert [one["id"] for one in sessions(admin, first.id)] == [one["id"] for one in listed if one["id"] != ended]
    [event] = of_request(hospital, "ends-one-session")
    assert (event["action"], event["patients"]) == ("end_account_session", [first.id])
    for one in (first, second):
        one.http.close()


def test_admin_ends_all_sessions_but_the_own(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("all@sessions.example", "Alma All")
    hospital.sign_in("all@sessions.example").http.close()
    assert admin.http.delete(f"/api/admin/accounts/{person.id}/sessions").status_code == 204
    assert sessions(admin, person.id) == []
    colleague = hospital.invite(admin, "ends@sessions.example", "Ada Ends", "admin")
    hospital.sign_in("ends@sessions.example").http.close()
    assert colleague.http.delete(f"/api/admin/accounts/{colleague.id}/sessions").status_code == 204
    assert [one["current"] for one in sessions(colleague, colleague.id)] == [True]
    check_problem(admin.http.get("/api/admin/accounts/999999/sessions"), 404)
    check_problem(admin.http.delete("/api/admin/accounts/999999/sessions"), 404)
    for one in (person, colleague):
        one.http.close()


def test_old_sign_in_closes_no_account_without_password(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("closed@sessions.example", "Cleo Closed")
    colleague = hospital.invite(admin, "old@sessions.example", "Otto Old", "admin")
    change(hospital, "UPDATE sessions SET created_at = ? WHERE account_id = ?", ago(minutes=10, seconds=2), colleague.id)
    path, closing = f"/api/admin/accounts/{person.id}", {"role": "patient", "active": False}
    refused = colleague.http.put(path, json=closing)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_required")
    wrong = colleague.http.put(path, json={**closing, "password": "not-my-password"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert made(admin.http.get(path), 200)["active"]
    assert not made(colleague.http.put(path, json={**closing, "password": PASSWORD}), 200)["active"]
    # an open account may be changed, and a closed one opened, without it
    made(colleague.http.put(path, json={"role": "patient", "active": True}), 200)
    # a recent sign-in suffices
    fresh = hospital.sign_in("old@sessions.example")
    assert not made(fresh.http.put(path, json=closing), 200)["active"]
    for one in (person, colleague, fresh):
        one.http.close()
