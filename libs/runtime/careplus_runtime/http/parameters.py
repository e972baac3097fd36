"""Path and query parameters, checked as the contract declares them."""

from typing import Any

from fastapi import Request
from pydantic import ConfigDict, ValidationError, create_model

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_runtime.http.problems import not_accepted


class Parameters:
    """The path parameters of an endpoint, and the filter that is its query, as one model.

    The last of repeated query parameters counts; unknown ones are ignored.
    """

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.filter = endpoint.filter.name if endpoint.filter else ""
        body = endpoint.body.name if endpoint.body else ""
        declared = resolved_parameters(endpoint.stub).items()
        fields: dict[str, Any] = {name: (p.annotation, ...) for name, p in declared if name != body}
        self.model = create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **fields)

    def read(self, request: Request) -> dict[str, Any]:
        """Return the values by the names of the signature. Raise Malformed."""
        values = {**request.path_params, self.filter: dict(request.query_params)}
        try:
            return dict(self.model.model_validate(values, by_alias=True, by_name=False).__dict__)
        except ValidationError as error:
            raise not_accepted(error, self._location) from None

    def _location(self, member: tuple[int | str, ...]) -> tuple[int | str, ...]:
        return ("query", *member[1:]) if member[0] == self.filter else ("path", *member)
