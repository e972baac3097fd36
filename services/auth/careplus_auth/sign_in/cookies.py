"""Cookies out of reach of scripts, sent to this site only: one renews a session, one tells devices that are known.

The second proves nothing but that an account signed in here before, which is what attempts to sign in are counted by.
It holds a mark for each account: an id by chance, and a keyed hash of that and the account.
"""

import secrets
from datetime import timedelta

from fastapi import Request, Response

from careplus_auth.crypto.vault import Vault
from careplus_auth.rules import idle_limit, normal_email
from careplus_auth.store.sessions import EXPIRED, Opened
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.process.settings import Settings

REMEMBERED, REMEMBERED_FOR = 8, timedelta(days=365)


def _secure(house: Settings) -> bool:
    return house.public_url.startswith("https://")


def _name(house: Settings, kind: str = "refresh") -> str:
    # browsers keep the __Host- prefix for https, where it also forbids cookies of sibling hosts
    return f"{'__Host-' if _secure(house) else ''}careplus-{kind}"


def _set(response: Response, house: Settings, kind: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        _name(house, kind),
        value,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=_secure(house),
        httponly=True,
        samesite="strict",
    )


def hand_out(response: Response, house: Settings, opened: Opened) -> None:
    _set(response, house, "refresh", opened.refresh_token, idle_limit(Role(opened.account.role)))


def take_back(response: Response, house: Settings) -> None:
    response.delete_cookie(_name(house), path="/", secure=_secure(house), httponly=True, samesite="strict")


def found(request: Request, house: Settings) -> str | None:
    return request.cookies.get(_name(house))


def known_device(request: Request, email: str) -> str | None:
    """The id of this device, if the account signed in here before."""
    own = (mark for mark in _marks(request) if _is_of(request, mark, email))
    return next((mark.partition(".")[0] for mark in own), None)


def remember(request: Request, response: Response, email: str) -> None:
    """Know this device the next time. A device that many share knows those who signed in last."""
    # another id each time: a copy of the cookie that somebody took is another device from now on
    device = secrets.token_hex(16)
    mark = f"{device}.{request.app.state.devices.hashed(_said(device, email))}"
    marks = [mark, *(one for one in _marks(request) if not _is_of(request, one, email))]
    _set(response, request.app.state.settings, "device", "~".join(marks[:REMEMBERED]), REMEMBERED_FOR)


def _marks(request: Request) -> list[str]:
    cookie = request.cookies.get(_name(request.app.state.settings, "device"), "")
    return [mark for mark in cookie.split("~") if mark][:REMEMBERED]


def _is_of(request: Request, mark: str, email: str) -> bool:
    device, _, mac = mark.partition(".")
    devices: Vault = request.app.state.devices
    return devices.is_hash_of(mac, _said(device, email))


def _said(device: str, email: str) -> str:
    return f"{device} {normal_email(email)}"


def presented(request: Request, house: Settings) -> str:
    """The refresh token of the cookie. Raises Unauthenticated without one."""
    token = found(request, house)
    if token is None:
        raise Unauthenticated(EXPIRED)
    return token
