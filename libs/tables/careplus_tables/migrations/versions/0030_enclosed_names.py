"""Add the names per language to the results that are enclosed with letters of referral.

`careplus_tables.catalogue.fill` runs after the migrations and computes the search keys of tests with the words of every language.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from careplus_clinic.lab_texts import GERMAN

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    referrals = sa.table("referrals", sa.column("id"), sa.column("enclosed", sa.JSON()))
    connection = op.get_bind()
    stored = sa.select(referrals.c.id, referrals.c.enclosed).where(referrals.c.enclosed.is_not(None))
    for id_, chart in connection.execute(stored).all():
        if chart and chart["results"]:
            named = {**chart, "results": [_result(one) for one in chart["results"]]}
            connection.execute(sa.update(referrals).where(referrals.c.id == id_).values(enclosed=named))


def _result(stored: dict[str, Any]) -> dict[str, Any]:
    values = [_value(one) for one in stored["values"]]
    return {**stored, "test_names": _names("names", stored["test_name"]), "values": values}


def _value(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        **stored,
        "names": _names("names", stored["name"]),
        "text_names": None if stored["text"] is None else _names("values", stored["text"]),
        "usual_names": [_names("values", one) for one in stored["usual"]],
    }


def _names(kind: str, text: str) -> dict[str, str]:
    return {"en": text, "de": GERMAN[kind].get(text, text)}
