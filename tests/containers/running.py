"""Check running containers: print the figures of docs/deploy.md, and fail where a limit is exceeded.

`python3 -m tests.containers.running`, in the clone of the running demo hospital, as a user with the right to kill its processes.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from functools import partial
from typing import Any

from tests.attacks.debugger import attach

WEB, GATEWAY = "http://127.0.0.1:4200", "http://127.0.0.1:5000"
SERVICES = ("auth", "appointments", "doctors", "labs")
LONG_RUNNING = ("web", "gateway", *SERVICES)
LARGEST_MB = {"web": 5, "gateway": 70, **dict.fromkeys(SERVICES, 110)}
BASES = {"web": "nginxinc/nginx-unprivileged:1.30-alpine-slim"}
PYTHON_BASE = "python:3.11-slim-trixie"
UP_AGAIN_S = 60
PASSWORD = "seven-quiet-herons"
SECURITY = ("content-security-policy", "x-content-type-options", "referrer-policy")

Answer = tuple[int, dict[str, str], bytes]


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def compose(*arguments: str) -> str:
    return docker("compose", *arguments)


def container(service: str) -> dict[str, Any]:
    [found] = json.loads(docker("inspect", compose("ps", "--all", "--quiet", service)))
    return dict(found)


def ask(method: str, url: str, body: Any = None, **headers: str) -> Answer:
    """Send a request; names of `headers` have `_` for `-`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if content is not None:
        sent["Content-Type"] = "application/json"
    request = urllib.request.Request(url, content, sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, _headers(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, _headers(error.headers), error.read()


def _headers(found: Message) -> dict[str, str]:
    """Return headers by lower-case name, with set-cookie as the value of a Cookie header."""
    cookies = "; ".join(one.partition(";")[0] for one in found.get_all("set-cookie", []))
    return {**{name.lower(): value for name, value in found.items()}, "set-cookie": cookies}


def ask_json(method: str, url: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    answered, _, content = ask(method, url, body, **headers)
    assert answered == status, f"{method} {url}: {answered} {content[:300]!r}"
    return json.loads(content) if content else None


def until(happened: Callable[[], bool], patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < deadline, "condition not met in time"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return ask("GET", url)[0] == 200
    except OSError:
        return False


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check_how_they_run() -> None:
    published = {}
    for service in (*LONG_RUNNING, "migrate"):
        found = container(service)
        config, host = found["Config"], found["HostConfig"]
        assert config["User"] not in {"", "0", "root", "0:0"}, service
        assert (host["ReadonlyRootfs"], host["CapDrop"], host["Memory"] > 0) == (True, ["ALL"], True), service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        bound = {one["HostIp"] for each in found["NetworkSettings"]["Ports"].values() for one in each or ()}
        if bound:
            published[service] = bound
    assert published == {"web": {"127.0.0.1"}, "gateway": {"127.0.0.1"}}, published
    say("users: none is root; published: web and gateway on 127.0.0.1 only")


def check_sizes() -> None:
    for service in LONG_RUNNING:
        size, base = (
            int(docker("image", "inspect", "--format", "{{.Size}}", image))
            for image in (container(service)["Image"], BASES.get(service, PYTHON_BASE))
        )
        on_top = (size - base) / 1e6
        say(f"size: {service} {on_top:.1f} MB on top of its base, at most {LARGEST_MB[service]}")
        assert on_top <= LARGEST_MB[service], service


def check_memory() -> None:
    for line in docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").splitlines():
        say(f"memory: {line}")


def book(base: str, name: str) -> tuple[str, str]:
    """Register a patient, sign in, renew the session and book; return the path of the visit and the e-mail."""
    email = f"{name}-{time.time_ns()}@example.org"
    person = {"email": email, "password": PASSWORD, "full_name": "Noor Haddad", "date_of_birth": "1984-05-17", "sex": "female"}
    consent = {"text_version": "2026-11-30", "language": "en"}
    ask_json("POST", f"{base}/auth/register", {**person, "consent": consent}, 201)
    status, headers, _ = ask("POST", f"{base}/auth/login", {"email": email, "password": PASSWORD})
    assert status == 200
    # the headers that a browser sends from a portal of this origin
    renewed = ask_json("POST", f"{base}/auth/refresh", Origin=base, X_CarePlus="1", Cookie=headers["set-cookie"])
    mine = {"Authorization": f"Bearer {renewed['access_token']}"}
    for doctor in ask_json("GET", f"{base}/api/doctors?limit=20")["items"]:
        free = ask_json("GET", f"{base}/api/doctors/{doctor['id']}/slots?days=31")["items"]
        if free:
            request = {"doctor_id": doctor["id"], "starts_at": free[0]["starts_at"], "reason": "Palpitations"}
            visit = ask_json("POST", f"{base}/api/appointments", request, 201, **mine, Idempotency_Key=f"try-{time.time_ns()}")
            say(f"booked through {base}: {visit['reference']}")
            return f"/api/appointments/{visit['id']}", email
    raise AssertionError("no doctor has a free time")


def is_still_there(base: str, path: str, email: str) -> None:
    token = ask_json("POST", f"{base}/auth/login", {"email": email, "password": PASSWORD})["access_token"]
    ask_json("GET", f"{base}{path}", Authorization=f"Bearer {token}")


def check_pages() -> None:
    """Check the portals through nginx: caching, compression, and forwarding to the gateway."""
    status, headers, page = ask("GET", f"{WEB}/appointments/7", Accept="text/html,*/*;q=0.8")
    assert (status, headers["cache-control"]) == (200, "no-store")
    _, of_gateway, _ = ask("GET", f"{GATEWAY}/", Accept="text/html")
    assert [headers[name] for name in SECURITY] == [of_gateway[name] for name in SECURITY]
    script = page.decode().partition('src="')[2].partition('"')[0]
    status, headers, packed = ask("GET", f"{WEB}{script}", Accept_Encoding="gzip")
    assert (status, headers["content-encoding"], packed[:2]) == (200, "gzip", b"\x1f\x8b")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    problem = "application/problem+json"
    for path in ("/assets/gone-1.js", "/api/nothing", "/.secret", "/index.html.gz", "/auth/nothing"):
        status, headers, _ = ask("GET", f"{WEB}{path}", Accept="text/html")
        assert (status, headers["content-type"]) == (404, problem), path
    assert ask("GET", f"{WEB}/%2e%2e/secret")[0] == 400
    assert ask("POST", f"{WEB}/sign-in", b"{}", Accept="text/html")[0] == 404
    assert ask("POST", f"{WEB}/auth/login", b" " * (2**20 + 1))[0] == 413
    for path in ("/docs", "/docs/problems", "/openapi.json", "/.well-known/jwks.json", "/ready", "/health", "/api/config"):
        status, headers, _ = ask("GET", f"{WEB}{path}")
        assert status == 200, path
        assert headers["x-content-type-options"] == "nosniff", path
    assert "img-src 'self' data:" in ask("GET", f"{WEB}/docs")[1]["content-security-policy"]


def check_one_may_be_killed() -> None:
    for service in SERVICES:
        was = container(service)["State"]["Pid"]
        # as the kernel does when memory runs out; after `docker kill` the engine does not restart the container
        os.kill(was, signal.SIGKILL)
        assert ask("GET", f"{WEB}/")[0] == 200
        parts = json.loads(ask("GET", f"{GATEWAY}/ready")[2])["parts"]
        assert [other for other in SERVICES if other != service and not parts[other]] == []
        began = time.monotonic()
        until(partial(is_restarted, service, was))
        until(partial(answers, f"{WEB}/ready"))
        say(f"killed: {service} answers again after {time.monotonic() - began:.1f} s")


def check_one_may_stall() -> None:
    """Check that the watchdog thread ends a process with a main thread stopped by a debugger."""
    for service, limit_s in {**dict.fromkeys(SERVICES, 3), "gateway": 10}.items():
        was = container(service)["State"]["Pid"]
        began = time.monotonic()
        attach(was)
        # the kernel notifies the debugger of the end before the parent
        os.waitpid(was, 0)
        ended = time.monotonic() - began
        until(partial(is_restarted, service, was))
        until(partial(answers, f"{WEB}/ready"))
        say(f"stalled: {service} is ended after {ended:.1f} s, answers again after {time.monotonic() - began:.1f} s")
        assert ended < limit_s + 1, service


def check_one_may_be_paused() -> None:
    """`docker pause`: the other services answer during the pause, and the paused one after it."""
    for service in SERVICES:
        found = container(service)
        docker("pause", found["Id"])
        time.sleep(5)
        parts = json.loads(ask("GET", f"{GATEWAY}/ready")[2])["parts"]
        assert [other for other in parts if not parts[other]] == [service]
        docker("unpause", found["Id"])
        until(partial(answers, f"{WEB}/ready"))
        assert container(service)["State"]["Pid"] == found["State"]["Pid"], "not restarted"
        say(f"paused: {service} answers when it is resumed")


def is_restarted(service: str, was: int) -> bool:
    return container(service)["State"]["Pid"] not in {0, was}


def check_no_gateway() -> None:
    """Check the answers of nginx while the gateway is stopped."""
    compose("stop", "gateway")
    try:
        status, headers, body = ask("GET", f"{WEB}/api/config", Accept="application/json")
        assert (status, headers["content-type"]) == (503, "application/problem+json"), (status, headers)
        assert json.loads(body)["code"] == "unavailable"
        status, headers, body = ask("GET", f"{WEB}/docs/problems", Accept="text/html")
        assert (status, b"does not answer" in body, headers["cache-control"]) == (503, True, "no-store")
        assert ask("GET", f"{WEB}/", Accept="text/html")[0] == 200
    finally:
        compose("start", "gateway")
    until(partial(answers, f"{WEB}/ready"))


def check_stops() -> None:
    for service in LONG_RUNNING:
        found = container(service)
        began = time.monotonic()
        docker("stop", found["Id"])
        took, code = time.monotonic() - began, container(service)["State"]["ExitCode"]
        say(f"stopped: {service} with code {code} after {took:.1f} s of {found['Config']['StopTimeout']}")
        assert code == 0
        assert took < found["Config"]["StopTimeout"]


def main() -> None:
    check_how_they_run()
    check_sizes()
    check_pages()
    visits = [(base, *book(base, "noor")) for base in (WEB, GATEWAY)]
    check_memory()
    check_one_may_be_killed()
    check_one_may_stall()
    check_one_may_be_paused()
    check_no_gateway()
    check_stops()
    compose("down")
    began = time.monotonic()
    compose("up", "--detach", "--wait")
    took = time.monotonic() - began
    assert took <= UP_AGAIN_S, f"all healthy after {took:.1f} s"
    say(f"up again: all healthy after {took:.1f} s")
    for base, path, email in visits:
        is_still_there(base, path, email)
    say("the visits are still there")


if __name__ == "__main__":
    main()
