"""The filled databases of tests of the doctors service, on SQLite and PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.list_database import Rows, filled
from tests.postgresql import new_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def rows_at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rows, str]]:
    """Yield the rows of a filled database, and its address."""
    name = request.module.__name__.rpartition("test_")[2]
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp(name)}/careplus.db"
    else:
        url = new_database(request.getfixturevalue("server"), name)
    rows = filled(url)
    yield rows, url
    rows.engine.dispose()
