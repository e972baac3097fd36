"""Anchors: signed heads of the audit chain, numbered, each over the one before it, so that a deleted one leaves a gap."""

from datetime import datetime
from typing import NamedTuple

from pydantic_core import to_json

from careplus_auth.audit.chain import GENESIS, MacKeys, instant_text


class Anchor(NamedTuple):
    """One anchor. `reason` is given for accepting a head that auth refused; None for auth's own anchors."""

    number: int
    previous: int
    link_number: int
    link_mac: bytes
    at: datetime
    reason: str | None
    key_id: str
    mac: bytes


def sign(
    keys: MacKeys,
    before: Anchor | None,
    link: tuple[int, bytes],
    at: datetime,
    number: int | None = None,
    reason: str | None = None,
) -> Anchor:
    """Return the anchor of a link that follows `before`; an accepted head may skip numbers."""
    previous = before.number if before else 0
    unsigned = Anchor(previous + 1 if number is None else number, previous, *link, at, reason, keys.newest, b"")
    return unsigned._replace(mac=keys.digest(keys.newest, _message(mac_of(before), unsigned)))


def is_signed(keys: MacKeys, before: Anchor | None, anchor: Anchor) -> bool:
    """Return whether auth made the anchor after `before`. Only an accepted head skips numbers."""
    previous = before.number if before else 0
    follows = anchor.previous == previous and (
        anchor.number == previous + 1 or (anchor.reason is not None and anchor.number > previous)
    )
    return follows and has_signature(keys, mac_of(before), anchor)


def has_signature(keys: MacKeys, before_mac: bytes, anchor: Anchor) -> bool:
    """Return whether auth made the anchor after one with this MAC."""
    return keys.signs(anchor.key_id, _message(before_mac, anchor), anchor.mac)


def mac_of(anchor: Anchor | None) -> bytes:
    """Return the MAC that the next anchor covers."""
    return anchor.mac if anchor else GENESIS


def gives_up(accepted: Anchor, number: int) -> bool:
    """Return whether a person gave up the anchor with this number when they accepted a head."""
    return accepted.reason is not None and accepted.previous < number < accepted.number


def _message(before_mac: bytes, anchor: Anchor) -> bytes:
    numbers = [anchor.number, anchor.previous, anchor.link_number]
    return before_mac + to_json([*numbers, anchor.link_mac.hex(), instant_text(anchor.at), anchor.reason])
