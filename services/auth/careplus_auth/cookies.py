"""Cookies out of reach of scripts, sent to this site only: one renews a session, one tells devices that are known.

The second proves nothing but that an account signed in here before, which is what attempts to sign in are counted by.
"""

from datetime import timedelta

from fastapi import Request, Response

from careplus_auth.rules import idle_limit, normal_email
from careplus_auth.store.sessions import EXPIRED, Opened
from careplus_auth.vault import Vault
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.settings import Settings

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


def is_known(request: Request, email: str) -> bool:
    """Whether this account signed in on this device before."""
    devices: Vault = request.app.state.devices
    marks = _marks(request)
    return any(devices.is_hash_of(mark, normal_email(email)) for mark in marks)


def remember(request: Request, response: Response, email: str) -> None:
    """Know this device the next time. A device that many share knows those who signed in last."""
    mark = request.app.state.devices.hashed(normal_email(email))
    marks = [mark, *(one for one in _marks(request) if one != mark)]
    _set(response, request.app.state.settings, "device", ".".join(marks[:REMEMBERED]), REMEMBERED_FOR)


def _marks(request: Request) -> list[str]:
    return request.cookies.get(_name(request.app.state.settings, "device"), "").split(".")[:REMEMBERED]


def presented(request: Request, house: Settings) -> str:
    """The refresh token of the cookie. Raises Unauthenticated without one."""
    token = found(request, house)
    if token is None:
        raise Unauthenticated(EXPIRED)
    return token
