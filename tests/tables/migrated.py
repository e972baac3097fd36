"""The databases of migration tests: filled at an old revision, then upgraded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic import command

from careplus_tables.engine import sync_engine
from careplus_tables.migrate import HEAD, alembic_config, revision, upgrade
from tests.postgresql import new_database


@contextmanager
def upgraded(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, before: str, fill: Callable[[sa.Connection], None]
) -> Iterator[sa.Engine]:
    """Yield the engine of a database of `request.param` that was filled at revision `before` and upgraded."""
    if request.param == "sqlite":
        address = f"sqlite:///{folders.mktemp('migrated')}/careplus.db"
    else:
        address = new_database(request.getfixturevalue("server"), f"migrated_{request.module.__name__.rpartition('_')[2]}")
    engine = sync_engine(address)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), before)
        fill(connection)
    upgrade(address)
    assert revision(address) == HEAD
    yield engine
    engine.dispose()
