"""Path and query parameters, a filter, and the dependencies that handlers declare."""

from datetime import date
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Header
from pydantic import ValidationError
from starlette.requests import Request

from careplus_contracts.client import Client
from careplus_contracts.endpoints import EVERYONE, SIGNED_IN, Contract, Role
from careplus_contracts.refusals import Malformed
from careplus_contracts.values import Answer, Day, Id, Limit, PageFilter
from careplus_runtime.audit.recorder import Auditor
from careplus_runtime.http.dependencies import CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.handlers import BoundHandler
from careplus_runtime.http.parameters import Parameters
from careplus_runtime.http.serving import Routes, application, check_agreement
from careplus_runtime.identity.tokens import Identity

api = Contract(service="tests", tag="tests")


class VisitFilter(PageFilter):
    from_: Day | None = None
    open: bool = False


class PatientFilter(PageFilter):
    patient_id: Id | None = None


class Greeting(Answer):
    text: str


@api.get("/places/{place_id}/visits", roles=EVERYONE)
async def list_visits(place_id: Id, query: VisitFilter) -> None:
    """List visits."""


@api.get("/orders", roles={Role.DOCTOR})
async def list_orders(query: PatientFilter) -> None:
    """List orders."""


greetings = Contract(service="tests", tag="tests")


@greetings.get("/greeting", roles=EVERYONE)
async def greet() -> Greeting:
    """Greet."""
    raise NotImplementedError


def request_with(query: str, place_id: str = "7") -> Request:
    return Request({"type": "http", "query_string": query.encode(), "path_params": {"place_id": place_id}, "headers": []})


def read_plain(query: str) -> dict[str, Any]:
    """Return the values of the query and the path 7, with the filter as a dict."""
    values = Parameters(list_visits).read(request_with(query))
    assert isinstance(values["query"], VisitFilter)
    return {**values, "query": values["query"].model_dump(exclude_defaults=True)}


def test_parameters_have_names_and_types_of_the_signature() -> None:
    assert read_plain("") == {"place_id": 7, "query": {}}
    assert read_plain("from=2030-01-07&limit=5") == {"place_id": 7, "query": {"from_": date(2030, 1, 7), "limit": 5}}


def test_query_parameter_outside_a_filter_is_refused() -> None:
    with pytest.raises(TypeError, match="a Filter holds the query"):

        @api.get("/places/{place_id}/days", roles=EVERYONE)
        async def list_days(place_id: Id, limit: Limit = 20) -> None:
            """List days."""


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("colour=red", {"query.colour": "unknown parameter; known are from, open, limit, cursor"}),
        ("from_=2030-01-08", {"query.from_": "unknown parameter, did you mean from; known are from, open, limit, cursor"}),
        ("Limit=5", {"query.Limit": "unknown parameter, did you mean limit; known are from, open, limit, cursor"}),
        ("place_id=8", {"query.place_id": "unknown parameter; known are from, open, limit, cursor"}),
        ("limit=5&limit=5", {"query.limit": "send this parameter once"}),
        ("limit=5&limit=", {"query.limit": "send this parameter once"}),
        ("open=true&limit=5&limi%74=6", {"query.limit": "send this parameter once"}),
        ("=5", {"query.": "unknown parameter; known are from, open, limit, cursor"}),
        ("curser=a&limt", dict.fromkeys(("query.curser", "query.limt"))),
    ],
)
def test_unknown_and_repeated_parameters_are_refused(query: str, messages: dict[str, str | None]) -> None:
    with pytest.raises(Malformed) as refused:
        Parameters(list_visits).read(request_with(query))
    errors = {error.field: error.message for error in refused.value.extras["errors"]}
    assert errors.keys() == messages.keys()
    assert all(message in (None, errors[field]) for field, message in messages.items())


def test_endpoint_without_filter_takes_no_query() -> None:
    assert Parameters(greet).read(request_with("&")) == {}
    with pytest.raises(Malformed, match="this address takes none"):
        Parameters(greet).read(request_with("limit=5"))


def test_refusal_names_few_and_short_parameters() -> None:
    query = "&".join([f"a{number}=1" for number in range(600)] + ["b" * 3000])
    with pytest.raises(Malformed) as refused:
        Parameters(list_visits).read(request_with(query))
    with pytest.raises(Malformed) as long:
        Parameters(list_visits).read(request_with("b" * 3000))
    assert [error.field for error in refused.value.extras["errors"]] == [f"query.a{number}" for number in range(10)]
    assert [error.field for error in long.value.extras["errors"]] == ["query." + "b" * 40]


