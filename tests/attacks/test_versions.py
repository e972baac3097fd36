"""Concurrent changes of one record in one version: one succeeds, the others get 412."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS
from tests.acts.catalogue import act_of
from tests.acts.context import ActContext, acting_in
from tests.attacks.db_assertions import all_at_once, client_for
from tests.world import World

REQUESTS = 50
VERSIONED = [endpoint for endpoint in ENDPOINTS if endpoint.versioned]
WITHOUT_VERSION = {
    "cancel_bookings": "cancels all visits ahead, not one record",
    "cancel_lab_bookings": "cancels all laboratory bookings ahead, not one record",
    "mark_called": "ends one notice once",
    "revoke_screen": "ends one token once",
    "resend_notice": "queues one notice again",
    "set_notice_choices": "one person's own choices; the last one holds",
}
"""PUTs that do not change one version of a record, with the reason."""


@pytest.fixture(scope="module")
def context(world: World) -> Iterator[ActContext]:
    with acting_in(world) as opened:
        yield opened


def test_every_put_changes_a_versioned_record() -> None:
    puts = {endpoint.name for endpoint in ENDPOINTS if endpoint.method == "PUT"}
    assert puts >= WITHOUT_VERSION.keys()
    assert {one.name for one in VERSIONED} == puts - WITHOUT_VERSION.keys() | {"correct_result"}


@pytest.mark.parametrize("endpoint", VERSIONED, ids=lambda endpoint: endpoint.name)
async def test_concurrent_changes_have_one_winner(context: ActContext, endpoint: Endpoint[..., Any]) -> None:
    act = act_of(endpoint)
    race = act.race
    assert race is not None
    values, person = (race.path or act.path)(context), race.person or act.caller
    read, path = race.read.format(**{**context.world.ids, **values}), context.path(act, values)
    etag = context.http(person).get(read).headers["etag"] if read else race.etag
    headers = {**context.headers(person), "If-Match": etag}
    async with client_for(context.hospital, REQUESTS) as http:
        send = partial(http.request, endpoint.method, path, headers=headers)
        answers = await all_at_once(lambda number: send(json=race.body(context, number)), REQUESTS)
    assert Counter(answer.status_code for answer in answers) == {endpoint.status: 1, 412: REQUESTS - 1}
    [winner] = [answer for answer in answers if answer.status_code == endpoint.status]
    assert winner.headers["etag"] == f'"{winner.json()["version"]}"'
    assert winner.json()["version"] == int(etag.strip('"')) + 1
    assert {answer.json()["version"] for answer in answers if answer.status_code == 412} == {winner.json()["version"]}
    if read:
        now = context.http(person).get(read)
        assert now.headers["etag"] == winner.headers["etag"]
        shared = winner.json().keys() & now.json().keys()
        assert [now.json()[name] for name in shared] == [winner.json()[name] for name in shared]
