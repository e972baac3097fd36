"""What stands in the path and in the query, checked as the contract says."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import ConfigDict, Field, ValidationError, create_model

from careplus_contracts.endpoints import Endpoint
from careplus_runtime.http.problems import not_accepted


class Parameters:
    """The path and query parameters of an endpoint. Of one that is given twice the last counts; others are nobody's."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        # `from` is a word of Python's own
        kinds: dict[str, Any] = {
            name: (Annotated[p.annotation, Field(alias=name.rstrip("_"))], ... if p.default is p.empty else p.default)
            for name, p in endpoint.parameters.items()
        }
        self.model = create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **kinds)

    def read(self, request: Request) -> dict[str, Any]:
        """By the names of the signature. Raises Malformed."""
        path = request.path_params
        try:
            return dict(self.model.model_validate({**request.query_params, **path}).__dict__)
        except ValidationError as error:
            raise not_accepted(error, lambda loc: "path" if loc[0] in path else "query") from None