def test_filter_refuses_unknown_members_in_python() -> None:
    with pytest.raises(ValidationError):
        VisitFilter.model_validate({"form": date(2030, 1, 7)})


def test_filter_is_one_argument_and_flat_parameters() -> None:
    read = read_plain("from=2030-01-07&open=true&limit=5&cursor=abc")
    assert read == {"place_id": 7, "query": {"from_": date(2030, 1, 7), "open": True, "limit": 5, "cursor": "abc"}}
    assert list(list_visits.parameters) == ["place_id", "from_", "open", "limit", "cursor"]
    assert list_visits.body is None
    assert list_visits.parameters["limit"].annotation is Limit
    assert list_visits.parameters["from_"].default is None


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
def test_malformed_parameters_are_named_with_their_place(query: str, place_id: str, fields: list[str]) -> None:
    with pytest.raises(Malformed) as refused:
        Parameters(list_visits).read(request_with(query, place_id))
    assert sorted(error.field for error in refused.value.extras["errors"]) == fields


def test_patient_in_filter_is_audited() -> None:
    request = request_with("patient_id=12")
    request.scope["arguments"] = Parameters(list_orders).read(request)
    assert Auditor(list_orders)._patients(request, None) == {12}


async def test_client_sends_filter_members_that_are_set() -> None:
    async with httpx.AsyncClient(base_url="http://tests") as http:
        request = Client(http).request(list_visits, 7, VisitFilter(from_=date(2030, 1, 7), limit=5))
    assert (request.url.path, dict(request.url.params)) == (
        "/places/7/visits",
        {"limit": "5", "from": "2030-01-07", "open": "false"},
    )


def test_parameter_without_provider_is_refused() -> None:
    async def handler(place_id: Id, query: VisitFilter, *, weather: str) -> None: ...

    with pytest.raises(TypeError, match="list_visits: no provider for the parameter weather"):
        BoundHandler(list_visits, handler, None)


def test_sessions_fit_the_method() -> None:
    async def writes(*, db: WriteDb) -> None: ...
    async def reads(*, db: ReadDb) -> None: ...
    async def both(*, db: ReadDb, other: WriteDb) -> None: ...

    @Contract(service="tests", tag="tests").put("/greeting", roles=SIGNED_IN)
    async def change_greeting() -> Greeting:
        raise NotImplementedError

    check_agreement(greet, reads)
    check_agreement(change_greeting, writes)
    with pytest.raises(TypeError, match=r"greet: .* a GET takes ReadDb"):
        check_agreement(greet, writes)
    with pytest.raises(TypeError, match="Idempotency-Key"):
        check_agreement(change_greeting, reads)
    with pytest.raises(TypeError, match="takes one session"):
        check_agreement(change_greeting, both)


class Tokens:
    async def identify(self, token: str) -> Identity:
        return Identity(7, Role.PATIENT, "s" * 20, 2**40)


def client_of(app: FastAPI) -> httpx.AsyncClient:
    app.state.verifier = Tokens()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tests")


async def test_handlers_own_depends_is_solved_by_fastapi() -> None:
    # a header: query parameters are the ones of the contract
    def name(first: Annotated[str, Header(max_length=4)] = "you") -> str:
        return first

    async def handler(*, name: Annotated[str, Depends(name)], user: CurrentUser) -> Greeting:
        return Greeting(text=f"{name} {user.id}")

    routes = Routes()
    routes.serve(greet)(handler)
    async with client_of(application("tests", [greetings], [routes])) as http:
        http.headers["Authorization"] = "Bearer token"
        assert (await http.get("/greeting", headers={"First": "Noor"})).json() == {"text": "Noor 7"}
        assert (await http.get("/greeting")).json() == {"text": "you 7"}
        refused = await http.get("/greeting", headers={"First": "Noor Haddad"})
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        assert refused.json()["errors"][0]["field"] == "header.first"


async def test_current_user_works_in_plain_fastapi_route() -> None:
    app = application("tests", [], [])

    @app.get("/plain")
    async def plain(user: CurrentUser) -> dict[str, int]:
        return {"id": user.id}

    async with client_of(app) as http:
        assert (await http.get("/plain")).status_code == 401
        assert (await http.get("/plain", headers={"Authorization": "Bearer token"})).json() == {"id": 7}
