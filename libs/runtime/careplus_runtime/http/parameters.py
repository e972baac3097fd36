"""Path and query parameters, checked as the contract declares them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

from fastapi import Request
from pydantic import ConfigDict, ValidationError, create_model

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_runtime.http.problems import malformed, not_accepted

MAX_NAMED, MAX_NAME = 10, 40
"""Unknown parameters that a refusal names, and characters of each."""


class Parameters:
    """The path parameters of an endpoint, and the filter that is its query, as one model."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.filter = endpoint.filter.name if endpoint.filter else ""
        self.query = [name.rstrip("_") for name in endpoint.parameters if f"{{{name}}}" not in endpoint.path]
        body = endpoint.body.name if endpoint.body else ""
        declared = resolved_parameters(endpoint.stub).items()
        fields: dict[str, Any] = {name: (p.annotation, ...) for name, p in declared if name != body}
        if endpoint.filter:
            # a class named like the endpoint, so that a cursor is of one list
            fields[self.filter] = (create_model(endpoint.name, __base__=endpoint.filter.annotation), ...)
        self.model = create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **fields)

    def read(self, request: Request) -> dict[str, Any]:
        """Return the values by the names of the signature. Raise Malformed."""
        check_names(request, self.query)
        values = {**request.path_params, self.filter: dict(request.query_params)}
        try:
            found = dict(self.model.model_validate(values, by_alias=True, by_name=False).__dict__)
        except ValidationError as error:
            raise not_accepted(error, self._location) from None
        _check_digits("path", request.path_params, found)
        if self.filter:
            _check_digits("query", request.query_params, vars(found[self.filter]))
        return found

    def _location(self, member: tuple[int | str, ...]) -> tuple[int | str, ...]:
        return ("query", *member[1:]) if member[0] == self.filter else ("path", *member)


def _check_digits(place: str, sent: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    # pydantic also reads `2_21`, `0221` and `221.0` as 221: one record would have many addresses
    integers = ((name.rstrip("_"), value) for name, value in found.items() if type(value) is int)
    if wrong := [name for name, value in integers if sent.get(name, str(value)) != str(value)]:
        raise malformed([{"loc": (place, name), "msg": "write it in digits, without sign or leading zeros"} for name in wrong])


def check_names(request: Request, known: Sequence[str]) -> None:
    """Raise Malformed for query parameters that are unknown or repeated."""
    if request.scope["query_string"]:
        sent = Counter(name for name, _ in request.query_params.multi_items())
        wrong = (name for name, times in sent.items() if times > 1 or name not in known)
        if errors := [_error(name[:MAX_NAME], known) for name in islice(wrong, MAX_NAMED)]:
            raise malformed(errors)


def _error(name: str, known: Sequence[str]) -> dict[str, Any]:
    if name in known:
        text = "send this parameter once"
    elif not known:
        text = "unknown parameter; this address takes none in its query"
    else:
        meant = "".join(f", did you mean {close}" for close in get_close_matches(name, known, 1))
        text = f"unknown parameter{meant}; known are {', '.join(known)}"
    return {"loc": ("query", name), "msg": text}
