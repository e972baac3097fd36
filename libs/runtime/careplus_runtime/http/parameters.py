"""Path and query parameters, checked as the contract declares them."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import ConfigDict, Field, ValidationError, create_model

from careplus_contracts.endpoints import Endpoint, resolved_parameters
from careplus_runtime.http.problems import not_accepted


class Parameters:
    """The path and query parameters of an endpoint as one model. A filter is a member of it.

    The last of repeated query parameters counts; unknown ones are ignored.
    """

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.filter = endpoint.filter.name if endpoint.filter else ""
        self.path = endpoint.path
        fields: dict[str, Any] = {
            # `from_` is sent as `from`, which is a keyword of Python
            name: (Annotated[p.annotation, Field(alias=name.rstrip("_"))], ... if p.default is p.empty else p.default)
            for name, p in resolved_parameters(endpoint.stub).items()
            if endpoint.body is None or name != endpoint.body.name
        }
        self.model = create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **fields)

    def read(self, request: Request) -> dict[str, Any]:
        """Return the values by the names of the signature. Raise Malformed."""
        values = {**request.query_params, **request.path_params}
        if self.filter:
            values[self.filter] = dict(request.query_params)
        try:
            return dict(self.model.model_validate(values, by_alias=True, by_name=False).__dict__)
        except ValidationError as error:
            raise not_accepted(error, self._location) from None

    def _location(self, member: tuple[int | str, ...]) -> tuple[int | str, ...]:
        if member[0] == self.filter:
            return ("query", *member[1:])
        return ("path" if f"{{{member[0]}}}" in self.path else "query", *member)
