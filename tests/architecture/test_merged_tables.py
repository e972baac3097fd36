"""Each table with a column of a patient is moved by a merge of two records, or stays with a reason."""

import pytest
import sqlalchemy as sa

from careplus_tables.merging import MOVED, STAYS
from careplus_tables.migrations import merged_records
from careplus_tables.registry import METADATA

OF_A_PERSON = ("patient_id", "account_id")


def gaps(metadata: sa.MetaData) -> list[str]:
    """Return the tables with a column of a patient that a merge would forget."""
    named = {table.name for table in metadata.sorted_tables if {*OF_A_PERSON} & set(table.c.keys())}
    return sorted(named - MOVED.keys() - STAYS.keys())


def test_merge_moves_or_leaves_each_table() -> None:
    assert gaps(METADATA) == [], "add the table to MOVED in tables/merging.py, or to STAYS with the reason"
    assert not MOVED.keys() & STAYS.keys()
    assert MOVED.keys() | STAYS.keys() <= METADATA.tables.keys()


@pytest.mark.parametrize("column", OF_A_PERSON)
def test_forgotten_table_is_found(column: str) -> None:
    metadata = sa.MetaData()
    sa.Table("wishes", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column(column, sa.Integer))
    assert gaps(metadata) == ["wishes"]


def test_columns_of_moved_tables_exist() -> None:
    assert [name for name, column in MOVED.items() if column not in METADATA.tables[name].c] == []


def test_new_row_of_a_merged_record_is_refused_everywhere() -> None:
    appended = {"charts", "result_comments"}
    moved = {name for name, column in MOVED.items() if column == "patient_id"}
    assert {*merged_records.TABLES, *merged_records.LATER_TABLES} == moved | appended
