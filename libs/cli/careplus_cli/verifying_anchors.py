"""Verify the anchors of the audit chain: signatures, numbers without gaps, and the files elsewhere."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from careplus_auth.audit.anchors import Anchor, gives_up, is_signed
from careplus_auth.audit.chain import MacKeys
from careplus_tables.audit_anchors import AuditAnchorRow
from careplus_tables.columns import core

ANCHOR = core(AuditAnchorRow)
_ANCHORS = sa.select(*(ANCHOR.c[name] for name in Anchor._fields)).order_by(ANCHOR.c.number)


class ChainBroken(Exception):
    """The audit trail was changed; the message is one line with the place and the kind of the change."""


class Anchors(NamedTuple):
    """The anchors in order, and the ones that are heads accepted by a person."""

    all: Sequence[Anchor]
    accepted: Sequence[Anchor]

    def must_hold(self, anchor: Anchor) -> bool:
        """Return whether the chain must contain its link; accepting a later head gives up the ones before."""
        return not self.accepted or anchor.number >= self.accepted[-1].number


def signed_anchors(connection: sa.Connection, keys: MacKeys) -> Anchors:
    """Return the anchors of the database. Raise ChainBroken."""
    rows = {row.number: Anchor(*row) for row in connection.execute(_ANCHORS)}
    found: list[Anchor] = []
    number = max(rows, default=0)
    while number:
        anchor = rows[number]
        before = rows.get(anchor.previous)
        if anchor.previous and before is None:
            raise ChainBroken(f"Anchor {anchor.previous} is missing before anchor {number}: it was deleted.")
        if not keys.has(anchor.key_id):
            raise ChainBroken(f"Anchor {number} has a key that no secret in SECRET_KEY makes.")
        if not is_signed(keys, before, anchor):
            raise ChainBroken(f"Anchor {number} does not match its signature: it or the one before was changed.")
        found.append(anchor)
        number = anchor.previous
    found.reverse()
    return Anchors(found, [anchor for anchor in found if anchor.reason is not None])


def check_exported(anchors: Anchors, exported: Iterable[Anchor], place: str) -> int:
    """Check that the database contains each anchor of a file, and return their number. Raise ChainBroken."""
    known, count = {anchor.number: anchor for anchor in anchors.all}, 0
    for anchor in exported:
        if known.get(anchor.number) != anchor and not any(gives_up(accepted, anchor.number) for accepted in anchors.accepted):
            raise ChainBroken(
                f"The database does not contain anchor {anchor.number} of {place}: its end was cut off, or it is a copy."
            )
        count += 1
    return count
