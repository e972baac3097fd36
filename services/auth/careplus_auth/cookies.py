"""The refresh cookie: out of reach of scripts, sent to this site only."""

from fastapi import Request, Response

from careplus_auth.rules import idle_limit
from careplus_auth.store.sessions import EXPIRED, Opened
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import Unauthenticated
from careplus_runtime.settings import Settings


def _secure(house: Settings) -> bool:
    return house.public_url.startswith("https://")


def _name(house: Settings) -> str:
    # browsers keep the __Host- prefix for https, where it also forbids cookies of sibling hosts
    return "__Host-careplus-refresh" if _secure(house) else "careplus-refresh"


def hand_out(response: Response, house: Settings, opened: Opened) -> None:
    response.set_cookie(
        _name(house),
        opened.refresh_token,
        max_age=int(idle_limit(Role(opened.account.role)).total_seconds()),
        path="/",
        secure=_secure(house),
        httponly=True,
        samesite="strict",
    )


def take_back(response: Response, house: Settings) -> None:
    response.delete_cookie(_name(house), path="/", secure=_secure(house), httponly=True, samesite="strict")


def found(request: Request, house: Settings) -> str | None:
    return request.cookies.get(_name(house))


def presented(request: Request, house: Settings) -> str:
    """The refresh token of the cookie. Raises Unauthenticated without one."""
    token = found(request, house)
    if token is None:
        raise Unauthenticated(EXPIRED)
    return token
