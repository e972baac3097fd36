"""Add keys for searching and sorting names, give each mailbox one normal form, and remove invisible letters from names.

The functions are copies of `careplus_clinic.search_keys` and `careplus_contracts.texts` at this revision. Where two accounts have
one mailbox, the one in normal form or else the older one gets it; the other keeps its spelling, with which its owner still signs
in, and a warning names both.
"""

import logging
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH = 5000
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DROPPED = {
    "accounts": ("ix_accounts_full_name_id", "ix_accounts_role_full_name_id"),
    "doctors": ("ix_doctors_full_name_id", "ix_doctors_specialty"),
    "referrals": ("ix_referrals_to_specialty_id",),
}
INDEXES = {
    "accounts": (("sort_key", "id"), ("role", "sort_key", "id")),
    "doctors": (("sort_key", "id"), ("specialty_key",)),
    "referrals": (("to_specialty_key", "id"),),
}


def upgrade() -> None:
    for table, names in DROPPED.items():
        for name in names:
            op.drop_index(name, table)
    for table, (columns, _, _) in TABLES.items():
        for column in columns:
            is_null = table == "referrals"
            # SQLite adds a column that is not null with a default only
            op.add_column(table, sa.Column(column, KEY, nullable=is_null, server_default=None if is_null else ""))
    connection = op.get_bind()
    _normalise_emails(connection)
    for table, (columns, sources, compute) in TABLES.items():
        _fill(connection, table, columns, sources, compute)
        if connection.dialect.name == "postgresql" and table != "referrals":
            for column in columns:
                op.alter_column(table, column, server_default=None)
    for table, indexes in INDEXES.items():
        for index in indexes:
            op.create_index(f"ix_{table}_{'_'.join(index)}", table, list(index))


def _normalise_emails(connection: sa.Connection) -> None:
    """Store each address in its normal form; of two accounts with one mailbox only one."""
    rows = connection.execute(sa.text("SELECT id, email FROM accounts ORDER BY id")).all()
    taken = {email: id_ for id_, email in rows if email == normal_email(email)}
    for id_, email in rows:
        normal = normal_email(email)
        if taken.setdefault(normal, id_) == id_ and email != normal:
            connection.execute(sa.text("UPDATE accounts SET email = :email WHERE id = :id"), {"email": normal, "id": id_})
        elif email != normal:
            logging.getLogger("alembic").warning(
                "accounts %d and %d have the same mailbox; both can sign in with the address as they typed it. "
                "Ask its owner which account to keep, and close the other.",
                *(taken[normal], id_),
            )


def _fill(
    connection: sa.Connection, table: str, columns: tuple[str, ...], sources: tuple[str, ...], compute: Callable[..., Any]
) -> None:
    key = "code" if table == "lab_tests" else "id"
    rows = connection.execute(sa.text(f"SELECT {key}, {', '.join(sources)} FROM {table}")).all()
    changed = (*columns, *(source for source in sources if source in CLEANED))
    sets = ", ".join(f"{column} = :{column}" for column in changed)
    values = [{"key": row[0], **_row(sources, columns, row[1:], compute)} for row in rows]
    for start in range(0, len(values), BATCH):
        connection.execute(sa.text(f"UPDATE {table} SET {sets} WHERE {key} = :key"), values[start : start + BATCH])


CLEANED = ("full_name", "specialty")
"""Texts that people see; one without a visible letter becomes a question mark."""


def _row(sources: tuple[str, ...], columns: tuple[str, ...], values: Any, compute: Callable[..., Any]) -> dict[str, Any]:
    row = dict(zip(sources, values, strict=True))
    row |= {name: visible_line(row[name]) or (row[name] and "?") for name in CLEANED if name in row}
    return row | dict(zip(columns, compute(**row), strict=True))


def _account(full_name: str) -> tuple[str, ...]:
    return sort_key(full_name), search_key(full_name)


def _doctor(full_name: str, specialty: str, bio: str) -> tuple[str, ...]:
    return sort_key(full_name), search_key(full_name, specialty, bio), equality_key(specialty)


def _referral(to_specialty: str | None) -> tuple[str | None]:
    return (None if to_specialty is None else equality_key(to_specialty),)


def _test(code: str, name: str, category: str, plain: str) -> tuple[str]:
    return (search_key(code, name, category, plain),)


TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[..., Any]]] = {
    "accounts": (("sort_key", "search_key"), ("full_name",), _account),
    "doctors": (("sort_key", "search_key", "specialty_key"), ("full_name", "specialty", "bio"), _doctor),
    "referrals": (("to_specialty_key",), ("to_specialty",), _referral),
    "lab_tests": (("search_key",), ("code", "name", "category", "plain"), _test),
}


