"""An identity provider that issues any token a test wants: a real HTTP server, for attacks that no real provider makes."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "careplus", "the secret/of: this client"
ROLES = "careplus-doctors=doctor,careplus-admins=admin"
Claims = dict[str, Any]
Sign = Callable[[Claims], str]


def settings_for(issuer: str) -> dict[str, str]:
    """Return the settings of a hospital with this provider."""
    return {
        "CAREPLUS_OIDC_ISSUER": issuer,
        "CAREPLUS_OIDC_CLIENT_ID": CLIENT_ID,
        "CAREPLUS_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "CAREPLUS_OIDC_ROLES": ROLES,
    }


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


class ForgingProvider:
    """Answers discovery, keys and codes; each member can be changed while it runs."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key: Any = new_key("first")
        self.metadata: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        self.codes: dict[str, tuple[dict[str, str], str]] = {}
        """The parameters of the sign-on, and the ID token, of each code that was not used yet."""
        self.delay_s = 0.0
        self.replies: dict[str, bytes] = {}
        """Contents by path in place of the usual ones."""
        self.redirects: dict[str, str] = {}
        """Addresses to which paths are redirected."""
        self.asked: list[str] = []
        """The paths of all requests."""

    @property
    def settings(self) -> dict[str, str]:
        return settings_for(self.issuer)

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, algorithms=["RS256"])

    def answer(self, address: str, sign: Sign | None = None, **claims: Any) -> dict[str, str]:
        """Return the parameters with which the browser comes back from this address; None removes a claim."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        at = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "u-1", "iat": at, "exp": at + 300, "nonce": asked["nonce"]}
        usual |= {"email": "osei@example.org", "email_verified": True, "groups": ["careplus-doctors"]}
        wanted = {name: value for name, value in (usual | claims).items() if value is not None}
        code = secrets.token_urlsafe(16)
        self.codes[code] = (asked, (sign or self.sign)(wanted))
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token_for(self, sent: dict[str, str], authorization: str) -> dict[str, str] | None:
        """Return the answer for a code, once: client, PKCE verifier and redirect URI must be those of its sign-on."""
        asked, token = self.codes.pop(sent.get("code", ""), ({}, ""))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        client = base64.b64encode(b"careplus:the%20secret%2Fof%3A%20this%20client").decode()
        is_right = asked.get("code_challenge") == challenge and asked.get("code_challenge_method") == "S256"
        if not is_right or asked["redirect_uri"] != sent.get("redirect_uri") or authorization != f"Basic {client}":
            return None
        return {"id_token": token, "access_token": "opaque", "token_type": "Bearer"}

    def content(self, path: str, body: str, authorization: str) -> tuple[int, bytes]:
        self.asked.append(path)
        time.sleep(self.delay_s)
        if path in self.replies:
            return 200, self.replies[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self.metadata).encode()
        if path == "/jwks":
            return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        if path == "/token" and (found := self.token_for(sent, authorization)) is not None:
            return 200, json.dumps(found).encode()
        return 400, b'{"error": "invalid_grant"}'


@contextmanager
def running(port: int = 0) -> Iterator[ForgingProvider]:
    """Yield a provider at a port of this machine, by default a free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            self.reply()

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            status, content = provider.content(self.path, body, self.headers["Authorization"] or "")
            to = provider.redirects.get(self.path)
            self.send_response(302 if to else status)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        provider = ForgingProvider(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
