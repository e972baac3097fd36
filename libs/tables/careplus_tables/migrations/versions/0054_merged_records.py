"""Add merges of two records of one patient, and the keys that find such records."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from careplus_tables.columns import InstantColumn

revision = "0054"
down_revision = "0052"
branch_labels = None
depends_on = None
older_code_works = True  # accounts that older code writes have no keys: they are not listed as duplicates before a change

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
BATCH = 5000


def upgrade() -> None:
    # in place: a copy of the table on SQLite would lose its triggers
    for name, kind in (("likeness_key", KEY), ("phone_key", KEY), ("merged_into_id", BIG)):
        op.add_column("accounts", sa.Column(name, kind, nullable=True))
    _fill_keys()
    op.create_index("ix_accounts_phone_key", "accounts", ["phone_key"])
    merged = sa.text("merged_into_id IS NOT NULL")
    op.create_index("ix_accounts_merged_into_id", "accounts", ["merged_into_id"], sqlite_where=merged, postgresql_where=merged)
    _create_merges()
    op.create_table(
        "moved_rows",
        sa.Column("merge_id", BIG, nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["record_merges.id"], name=op.f("fk_moved_rows_merge_id_record_merges")),
        sa.PrimaryKeyConstraint("merge_id", "table_name", "row_key", name=op.f("pk_moved_rows")),
    )


def _create_merges() -> None:
    op.create_table(
        "record_merges",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.Column("merged_id", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_at", InstantColumn(), nullable=False),
        sa.Column("merged_by_id", BIG, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("chart", sa.JSON(), nullable=True),
        sa.Column("chart_version", sa.Integer(), nullable=True),
        sa.Column("undone_at", InstantColumn(), nullable=True),
        sa.Column("undone_by_id", BIG, nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_record_merges_two_records_v1")),
        *(
            sa.ForeignKeyConstraint([column], ["accounts.id"], name=op.f(f"fk_record_merges_{column}_accounts"))
            for column in ("kept_id", "merged_id", "merged_by_id", "undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_merges")),
    )
    in_force = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_record_merges_merged_id",
        "record_merges",
        ["merged_id"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_index("ix_record_merges_kept_id", "record_merges", ["kept_id"])


def _fill_keys() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, full_name, phone FROM accounts")).all()
    values = [{"id": id_, "likeness": likeness_key(name), "phone": phone_key(phone)} for id_, name, phone in rows]
    for start in range(0, len(values), BATCH):
        connection.execute(
            sa.text("UPDATE accounts SET likeness_key = :likeness, phone_key = :phone WHERE id = :id"),
            values[start : start + BATCH],
        )


# copies of the application's functions at this revision
_TITLES = {"dr", "dra", "prof", "pd", "dipl", "med", "dent"}
_LETTERS = str.maketrans(
    {
        **{"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i"},
        **dict.fromkeys("’‘ʼʹ′`´＇", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys(",;،؛、", " "),
    }
)
_SPELLED_VOWEL = re.compile(r"([aou])e")
_SOUNDS = (("dt", "t"), ("th", "t"), ("ph", "f"), ("ck", "k"), ("tz", "z"), ("y", "i"), ("ei", "ai"))
_DOUBLED = re.compile(r"(.)\1+")
_FEWEST_DIGITS = 6


def likeness_key(full_name: str) -> str:
    """Return the first and the last word of a name in alphabetical order, without letters that only the spelling adds."""
    words = [word for word in _equality_key(full_name).split() if word not in _TITLES] or _equality_key(full_name).split()
    return " ".join(sorted({_as_heard(word) for word in (words[0], words[-1])})) if words else ""


def phone_key(phone: str | None) -> str | None:
    """Return the last nine digits of a phone number; None for a short one."""
    digits = re.sub(r"[^0-9]", "", phone or "")
    return digits[-9:] if len(digits) >= _FEWEST_DIGITS else None


def _as_heard(word: str) -> str:
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return _DOUBLED.sub(r"\1", word)


def _fold(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", composed)
    kept = "".join(one for one in letters if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    return " ".join(kept.casefold().translate(_LETTERS).split())


def _equality_key(text: str) -> str:
    joined = _fold(text).replace("-", " ").replace("'", "").replace(".", " ")
    return " ".join(_SPELLED_VOWEL.sub(r"\1", joined).split()) or _fold(text)
