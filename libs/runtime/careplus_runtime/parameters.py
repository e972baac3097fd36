"""What stands in the path and in the query, checked as the contract says."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import ConfigDict, Field, ValidationError, create_model

from careplus_contracts.endpoints import Endpoint
from careplus_runtime.problems import malformed


class Parameters:
    """The path and query parameters of an endpoint. Of one that is given twice the last counts; others are nobody's."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        # `from` is a word of Python's own
        kinds = {
            name: (Annotated[p.annotation, Field(alias=name.rstrip("_"))], ... if p.default is p.empty else p.default)
            for name, p in endpoint.parameters.items()
        }
        self.model = create_model(endpoint.name, __config__=ConfigDict(protected_namespaces=()), **kinds)  # type: ignore[call-overload]

    def read(self, request: Request) -> dict[str, Any]:
        """By the names of the signature. Raises Malformed."""
        path = request.path_params
        try:
            return dict(self.model.model_validate({**request.query_params, **path}).__dict__)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)
            places = ["path" if one["loc"][0] in path else "query" for one in found]
            raise malformed([{**one, "loc": (place, *one["loc"])} for place, one in zip(places, found, strict=True)]) from None
