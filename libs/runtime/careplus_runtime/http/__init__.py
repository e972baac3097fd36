"""Contracts on FastAPI: routes, handlers, bodies, problems, paging, idempotency and OpenAPI."""
