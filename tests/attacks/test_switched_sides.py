"""Attacks on linked records: a link gives no chart, and no stolen, repeated or outlived session opens the other side."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests import databases
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change
from tests.journeys.test_linked_records import LINK, SWITCH, UNTIL_NOTICED_S, Both, both
from tests.test_every_endpoint import check_problem
from tests.world import made


@pytest.fixture
def bo(hospital: Hospital, admin: Person) -> Iterator[Both]:
    with both(hospital, admin) as person:
        person.link()
        person.sign_in()
        yield person


def cookie(browser: httpx.Client) -> str:
    """Return the refresh cookie that the browser got last."""
    return [one.value or "" for one in browser.cookies.jar if one.name == "careplus-refresh"][-1]


def with_cookie(bo: Both, hospital: Hospital, token: str) -> httpx.Client:
    """Return a client with a stolen cookie."""
    thief = hospital.client()
    thief.headers.update({name: bo.browser.headers[name] for name in ("Origin", "X-CarePlus")})
    thief.cookies.set("careplus-refresh", token)
    return thief


def test_link_opens_no_chart_to_the_doctor(hospital: Hospital, admin: Person) -> None:
    with both(hospital, admin, "doctor") as bo:
        chart = f"/api/doctor/patients/{bo.record.id}"
        bo.link()
        bo.sign_in()
        check_problem(bo.browser.get(chart), 404)
        made(bo.switch("record"), 200)
        check_problem(bo.browser.get(chart), 403)
        made(bo.switch("work"), 200)
        check_problem(bo.browser.get(chart), 404)


def test_access_token_alone_switches_nothing(hospital: Hospital, bo: Both) -> None:
    with hospital.client(bo.work.token) as thief:
        check_problem(thief.post(SWITCH, json={"to": "record"}), 401)
        ours = {name: bo.browser.headers[name] for name in ("Origin", "X-CarePlus")}
        check_problem(thief.post(SWITCH, json={"to": "record"}, headers=ours), 401)
    # another site can send the cookie, but neither header
    check_problem(bo.switch("record", Origin="https://evil.example"), 401)
    check_problem(bo.switch("record", **{"X-CarePlus": "0"}), 401)
    made(bo.switch("record"), 200)


@pytest.mark.parametrize("to", ["record", "work"])
def test_old_cookie_ends_both_sides(hospital: Hospital, bo: Both, to: str) -> None:
    stolen = cookie(bo.browser)
    made(bo.switch("record"), 200)
    change(hospital, "UPDATE refresh_tokens SET used_at = ? WHERE used_at IS NOT NULL", ago(seconds=11))
    with with_cookie(bo, hospital, stolen) as thief:
        check_problem(thief.post(SWITCH, json={"to": to}), 401)
    time.sleep(UNTIL_NOTICED_S)
    check_problem(bo.browser.get("/auth/me"), 401)
    check_problem(bo.renew(), 401)


def test_successor_of_a_left_side_ends_with_the_return(hospital: Hospital, bo: Both) -> None:
    """A thief who repeats the work cookie within seconds of the switch loses it when the owner returns to work."""
    stolen = cookie(bo.browser)
    made(bo.switch("record"), 200)
    with with_cookie(bo, hospital, stolen) as thief:
        made(thief.post("/auth/refresh"), 200)
        made(bo.switch("work"), 200)
        thief.cookies.set("careplus-refresh", cookie(thief))
        check_problem(thief.post("/auth/refresh"), 401)


def test_double_click_opens_one_session(hospital: Hospital, bo: Both) -> None:
    token = cookie(bo.browser)
    clients = [with_cookie(bo, hospital, token) for _ in range(6)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda http: http.post(SWITCH, json={"to": "record"}), clients))
    assert [one.status_code for one in answers] == [200] * len(clients)
    assert len({cookie(http) for http in clients}) == 1
    opened = "SELECT id FROM sessions WHERE account_id = ? AND work_session_id IS NOT NULL"
    assert len(databases.query(hospital.database, opened, bo.record.id)) == 1
    for http in clients:
        http.close()


def test_session_opened_from_work_is_the_records_to_end(hospital: Hospital, admin: Person, bo: Both) -> None:
    made(bo.switch("record"), 200)
    items = made(bo.browser.get("/auth/sessions"), 200)["items"]
    [current] = [one["id"] for one in items if one["current"]]
    with both(hospital, admin) as stranger:
        check_problem(stranger.record.http.delete(f"/auth/sessions/{current}"), 404)
    assert bo.record.http.delete(f"/auth/sessions/{current}").status_code == 204
    check_problem(bo.renew(), 401)
    # the work account signed in elsewhere is another sign-in
    made(bo.work.http.get("/auth/me"), 200)


def test_new_password_of_the_record_ends_opened_session(bo: Both) -> None:
    made(bo.switch("record"), 200)
    body = {"current_password": PASSWORD, "new_password": "nine-loud-kestrels"}
    assert bo.record.http.post("/auth/password", json=body).status_code == 204
    time.sleep(UNTIL_NOTICED_S)
    check_problem(bo.browser.get("/auth/me"), 401)


def test_record_merged_while_linked_is_closed(hospital: Hospital, admin: Person, bo: Both) -> None:
    made(bo.switch("record"), 200)
    email = f"kept-{secrets.token_hex(4)}@both.example"
    kept = hospital.register(email, "Bo Both")
    versions = {one: made(admin.http.get(f"/api/admin/accounts/{one}"), 200)["version"] for one in (bo.record.id, kept.id)}
    merge = {"into_id": kept.id, "version": versions[bo.record.id], "into_version": versions[kept.id], "reason": "Twice"}
    made(admin.http.post(f"/api/admin/patients/{bo.record.id}/merge", json=merge))
    time.sleep(UNTIL_NOTICED_S)
    check_problem(bo.browser.get("/auth/me"), 401)
    check_problem(bo.renew(), 401)
    # neither the closed record nor the kept one is opened
    assert bo.sign_in()["other_side"] is None
    assert bo.switch("record").json()["code"] == "no_other_side"
    made(admin.http.post(f"/api/admin/merges/{bo.record.id}/undo"), 200)
    assert bo.sign_in()["other_side"] == "record"
    kept.http.close()


def test_expired_session_at_work_opens_no_record(hospital: Hospital, bo: Both) -> None:
    change(hospital, "UPDATE sessions SET expires_at = ? WHERE account_id = ?", ago(seconds=1), bo.work.id)
    check_problem(bo.switch("record"), 401)


def test_deactivated_work_account_opens_no_record(hospital: Hospital, bo: Both) -> None:
    change(hospital, "UPDATE accounts SET active = ? WHERE id = ?", False, bo.work.id)
    check_problem(bo.switch("record"), 401)


def test_unlinking_while_switching_leaves_no_open_record(hospital: Hospital, bo: Both) -> None:
    still_open = "SELECT id FROM sessions WHERE account_id = ? AND work_session_id IS NOT NULL AND ended_at IS NULL"
    for _ in range(4):
        with ThreadPoolExecutor(2) as pool:
            switched = pool.submit(bo.switch, "record")
            unlinked = pool.submit(bo.work.http.delete, LINK)
            answers = (switched.result().status_code, unlinked.result().status_code)
        assert answers in {(200, 204), (409, 204)}
        assert databases.query(hospital.database, still_open, bo.record.id) == []
        bo.link()
        bo.sign_in()
