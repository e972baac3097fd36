"""Every list, read page by page while records leave it, come back and move: no other record is lost or shown twice."""

import base64
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import MAX_ID
from careplus_runtime.http.paging import NOT_ISSUED
from tests.list_database import Rows, filled, serving, treated
from tests.postgresql import new_database

LISTS = {endpoint.name: endpoint for endpoint in ENDPOINTS if "cursor" in endpoint.parameters}
FEWEST = 5
LAST = -1
FORGED: tuple[Any, ...] = (
    *(0, -1, MAX_ID + 1, -(2**70), 10**300, 1.5, True, None, "", "\x00", "\ud800", [], {}, [[]], ["a"], {"a": 1}),
    *(["a", 2**63], ["a", -(2**70)], ["\x00", 1], ["\ud800", 1], [5, 5], [None, 1], [True, 1]),
    *(["2030-01-07T09:00:00Z", 2**63], ["2030-01-07T09:00:00Z", 0], ["2030-01-07T09:00:00Z", 1, 1]),
    *(["0001-01-01T00:00:00Z", 0], ["9999-12-31T23:59:00Z", 0], ["2030-02-30T09:00:00Z", 0]),
)
"""Sort keys that no list has."""


@dataclass(frozen=True)
class Case:
    """The rows behind a list: their table, the item's member with their key, and the columns of the sort key that may change."""

    table: str
    moves: tuple[str, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    key: str = "id"


VISITS, RESULTS = Case("appointments", ("starts_at", "ends_at")), Case("lab_results", ("specimen_at",))
BOOKINGS, EVENTS = Case("lab_bookings", ("starts_at",)), Case("audit_events")
CRITICAL = Case("lab_results", ("critical_since",))
PRESCRIPTIONS, REFERRALS = Case("prescriptions"), Case("referrals")
CERTIFICATES, REFILLS = Case("certificates"), Case("refills")
ACCOUNTS, DOCTORS = Case("accounts", ("sort_key",)), Case("doctors", ("sort_key",))
CASES = {
    "list_sessions": Case("sessions", ("created_at",)),
    "list_invitations": Case("invitations"),
    "list_approvals": Case("account_approvals"),
    "list_consents": Case("consents"),
    "list_legal_changes": Case("legal_changes"),
    "list_own_legal_changes": Case("legal_changes"),
    "list_account_sessions": Case("sessions", ("created_at",)),
    "list_accounts": ACCOUNTS,
    "list_duplicates": Case("accounts", key="record"),
    "find_patients": Case("accounts", ("sort_key",), {"q": ""}),
    "list_desk_doctors": DOCTORS,
    "list_handovers": Case("handovers", key="doctor"),
    "list_taken_over": Case("handovers", key="doctor"),
    "find_doctors": DOCTORS,
    "list_appointments": VISITS,
    "list_visits": VISITS,
    "list_unsigned_notes": VISITS,
    "list_templates": Case("note_templates"),
    "list_house_templates": Case("note_templates"),
    "list_notices": Case("notices"),
    "list_screens": Case("screens"),
    "list_visit_types": Case("visit_types"),
    "list_entries": Case("waitlist_entries", ("created_at",)),
    "list_desk_entries": Case("waitlist_entries", ("created_at",)),
    "list_arrangements": Case("appointments", ("starts_at", "ends_at"), {"status": "cancelled"}),
    "show_board": Case("doctors", ("sort_key",), key="doctor"),
    "list_unfinished": VISITS,
    "list_extra_hours": Case("extra_hours"),
    "list_extra_hours_of_doctor": Case("extra_hours"),
    "list_time_off_of_doctor": Case("time_off", ("starts_at", "ends_at")),
    "list_visits_to_move": VISITS,
    "list_own_visits_to_move": VISITS,
    "list_time_off": Case("time_off", ("starts_at", "ends_at")),
    "list_closed_days": Case("closed_days"),
    "list_doctors": DOCTORS,
    "list_chart_changes": Case("chart_changes"),
    "list_emergency_access": Case("chart_access"),
    "list_patients": ACCOUNTS,
    "list_prescribed": PRESCRIPTIONS,
    "list_prescriptions": PRESCRIPTIONS,
    "list_certified": CERTIFICATES,
    "list_certificates": CERTIFICATES,
    "list_vitals": Case("vital_signs", ("measured_at",)),
    "list_refills": REFILLS,
    "list_doctor_refills": REFILLS,
    "list_desk_refills": REFILLS,
    "list_referred": REFERRALS,
    "list_referrals": REFERRALS,
    "list_tests": Case("lab_tests", query={"q": "anti"}, key="code"),
    "list_analytes": Case("analytes", query={"q": "anti"}, key="code"),
    "list_lab_bookings": BOOKINGS,
    "list_lab_orders": BOOKINGS,
    "list_patient_orders": BOOKINGS,
    "list_worklist": BOOKINGS,
    "list_uncollected": Case("lab_bookings", ("cancelled_at",)),
    "list_results": RESULTS,
    "show_trend": Case("lab_results", ("specimen_at",), key="result_id"),
    "list_results_to_review": Case("lab_results", ("urgency", "specimen_at")),
    "list_critical": CRITICAL,
    "list_critical_results": CRITICAL,
    "list_audit": Case("audit_events", query={"action": "write_notes"}),
    "list_accesses": EVENTS,
}
Change = tuple[str, int]
CHANGES = st.lists(st.tuples(st.sampled_from(["leave", "come back", "move"]), st.integers(LAST, 30)), max_size=3)
"""The changes before the next page is read, of the last item of the page or of any item."""


@dataclass(frozen=True)
class Walk:
    """One list of one person."""

    http: httpx.AsyncClient
    path: str
    parameters: dict[str, str]
    token: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def page(self, limit: int, cursor: str | None = None) -> tuple[list[Any], str | None]:
        query = {**self.parameters, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        answer = await self.http.get(self.path, params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        keys = [item[self.key] for item in answer.json()["items"]]
        return [key["id"] if isinstance(key, dict) else key for key in keys], answer.json()["next_cursor"]

    async def whole(self) -> list[Any]:
        keys, cursor = await self.page(100)
        while cursor:
            more, cursor = await self.page(100, cursor)
            keys += more
        return keys


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "postgresql":
        return new_database(request.getfixturevalue("server"), "lists")
    return f"sqlite:///{tmp_path_factory.mktemp('lists')}/careplus.db"


@pytest.fixture(scope="module")
def rows(url: str) -> Rows:
    return filled(url)


@pytest.fixture(scope="module")
async def services(url: str, rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CAREPLUS_") or name == "DATABASE_URL"]:
            patch.delenv(name)
        # ignore the developer's `.env`
        patch.chdir(tmp_path_factory.mktemp("empty"))
        patch.setenv("SECRET_KEY", "k" * 40)
        async with serving(url) as opened:
            yield opened
    rows.engine.dispose()


async def walks(rows: Rows, services: dict[str, httpx.AsyncClient], endpoint: Endpoint[..., Any]) -> list[Walk]:
    """Return the list of each person that may read it, from the shortest with FEWEST items on."""
    case = CASES[endpoint.name]
    with rows.engine.connect() as connection:
        people = connection.execute(sa.text("SELECT id, role FROM accounts ORDER BY id")).all()
        analyte = connection.execute(
            sa.text("SELECT analyte_code FROM observations GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        ).scalar_one()
        patient, doctors = treated(connection)
        doctor = connection.execute(sa.text("SELECT min(id) FROM doctors")).scalar_one()
    tokens = [f"{id_}-{role}" for id_, role in people if endpoint.public or endpoint.admits(Role(role))]
    if "{patient_id}" in endpoint.path:
        tokens = [f"{id_}-doctor" for id_ in doctors]
    path = endpoint.path.format(analyte=analyte, patient_id=patient, account_id=patient, doctor_id=doctor)
    http = services[endpoint.service]
    found = [Walk(http, path, case.query, token, case.key) for token in tokens]
    sizes = [len((await walk.page(100))[0]) for walk in found]
    by_size = sorted(zip(sizes, tokens, found, strict=True), key=lambda one: one[:2])
    long_enough = [walk for size, _, walk in by_size if size >= FEWEST]
    assert long_enough, f"{endpoint.name}: the longest list has {sizes and max(sizes)} items"
    return long_enough


def apply(rows: Rows, case: Case, key: Any, change: str, other: Any) -> None:
    """Let the record of an item leave the list, come back, or move to the place of another one."""
    if change == "leave":
        rows.leave(case.table, key)
    elif change == "come back":
        rows.come_back(case.table, key)
    elif case.moves and (there := rows.read(case.table, other)):
        values = (there[column] for column in case.moves)
        moved = [_beside(one) for one in values]
        rows.move(case.table, key, dict(zip(case.moves, moved, strict=True)))


def _beside(value: Any) -> Any:
    """Return the next value of a sort key; a number stands for a class, which many records share."""
    if isinstance(value, str):
        return f"{value} B"
    return value + timedelta(seconds=1) if isinstance(value, datetime) else value


async def read_while_changed(rows: Rows, walk: Walk, case: Case, pages: int, changes: list[list[Change]]) -> None:
    before = await walk.whole()
    limit = min(100, max(1, len(before) // pages))
    seen, touched, cursor = [], set(), None
    for happening in [*changes, *[[]] * (len(before) + 5)]:
        keys, cursor = await walk.page(limit, cursor)
        seen += keys
        if cursor is None:
            break
        for change, number in happening:
            key = keys[-1] if number == LAST else before[number % len(before)]
            touched.add(key)
            apply(rows, case, key, change, before[(number * 7 + 3) % len(before)])
    assert cursor is None
    assert [key for key in seen if key not in touched and key in before] == [key for key in before if key not in touched]
    assert [key for key, times in Counter(seen).items() if times > 1 and key not in touched] == []


def test_each_list_says_which_rows_are_behind_it() -> None:
    assert CASES.keys() == LISTS.keys(), "a list needs a Case, which names the table of its rows"


@pytest.fixture(scope="module")
async def people(rows: Rows, services: dict[str, httpx.AsyncClient]) -> dict[str, list[Walk]]:
    """Return the walks of each list."""
    return {name: await walks(rows, services, endpoint) for name, endpoint in LISTS.items()}


@pytest.mark.parametrize("name", LISTS)
@given(pages=st.integers(2, 5), changes=st.lists(CHANGES, max_size=4))
@example(pages=3, changes=[[("leave", LAST)]])
@example(pages=3, changes=[[("move", LAST)]])
@settings(deadline=None, max_examples=6, suppress_health_check=[*HealthCheck])
async def test_changes_between_pages_lose_and_repeat_none(
    rows: Rows, people: dict[str, list[Walk]], name: str, pages: int, changes: list[list[Change]]
) -> None:
    try:
        await read_while_changed(rows, people[name][0], CASES[name], pages, changes)
    finally:
        rows.restore()


@pytest.fixture(scope="module")
async def cursors(people: dict[str, list[Walk]]) -> dict[str, str | None]:
    """Return the cursor after two items of each list."""
    return {name: (await walk.page(2))[1] for name, (walk, *_) in people.items()}


@pytest.mark.parametrize("name", LISTS)
async def test_cursor_of_another_list_is_refused(
    people: dict[str, list[Walk]], cursors: dict[str, str | None], name: str
) -> None:
    for other, cursor in cursors.items():
        assert cursor is not None
        mine = people[name][0]
        answer = await mine.http.get(mine.path, params={"cursor": cursor, **mine.parameters}, headers=mine.headers)
        assert answer.status_code == (200 if other == name else 422), (other, answer.text)


@pytest.mark.parametrize("name", LISTS)
async def test_cursor_of_another_person_shows_own_records_only(people: dict[str, list[Walk]], name: str) -> None:
    mine, *others = people[name]
    own = set(await mine.whole())
    for other in others[:3]:
        _, cursor = await other.page(2)
        found, _ = await mine.page(100, cursor)
        assert set(found) <= own


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.moves == ("sort_key",)])
async def test_longest_names_are_read_page_by_page(rows: Rows, people: dict[str, list[Walk]], name: str) -> None:
    walk, case = people[name][0], CASES[name]
    before = await walk.whole()
    try:
        for number, key in enumerate(before):
            # the last characters of Unicode differ at the end of the name only
            rows.move(case.table, key, {"sort_key": "\U0010ffff" * 199 + chr(0x1F600 + number)})
        seen, cursor = await walk.page(1)
        while cursor:
            more, cursor = await walk.page(1, cursor)
            seen += more
        assert seen == before
    finally:
        rows.restore()


@pytest.mark.parametrize("name", LISTS)
async def test_forged_keys_are_refused(people: dict[str, list[Walk]], name: str) -> None:
    walk = people[name][0]
    _, cursor = await walk.page(2)
    assert cursor is not None
    checksum, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert await walk.page(5, encoded([checksum, key])) == await walk.page(5, cursor)
    for forged in FORGED:
        query = {"cursor": encoded([checksum, forged]), **walk.parameters}
        answer = await walk.http.get(walk.path, params=query, headers=walk.headers)
        assert answer.status_code == 422, (forged, answer.text)
        assert answer.json()["errors"] == [{"field": "query.cursor", "message": NOT_ISSUED}]


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
