"""Migration 0037 keeps second factors and their recovery codes while it makes the secret of an app optional."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from careplus_tables.registry import METADATA
from tests.tables.migrated import upgraded
from tests.tables.test_migration_0010 import insert
from tests.tables.test_patient_times import NOON, add_accounts


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Yield the engine of a database that was filled at revision 0036 and upgraded."""
    with upgraded(request, tmp_path_factory, "0036", fill_0036) as engine:
        yield engine


def fill_0036(connection: sa.Connection) -> None:
    """Insert an app with two recovery codes."""
    add_accounts(connection)
    insert(connection, "second_factors", account_id=1, secret_ciphertext="secret", confirmed_at=NOON, last_step=7)
    for code_hash in ("a", "b"):
        insert(connection, "recovery_codes", account_id=1, code_hash=code_hash)


def test_factors_and_codes_are_kept(engine: sa.Engine) -> None:
    factors, codes = METADATA.tables["second_factors"], METADATA.tables["recovery_codes"]
    with engine.connect() as connection:
        row = connection.execute(sa.select(factors.c.secret_ciphertext, factors.c.last_step, factors.c.warned_at)).one()
        kept = connection.execute(sa.select(codes.c.code_hash).order_by(codes.c.code_hash)).scalars().all()
    assert (tuple(row), kept) == (("secret", 7, None), ["a", "b"])


def test_codes_need_a_second_factor(engine: sa.Engine) -> None:
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        insert(connection, "recovery_codes", account_id=2, code_hash="c")
