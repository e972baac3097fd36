"""A sender that is killed between sending and marking: each repeated mail has the Message-ID of the first."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from pathlib import Path

import pytest

from careplus_auth.notices import reminders
from careplus_runtime.process.clock import now
from careplus_tables.engine import Database
from careplus_tables.notices import NoticeRow
from tests.auth.postbox import Postbox, mail_server
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
more = {{"origins": "https://care.example.org", "zone": {zone!r}, "secret_key": {secret!r}}}
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
        code = CHILD.format(data=str(tmp_path), smtp_url=smtp_url, url=url, zone=settings.zone, secret=SECRET)
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
