"""Requests with hostile text in every member that takes text."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from careplus_contracts.endpoints import Endpoint
from tests.acts.act import Json
from tests.acts.catalogue import act_of
from tests.acts.context import ActContext
from tests.acts.members import Place, free_texts, with_value
from tests.attacks.hostile import HOSTILE, accepts, stored


def caller(endpoint: Endpoint[..., Any]) -> str:
    """Return the sender of text; public endpoints are called without a token."""
    return "stranger" if endpoint.public else act_of(endpoint).caller


def hostile_bodies(
    context: ActContext, endpoint: Endpoint[..., Any], number: int
) -> Iterator[tuple[str, Json, dict[Place, str]]]:
    """Yield a path, a body and the texts to be stored by place; one for each alternative of `one_of` members."""
    act, places = act_of(endpoint), free_texts(endpoint)
    for chosen in act.one_of or (None,):
        left_out = {*act.fixed, *act.one_of} - {chosen}
        _, _, path, body = context.request(act)
        body = {name: value for name, value in body.items() if name not in act.one_of}
        sent = dict(hostile_texts({place: kind for place, kind in places.items() if place[-1] not in left_out}, number))
        for place, text in sent.items():
            body = with_value(body, place, text)
        yield path, body, {place: stored(places[place], text) for place, text in sent.items()}


def hostile_texts(places: dict[Place, Any], number: int) -> Iterator[tuple[Place, str]]:
    """Yield a different text for each place. Over all numbers, each place gets each text."""
    for shift, (place, kind) in enumerate(places.items()):
        text = HOSTILE[(number + 7 * shift) % len(HOSTILE)]
        yield place, text if accepts(kind, text) else f"text {shift}"


def send_text(context: ActContext, endpoint: Endpoint[..., Any], path: str, body: Any, *, ascii_only: bool) -> httpx.Response:
    """Send a body as JSON with or without escapes: httpx sends no escapes, and both are JSON."""
    content = json.dumps(body, ensure_ascii=ascii_only).encode()
    headers = {"Content-Type": "application/json"}
    answer = context.http(caller(endpoint)).request(endpoint.method, path, content=content, headers=headers)
    assert answer.status_code < 500, answer.text
    return answer


def strings_in(value: Any) -> Iterator[str]:
    """Yield every text in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)
