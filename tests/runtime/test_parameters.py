"""What stands in the path and in the query, as handlers get it."""

from datetime import date

import pytest
from starlette.requests import Request

from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.refusals import Malformed
from careplus_contracts.values import Id, Limit
from careplus_runtime.http.handlers import facing_fastapi
from careplus_runtime.http.parameters import Parameters

api = Contract(service="tests", tag="tests")


@api.get("/places/{place_id}/days", roles=EVERYONE)
async def list_days(place_id: Id, from_: date | None = None, limit: Limit = 20) -> None:
    """List days."""


def asked(query: str, place_id: str = "7") -> Request:
    return Request({"type": "http", "query_string": query.encode(), "path_params": {"place_id": place_id}, "headers": []})


def test_parameters_have_the_names_of_the_signature_and_the_types_of_the_contract() -> None:
    read = Parameters(list_days).read
    assert read(asked("")) == {"place_id": 7, "from_": None, "limit": 20}
    assert read(asked("from=2030-01-07&limit=5")) == {"place_id": 7, "from_": date(2030, 1, 7), "limit": 5}
    # the last of two counts, the path's own is the path's, and what nobody knows is nobody's
    assert read(asked("limit=5&limit=6&place_id=8&from_=2030-01-08&colour=red")) == {"place_id": 7, "from_": None, "limit": 6}


@pytest.mark.parametrize(
    ("query", "place_id", "fields"),
    [
        ("limit=0", "7", ["query.limit"]),
        ("limit=", "7", ["query.limit"]),
        ("from=today&limit=many", "7", ["query.from", "query.limit"]),
        ("", "none", ["path.place_id"]),
        ("limit=101", "0", ["path.place_id", "query.limit"]),
    ],
)
def test_each_that_is_not_accepted_is_named_with_its_place(query: str, place_id: str, fields: list[str]) -> None:
    with pytest.raises(Malformed) as refused:
        Parameters(list_days).read(asked(query, place_id))
    assert [error.field for error in refused.value.extras["errors"]] == fields


def test_a_handler_that_takes_what_nobody_fills_does_not_start() -> None:
    async def handler(place_id: Id, from_: date | None = None, limit: Limit = 20, *, weather: str) -> None: ...

    with pytest.raises(TypeError, match="what to give for weather"):
        facing_fastapi(list_days, handler, None)
