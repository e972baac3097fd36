"""A sender that is killed between sending and marking: each repeated mail has the Message-ID of the first, each text its key."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from careplus_auth.notices import reminders
from careplus_contracts.notices import NoticeChannel
from careplus_runtime.process.clock import now
from careplus_tables.engine import Database
from careplus_tables.notices import NoticeRow
from tests.auth.postbox import Postbox, mail_server
from tests.auth.record_notices import choose
from tests.auth.visit_notices import SECRET, ahead, book, change, configured, fill, send_all, states
from tests.templates import migrated_of

pytestmark = [
    pytest.mark.attack,
    # Like a local mail server that accepts passwords without TLS.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
KILLS = 20
CHILD = """
import asyncio
import sys
from pathlib import Path
from careplus_auth.notices import sending
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
more = {{"origins": "https://care.example.org", "zone": {zone!r}, "secret_key": {secret!r}, **{texts!r}}}
settings = Settings(_env_file=None, data=Path({data!r}), smtp_url={smtp_url!r}, **more)
sys.stdin.readline()
asyncio.run(sending.send_one(Database({url!r}), settings))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


async def test_twenty_kills_leave_one_message_id_per_reminder(url: str, tmp_path: Path) -> None:
    postbox, database = Postbox(), Database(url)
    await fill(database)
    for number in range(KILLS):
        await book(database, ahead(10 + number / 2), told=False)
    with mail_server(postbox) as smtp_url:
        settings = configured(tmp_path, smtp_url)
        assert await reminders.append_due(database, settings) == KILLS
        code = CHILD.format(data=str(tmp_path), smtp_url=smtp_url, url=url, zone=settings.zone, secret=SECRET, texts={})
        for number in range(KILLS):
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=PIPE)
            # the mail is taken, and not yet marked as sent
            postbox.when_taken = lambda pid=child.pid: os.kill(pid, signal.SIGKILL)  # type: ignore[misc] # the default binds the pid
            await child.communicate(b"begin\n")
            assert child.returncode == -signal.SIGKILL
            assert len(postbox.taken) == number + 1
            assert await reminders.append_due(database, settings) == 0
        postbox.when_taken = lambda: None
        await send_all(database, settings)
        assert len(postbox.taken) == KILLS, "the leases have not ended"
        await change(database, NoticeRow, due_at=now())
        await send_all(database, settings)
    assert await states(database) == [("reminder", "sent")] * KILLS
    await database.close()
    sent = Counter(mail["Message-ID"] for _, mail in postbox.taken)
    assert sorted(sent.values()) == [2] * KILLS


async def test_twenty_kills_leave_one_key_per_text(url: str, tmp_path: Path) -> None:
    taken: list[dict[str, str]] = []
    killed: list[int] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if killed:
                # the text is taken, and its sender never reads the answer
                os.kill(killed.pop(), signal.SIGKILL)
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    database = Database(url)
    await fill(database)
    await choose(database, channel=NoticeChannel.TEXT)
    for number in range(KILLS):
        await book(database, ahead(10 + number / 2), told=False)
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        texts: dict[str, Any] = {"text_url": f"http://127.0.0.1:{server.server_address[1]}/", "text_key": "t" * 40}
        settings = configured(tmp_path, "smtp://127.0.0.1:9", **texts)
        assert await reminders.append_due(database, settings) == KILLS
        more = {"zone": settings.zone, "secret": SECRET, "texts": texts}
        code = CHILD.format(data=str(tmp_path), smtp_url=settings.smtp_url, url=url, **more)
        for number in range(KILLS):
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=PIPE)
            killed.append(child.pid)
            await child.communicate(b"begin\n")
            assert (child.returncode, len(taken)) == (-signal.SIGKILL, number + 1)
        await change(database, NoticeRow, due_at=now())
        await send_all(database, settings)
        server.shutdown()
    assert await states(database) == [("reminder", "sent")] * KILLS
    await database.close()
    assert sorted(Counter(one["key"] for one in taken).values()) == [2] * KILLS
    assert len({one["text"] for one in taken}) == KILLS, "a repeated text is the same"
