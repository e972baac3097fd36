"""Request headers of a browser, read for people: its name, and the language of its reader."""

import re

from careplus_contracts.values import PortalLanguage

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
"""User-agent token to name. The order matters: Edge also says Chrome, and Chrome also says Safari."""
SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"}


def describe_user_agent(user_agent: str | None) -> str | None:
    """Return browser and system in plain words, `Firefox on Linux`, or a program's name, `curl`."""
    user_agent_text = user_agent or ""
    browser = next(
        (name for mark, name in BROWSERS.items() if f"{mark}/" in user_agent_text or f"{mark}A/" in user_agent_text), None
    )
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent_text), None)
    if browser and system:
        return f"{browser} on {system}"
    program = re.match(r"[A-Za-z][A-Za-z0-9 ._-]{0,39}", user_agent_text)
    return browser or (program[0].strip() if program else None)


def preferred_language(accepted: str) -> PortalLanguage:
    """Return the language of the portals with the highest weight in an Accept-Language header (RFC 9110), or English."""
    weights: dict[str, float] = {}
    for tag, weight in re.findall(r"([A-Za-z]+)[\w-]*(?:; ?q=([01](?:\.\d+)?))?", accepted[:1000].replace(" ;", ";")):
        weights[tag.lower()] = max(float(weight or 1), weights.get(tag.lower(), 0))
    # of equal weights the first in the header
    known = [one for one in sorted(weights, key=lambda tag: -weights[tag]) if one in set(PortalLanguage) and weights[one]]
    return PortalLanguage(known[0]) if known else PortalLanguage.EN
