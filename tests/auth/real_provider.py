"""A certified identity provider (`oidc-provider` of the portals' packages) as a process of its own."""

import json
import re
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.hospital import LOCAL_HTTP, Hospital
from tests.openapi.test_document import node

WEB = Path(__file__).parents[2] / "web"
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
START_S = 60.0
SECRET = "a secret of this client, 32 characters or more"
ROLES = {"doctors": "doctor", "laboratory": "lab"}

needs_provider = pytest.mark.skipif(
    node() is None or not (WEB / "node_modules" / "oidc-provider").exists(),
    reason="the portals' packages are not installed: run `make web`",
)


class RealProvider(NamedTuple):
    """The running process."""

    process: subprocess.Popen[bytes]
    issuer: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            "CAREPLUS_OIDC_ISSUER": self.issuer,
            "CAREPLUS_OIDC_CLIENT_ID": "careplus",
            "CAREPLUS_OIDC_CLIENT_SECRET": SECRET,
            "CAREPLUS_OIDC_SCOPES": "openid email groups",
            "CAREPLUS_OIDC_ROLES": ",".join(f"{group}={role}" for group, role in ROLES.items()),
        }


@contextmanager
def running(hospital: Hospital, accounts: dict[str, dict[str, Any]]) -> Iterator[RealProvider]:
    """Yield a provider that knows these accounts by login name, and this hospital as its client."""
    arguments = [json.dumps(one) for one in (accounts, [f"{hospital.url}/sign-in"], SECRET)]
    command = [str(node()), str(SCRIPT), *arguments]
    with subprocess.Popen(command, cwd=WEB, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], START_S)
            assert ready, "the provider did not start"
            yield RealProvider(process, process.stdout.readline().decode().strip())
        finally:
            process.kill()


def prove_identity(address: str, login: str, return_to: str) -> dict[str, str]:
    """Sign in at the provider as a browser does, and return the parameters with which it sends the browser back."""
    with httpx.Client(**LOCAL_HTTP, timeout=30) as browser:
        answer = browser.get(address)
        for _ in range(10):
            if not answer.is_redirect:
                [form] = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)
                answer = browser.post(answer.url.join(form), data={"prompt": "login", "login": login, "password": "any"})
            location = answer.url.join(answer.headers["location"])
            if str(location).startswith(return_to):
                return dict(location.params)
            answer = browser.get(location)
    raise AssertionError("the provider did not send the browser back")
