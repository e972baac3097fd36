"""The PostgreSQL server of the tests of tables."""

from collections.abc import Iterator

import pytest

from tests.postgresql import postgresql


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Yield the URL of a server that the tests of one module share."""
    with postgresql() as url:
        yield url
