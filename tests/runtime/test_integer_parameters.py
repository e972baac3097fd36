"""An integer in a path or a query has one spelling, at every endpoint."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from starlette.requests import Request

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_contracts.refusals import Malformed
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.audit.recorder import Auditor
from careplus_runtime.http.parameters import Parameters

SPELLINGS = ("2_1", "021", "+21", "21.0", " 21", "21 ", "2\u0661", "\uff12\uff11")
CODES = {"session_id": "s" * 16, "code": "glucose", "analyte": "glucose"}
REQUIRED = {
    "q": "derm",
    "interval": "6_weeks",
    "full_name": "Pia Novak",
    "date_of_birth": "1984-05-17",
    "patient_id": "21",
    "into_id": "21",
    "test_codes": "glucose",
    "starts_at": "2030-01-07T09:00:00Z",
    "every": "week",
    "count": "3",
    "doctor_id": "21",
}


def is_integer(annotation: Any) -> bool:
    return annotation is int or any(map(is_integer, get_args(annotation)))


def parameters(endpoint: Endpoint[..., Any]) -> Iterator[tuple[str, str]]:
    """Yield the integers of an endpoint as place and name."""
    for name, declared in resolved_parameters(endpoint.stub).items():
        if f"{{{name}}}" in endpoint.path and is_integer(declared.annotation):
            yield "path", name
    if endpoint.filter:
        for name, field in endpoint.filter.annotation.model_fields.items():
            # a series has at most 20 visits, so 21 is refused in every spelling
            if is_integer(field.annotation) and name != "count":
                yield "query", name


def read(endpoint: Endpoint[..., Any], place: str, name: str, text: str) -> dict[str, Any]:
    """Read a request that is right but for the spelling of one integer."""
    path = {one: CODES.get(one, "21") for one in endpoint.parameters if f"{{{one}}}" in endpoint.path}
    fields = endpoint.filter.annotation.model_fields if endpoint.filter else {}
    query = {one: REQUIRED[one] for one, field in fields.items() if field.is_required()}
    {"path": path, "query": query}[place][name] = text
    request: Any = SimpleNamespace(path_params=path, query_params=Query(query), scope={"query_string": b"sent" if query else b""})
    return Parameters(endpoint).read(request)


class Query(dict[str, str]):
    """A query with each name once."""

    def multi_items(self) -> list[tuple[str, str]]:
        return [*self.items()]


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if any(parameters(one))], ids=lambda one: one.name)
def test_other_spelling_of_an_integer_is_refused(endpoint: Endpoint[..., Any]) -> None:
    for place, name in parameters(endpoint):
        read(endpoint, place, name, "21")
        for text in SPELLINGS:
            with pytest.raises(Malformed) as refused:
                read(endpoint, place, name, text)
            assert [error.field for error in refused.value.extras["errors"]] == [f"{place}.{name}"], text


@pytest.mark.parametrize("text", ["2_1", "021", "21.0"])
def test_refused_spelling_names_no_patient_in_the_trail(text: str) -> None:
    auditor = Auditor(next(one for one in ENDPOINTS if "{patient_id}" in one.path))
    named = [
        auditor._patients(Request({"type": "http", "headers": [], "path_params": {"patient_id": one}}), None)
        for one in (text, "21")
    ]
    assert named == [set(), {21}]