# copies of the application's functions at this revision
MAX_SORT_KEY = 80
"""Characters of a sort key, so that a cursor that carries one stays short; people with an equal start follow by id."""
_TITLES = {"dr", "dra", "prof", "pd", "dipl", "med", "dent"}
_LETTERS = str.maketrans(
    {
        **{"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i"},
        **dict.fromkeys("’‘ʼʹ′`´＇", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys(",;،؛、", " "),
    }
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SPELLED_VOWEL = re.compile(r"([aou])e")
_JOINTS = re.compile(r"['-]")


def fold(text: str) -> str:
    """Return the text in small letters without accents and invisible characters; commas are spaces, and spaces are single."""
    composed = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", composed)
    kept = "".join(one for one in letters if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")
    # NFKD returns capitals and full-width commas of its own
    return " ".join(kept.casefold().translate(_LETTERS).split())


def search_key(*texts: str | None) -> str:
    """Return the words that a search finds: as `fold` writes them, and each other spelling of a word once at the end."""
    words = _spellings(" ".join(text for text in texts if text))
    first = [spellings[0] for spellings in words]
    others = [spelling for spellings in words for spelling in spellings[1:]]
    return " ".join([*first, *dict.fromkeys(others)])


def sort_key(full_name: str) -> str:
    """Return the key that people are sorted by: the name in the order in which pages show it, without titles before it."""
    words = fold(full_name).split()
    start = next((number for number, word in enumerate(words) if word.strip(".") not in _TITLES), 0)
    return " ".join(words[start:])[:MAX_SORT_KEY]


def equality_key(text: str) -> str:
    """Return the key that is equal for spellings of one name: `Öffentliche`, `oeffentliche` and `OFFENTLICHE`."""
    joined = fold(text).replace("-", " ").replace("'", "").replace(".", " ")
    return " ".join(_SPELLED_VOWEL.sub(r"\1", joined).split()) or fold(text)


def _spellings(text: str) -> list[tuple[str, ...]]:
    """Return each word as `fold` writes it, then with umlauts spelled out, then without apostrophes and hyphens."""
    composed = unicodedata.normalize("NFC", text.casefold())
    words = zip(fold(text).split(), fold(composed.translate(_SPELLED_OUT)).split(), strict=True)
    return [tuple(dict.fromkeys((word, spelled, _JOINTS.sub("", word) or word))) for word, spelled in words]


_MARKS = "\u061c\u200e\u200f"
"""Direction marks of right-to-left text. They order the signs beside them, and turn no letters around."""
_INVISIBLE = {
    # soft hyphen, zero-width space, word joiner and operators, deprecated controls, byte order mark, annotations
    *(0xAD, 0x180E, 0x200B, *range(0x2060, 0x2066), *range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC)),
    # direction embeddings, overrides and isolates: they turn the text around that follows
    *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    # letters that are blank, and tags
    *(0x115F, 0x1160, 0x3164, 0xFFA0, *range(0xE0000, 0xE0080)),
}
_LINE_CHANGES = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys((0x85, 0x2028, 0x2029), " ")}
# joiners shape letters of scripts from Hebrew on, and emoji; between other letters they only hide a difference
_STRAY_JOINER = re.compile("(?<![\u0590-\U0010ffff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0590-\U0010ffff])")
_ANY_INVISIBLE = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(map(ord, f"{_MARKS}\u200c\u200d"))}
_DOTS = str.maketrans(dict.fromkeys("。．｡", "."))


def visible_line(value: str) -> str:
    """Return text without characters that show nothing or turn the text after them around; line separators become spaces."""
    if value.isascii():
        return value
    text = _STRAY_JOINER.sub("", value.translate(_LINE_CHANGES))
    return text.strip(_MARKS) if text.strip(_MARKS + " ") else ""


def normal_email(email: str) -> str:
    """Return the one form of an address of a mailbox: composed visible letters, lower case, and the domain in Unicode."""
    local, at, domain = unicodedata.normalize("NFC", email.translate(_ANY_INVISIBLE)).rpartition("@")
    labels = unicodedata.normalize("NFKC", domain.translate(_DOTS)).lower().split(".")
    return f"{_lower(local)}{at}{'.'.join(map(_unicode_label, labels))}"


def _lower(text: str) -> str:
    # the lower case of some composed letters is decomposed
    return unicodedata.normalize("NFC", text.lower())


def _unicode_label(label: str) -> str:
    """Return a label of a domain in Unicode; one whose Punycode is not that of a normal form stays as it is."""
    if not label.startswith("xn--"):
        return _lower(label)
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    is_normal = decoded == _lower(unicodedata.normalize("NFKC", decoded)) and decoded.encode("punycode").decode() == label[4:]
    is_word = not decoded.isascii() and all(one == "-" or unicodedata.category(one)[0] in "LMN" for one in decoded)
    return decoded if is_normal and is_word else label
