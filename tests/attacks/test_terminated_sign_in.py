"""Auth completes the sign-ins in progress when it is terminated."""

import asyncio
import os
import secrets
import signal

import httpx
import pytest

from tests.attacks.listeners import listeners
from tests.attacks.test_overload_and_restarts import wait_for_restart
from tests.hospital import LOCAL_HTTP, PASSWORD, Hospital, only_linux

CLIENTS = 24


@only_linux
@pytest.mark.attack
@pytest.mark.parametrize("through", ["auth", "gateway"])
async def test_terminated_auth_answers_started_sign_ins(hospital: Hospital, through: str) -> None:
    by_name = {listener.name: listener for listener in listeners(hospital)}
    emails = [f"{secrets.token_hex(4)}@example.org" for _ in range(CLIENTS)]
    for email in emails:
        hospital.register(email, "Sina Signing").http.close()
    auth, target = by_name["auth"], by_name[through]
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=target.url, timeout=30, limits=limits, **LOCAL_HTTP) as http:
        signing_in = [
            asyncio.create_task(http.post("/auth/login", json={"email": email, "password": PASSWORD})) for email in emails
        ]
        await asyncio.wait(signing_in, return_when=asyncio.FIRST_COMPLETED)
        os.kill(auth.process, signal.SIGTERM)
        answers = await asyncio.gather(*signing_in, return_exceptions=True)
    await wait_for_restart(auth)
    await asyncio.to_thread(hospital.wait_until_ready)
    assert [answer.text for answer in answers if isinstance(answer, httpx.Response) and answer.status_code != 200] == []
    assert [repr(answer) for answer in answers if isinstance(answer, BaseException)] == []


@only_linux
@pytest.mark.attack
async def test_sign_ins_during_a_restart_of_auth_succeed(hospital: Hospital) -> None:
    emails = [f"{secrets.token_hex(4)}@example.org" for _ in range(CLIENTS)]
    for email in emails:
        hospital.register(email, "Sina Signing").http.close()
    stop, answered, answers = asyncio.Event(), asyncio.Condition(), list[httpx.Response]()
    async with httpx.AsyncClient(base_url=hospital.url, timeout=30, **LOCAL_HTTP) as http:

        async def keep_signing_in(email: str) -> None:
            while not stop.is_set():
                answer = await http.post("/auth/login", json={"email": email, "password": PASSWORD})
                async with answered:
                    answers.append(answer)
                    answered.notify_all()

        signing_in = [asyncio.create_task(keep_signing_in(email)) for email in emails]
        for _ in range(3):
            [auth] = [listener for listener in listeners(hospital) if listener.name == "auth"]
            enough = len(answers) + CLIENTS
            async with asyncio.timeout(30), answered:
                while len(answers) < enough:
                    await answered.wait()
            os.kill(auth.process, signal.SIGTERM)
            await wait_for_restart(auth)
        stop.set()
        await asyncio.gather(*signing_in)
    await asyncio.to_thread(hospital.wait_until_ready)
    assert [answer.text for answer in answers if answer.status_code != 200] == []
