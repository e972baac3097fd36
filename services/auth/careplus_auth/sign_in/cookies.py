"""The cookies of auth, HttpOnly and SameSite=Strict: the refresh token, a pending sign-on, and the marks of known devices.

The device cookie proves only that an account signed in from this browser before; attempt limits use it. It holds one mark per
account: a random device id and a keyed hash of that id and the e-mail.
"""

import secrets
from datetime import timedelta

from fastapi import Request, Response

from careplus_auth.crypto.vault import Vault
from careplus_auth.store.sessions import EXPIRED, OpenedSession
from careplus_contracts.refusals import Unauthenticated
from careplus_contracts.texts import normal_email
from careplus_runtime.process.settings import Settings

SIGN_ON = "sign-on"
MAX_DEVICE_MARKS, DEVICE_COOKIE_LIFETIME = 8, timedelta(days=365)


def set_refresh_cookie(response: Response, settings: Settings, opened: OpenedSession) -> None:
    """Set the refresh token, for as long as the session may stay idle."""
    _set(response, settings, "refresh", opened.refresh_token, opened.idle_limit)


def delete_refresh_cookie(response: Response, settings: Settings) -> None:
    """Delete the refresh cookie in the browser."""
    _delete(response, settings, "refresh")


def refresh_token(request: Request, settings: Settings) -> str | None:
    """Return the refresh token of the cookie, or None."""
    return request.cookies.get(_name(settings))


def require_refresh_token(request: Request, settings: Settings) -> str:
    """Return the refresh token of the cookie. Raise Unauthenticated without one."""
    token = refresh_token(request, settings)
    if token is None:
        raise Unauthenticated(EXPIRED)
    return token


def set_sign_on_cookie(response: Response, settings: Settings, value: str, lifetime: timedelta) -> None:
    """Set the cookie that binds a sign-on to this browser; it replaces that of an earlier one."""
    _set(response, settings, SIGN_ON, value, lifetime)


def sign_on_cookie(request: Request, settings: Settings) -> str:
    """Return the cookie of the sign-on, or an empty text."""
    return request.cookies.get(_name(settings, SIGN_ON), "")


def delete_sign_on_cookie(response: Response, settings: Settings) -> None:
    """Delete the cookie of the sign-on in the browser."""
    _delete(response, settings, SIGN_ON)


def known_device(request: Request, email: str) -> str | None:
    """Return the device id when the account signed in from this browser before, or None."""
    own = (mark for mark in _marks(request) if _is_of(request, mark, email))
    return next((mark.partition(".")[0] for mark in own), None)


def remember_device(request: Request, response: Response, email: str) -> None:
    """Add the account's mark to the device cookie. A shared browser keeps the marks of the last eight accounts."""
    # Rotate the device id so that a stolen cookie stops matching.
    device = secrets.token_hex(16)
    mark = f"{device}.{request.app.state.devices.keyed_hash(_mark_text(device, email))}"
    marks = [mark, *(one for one in _marks(request) if not _is_of(request, one, email))]
    _set(response, request.app.state.settings, "device", "~".join(marks[:MAX_DEVICE_MARKS]), DEVICE_COOKIE_LIFETIME)


def _set(response: Response, settings: Settings, kind: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        _name(settings, kind),
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=_is_https(settings),
        httponly=True,
        samesite="strict",
    )


def _delete(response: Response, settings: Settings, kind: str) -> None:
    response.delete_cookie(_name(settings, kind), path="/", secure=_is_https(settings), httponly=True, samesite="strict")


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def _name(settings: Settings, kind: str = "refresh") -> str:
    # Browsers accept the __Host- prefix over https only; it refuses cookies set by sibling hosts.
    return f"{'__Host-' if _is_https(settings) else ''}careplus-{kind}"


def _marks(request: Request) -> list[str]:
    cookie = request.cookies.get(_name(request.app.state.settings, "device"), "")
    return [mark for mark in cookie.split("~") if mark][:MAX_DEVICE_MARKS]


def _is_of(request: Request, mark: str, email: str) -> bool:
    device, _, mac = mark.partition(".")
    devices: Vault = request.app.state.devices
    return devices.matches_hash(mac, _mark_text(device, email))


def _mark_text(device: str, email: str) -> str:
    return f"{device} {normal_email(email)}"
