"""Contracts refuse an endpoint without roles, a handler with another signature, and a service with an unserved endpoint."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, Request, Response
from pydantic import Field

from careplus_contracts.endpoints import EVERYONE, Contract, Endpoint, Role
from careplus_contracts.refusals import Forbidden, InProgress, KeyReused, Malformed, NotFound, Stale, TooLarge, Unauthenticated
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import Answer, Body, Id, PageFilter
from careplus_runtime.http.dependencies import CurrentUser, IfMatch, WriteDb
from careplus_runtime.http.serving import Routes, application, check_agreement


class Move(Body):
    to: Id


class Place(Answer):
    id: Id


FIRST_PAGE = PageFilter()
api = Contract(service="tests", tag="tests")


@api.post(
    "/places/{place_id}",
    roles={Role.PATIENT},
    refuses=(NotFound,),
    not_idempotent_because="it has no transaction",
    example={"to": 1},
)
async def move(place_id: Id, body: Move, query: PageFilter) -> Place:
    """Move a place."""
    raise NotImplementedError


more = Contract(service="tests", tag="tests")


@more.post("/places", roles={Role.PATIENT})
async def open_place() -> Place:
    """Open a place."""
    raise NotImplementedError


@more.post("/keys", roles={Role.PATIENT}, not_idempotent_because="a key is kept nowhere")
async def hand_out_key() -> Place:
    """Hand out the key to a place."""
    raise NotImplementedError


@more.put("/places", roles={Role.PATIENT}, versioned=True)
async def close_places() -> Place:
    """Close all places."""
    raise NotImplementedError


def test_endpoint_without_roles_is_refused() -> None:
    contract: Any = Contract(service="tests", tag="tests")
    for method in (contract.get, contract.post, contract.put, contract.delete):
        with pytest.raises(TypeError, match="roles"):
            method("/places")
    assert contract.endpoints == []


def test_path_parameters_match_the_signature() -> None:
    contract = Contract(service="tests", tag="tests")
    with pytest.raises(TypeError, match="place_id"):

        @contract.get("/places/{place_id}", roles=EVERYONE)
        async def show(id: Id) -> Place:
            return Place(id=id)


def test_endpoint_shape_implies_refusals() -> None:
    assert set(move.all_refusals) > {NotFound, Unauthenticated, Forbidden, Malformed, TooLarge}
    assert {InProgress, KeyReused} <= set(open_place.all_refusals)
    assert {InProgress, KeyReused}.isdisjoint(hand_out_key.all_refusals)
    assert {InProgress, KeyReused, Stale} <= set(close_places.all_refusals)
    assert (list(move.parameters), move.body and move.body.name) == (["place_id", "limit", "cursor"], "body")
    assert not move.public
    assert (move.admits(Role.PATIENT), move.admits(Role.DOCTOR)) == (True, False)


async def as_promised(place_id: Id, body: Move, query: PageFilter, *, who: CurrentUser, db: WriteDb) -> Place:
    return Place(id=place_id)


async def without_the_house(place_id: Id, body: Move, query: PageFilter) -> Place:
    return Place(id=place_id)


async def with_the_request(place_id: Id, body: Move, query: PageFilter, *, request: Request) -> Place:
    return Place(id=place_id)


async def other_name(place: Id, body: Move, query: PageFilter) -> Place:
    return Place(id=place)


async def other_type(place_id: int, body: Move, query: PageFilter) -> Place:
    return Place(id=place_id)


async def other_bounds(place_id: Annotated[int, Field(ge=0)], body: Move, query: PageFilter) -> Place:
    return Place(id=place_id)


async def other_body(place_id: Id, body: Place, query: PageFilter) -> Place:
    return body


async def other_default(place_id: Id, body: Move, query: PageFilter = FIRST_PAGE) -> Place:
    return Place(id=place_id)


async def other_order(body: Move, place_id: Id, query: PageFilter) -> Place:
    return Place(id=place_id)


async def one_less(place_id: Id, body: Move) -> Place:
    return Place(id=place_id)


async def one_more(place_id: Id, body: Move, query: PageFilter, q: str = "") -> Place:
    return Place(id=place_id)


async def house_among_what_is_sent(
    place_id: Id, body: Move, query: PageFilter, who: Annotated[Any, Depends(str)] = None
) -> Place:
    return Place(id=place_id)


@pytest.mark.parametrize("handler", [as_promised, without_the_house, with_the_request])
def test_handler_with_contract_signature_is_accepted(handler: Callable[..., Awaitable[Any]]) -> None:
    check_agreement(move, handler)
    routes = Routes()
    assert routes.serve(move)(handler) is handler
    assert [endpoint.name for endpoint, _ in routes.served] == ["move"]


@pytest.mark.parametrize(
    "handler",
    [
        other_name,
        other_type,
        other_bounds,
        other_body,
        other_default,
        other_order,
        one_less,
        one_more,
        house_among_what_is_sent,
    ],
)
def test_handler_with_other_signature_is_refused_at_import(handler: Callable[..., Awaitable[Any]]) -> None:
    routes = Routes()
    with pytest.raises(TypeError, match=r"^move: "):
        routes.serve(move)(handler)
    assert routes.served == []


async def in_one_transaction(*, db: WriteDb) -> Place:
    raise NotImplementedError


async def with_the_version(*, db: WriteDb, expected: IfMatch) -> Place:
    raise NotImplementedError


async def without_a_transaction(*, expected: IfMatch) -> Place:
    raise NotImplementedError


async def with_headers_of_its_own(*, db: WriteDb, response: Response) -> Place:
    raise NotImplementedError


def test_header_promises_need_matching_dependencies() -> None:
    check_agreement(open_place, in_one_transaction)
    check_agreement(close_places, with_the_version)
    with pytest.raises(TypeError, match="open_place: the contract declares Idempotency-Key"):
        check_agreement(open_place, without_a_transaction)
    with pytest.raises(TypeError, match="close_places: the contract declares If-Match"):
        check_agreement(close_places, in_one_transaction)
    with pytest.raises(TypeError, match="open_place: headers that the handler adds would be missing"):
        check_agreement(open_place, with_headers_of_its_own)
    check_agreement(hand_out_key, with_headers_of_its_own)


def test_only_tokens_and_previews_are_not_idempotent() -> None:
    without = {endpoint.name for endpoint in ENDPOINTS if endpoint.method in {"POST", "PUT"} and not endpoint.idempotent}
    previews = {"preview_flags", "check_prescription", "show_check_in"}
    assert without == {"login", "refresh", "logout", "switch_side", "link_record", "start_sign_on", "sign_on", *previews}


def test_only_token_refresh_and_preview_are_not_audited() -> None:
    without = [endpoint.name for endpoint in ENDPOINTS if not endpoint.audited]
    assert without == ["refresh", "start_sign_on", "show_check_in", "check_prescription", "preview_flags"]


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "PUT"], ids=lambda one: one.name)
def test_put_of_a_versioned_record_takes_if_match(endpoint: Endpoint[..., Any]) -> None:
    assert endpoint.versioned == ("version" in getattr(endpoint.answer, "model_fields", {}))


def test_service_with_unserved_endpoint_does_not_start() -> None:
    kept, routes = Routes(), Routes()
    kept.serve(move)(as_promised)
    assert application("tests", contracts=[api], routes=[kept]).title == "tests"
    with pytest.raises(TypeError, match=r"tests: declared and not served.*move"):
        application("tests", contracts=[api], routes=[routes])
    with pytest.raises(TypeError, match=r"served and not declared.*move"):
        application("tests", contracts=[], routes=[kept])
    with pytest.raises(TypeError, match=r"tests: served twice: \['move'\]"):
        application("tests", contracts=[api], routes=[kept, kept])
