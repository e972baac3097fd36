"""`make migration` writes the difference between models and migrations, with the next number, as the other files are written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from careplus_tables.migrate import HEAD
from careplus_tables.registry import METADATA
from tests.architecture.new_migration import main, write

NEXT = f"{int(HEAD) + 1:04}"
EXPECTED = f'''"""Add wards."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"
branch_labels = None
depends_on = None
older_code_works = False  # True if processes of the revision before go on working while and after it is migrated


def upgrade() -> None:
    op.create_table(
        "wards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wards")),
    )
'''


@pytest.fixture
def new_table() -> Iterator[None]:
    table = sa.Table(
        "wards", METADATA, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String, nullable=False)
    )
    yield
    METADATA.remove(table)


def test_migration_of_a_new_table_is_written(new_table: None, tmp_path: Path) -> None:
    path = write("add_wards", tmp_path)
    assert path is not None
    assert (path.name, path.read_text()) == (f"{NEXT}_add_wards.py", EXPECTED)


def test_migration_without_difference_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write("add_nothing", tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert main("add_nothing") == 1
    assert "do not differ" in capsys.readouterr().err


def test_migration_without_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("") == 1
    assert "make migration NAME=" in capsys.readouterr().err
