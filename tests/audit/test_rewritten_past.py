"""A past that was rewritten without the key is refused by auth and found by `careplus audit verify`, on both databases."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.audit.auth_process import UNLINKED, AuditedDatabase
from tests.hospital import Hospital, eventually
from tests.templates import migrated_of

CUT = ("DELETE FROM audit_links WHERE number >= 4", "UPDATE audit_events SET account_id = 4711 WHERE id = 5")
REFUSED = "audit_chain_refused"


@pytest.fixture(params=["sqlite", "postgresql"])
def trail(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AuditedDatabase:
    hospital = Hospital(tmp_path_factory.mktemp("trail"))
    url = hospital.extra["DATABASE_URL"] = migrated_of(request, hospital.data)
    return AuditedDatabase(hospital, url)


def test_relinked_past_is_refused_while_auth_runs(trail: AuditedDatabase) -> None:
    with trail.auth():
        trail.write_events(8)
        trail.wait_until_linked()
        assert trail.verify().returncode == 0
        trail.run_without_triggers(*CUT)
        eventually(lambda: REFUSED in trail.log or trail.value(UNLINKED) == 0)
        found = trail.verify()
        assert (found.returncode, trail.value("SELECT max(number) FROM audit_links")) == (1, 3)


def test_restored_copy_is_refused_until_accepted(trail: AuditedDatabase) -> None:
    """The database goes back to an older state as a whole; only the anchor file knows more."""
    older = ("DELETE FROM audit_links WHERE number > 4", "DELETE FROM audit_events WHERE id > 4")
    with trail.auth():
        trail.write_events(4)
        trail.wait_until_linked()
        trail.write_events(4)
        trail.wait_until_linked()
    trail.run_without_triggers(*older, "DELETE FROM audit_anchors WHERE link_number > 4")
    with trail.auth():
        trail.write_events(1)
        eventually(lambda: REFUSED in trail.log)
        assert "accept-head --reason" in trail.log
        found = trail.verify()
        assert (found.returncode, trail.value(UNLINKED)) == (1, 1)
        assert "does not contain anchor" in found.stderr
        accepted = trail.hospital.careplus("audit", "accept-head", "--reason", "Copy of last night restored")
        assert accepted.returncode == 0, accepted.stderr
        trail.wait_until_linked()
        again = trail.hospital.careplus("audit", "accept-head", "--reason", "Copy of last night restored")
    found = trail.verify()
    assert (found.returncode, again.returncode) == (0, 2), found.stderr
    assert "A person accepted number 4" in found.stdout
    assert "Copy of last night restored" in found.stdout
    recorded = "SELECT reason FROM audit_events JOIN audit_links ON event_id = id WHERE action = 'accept_audit_head'"
    assert trail.value(recorded) == "Copy of last night restored"


def test_rewritten_past_is_found_by_anchors_elsewhere(trail: AuditedDatabase, tmp_path: Path) -> None:
    """A writer of the database and the anchor file of this machine leaves late marks, and differs from a copy elsewhere."""
    with trail.auth():
        trail.write_events(8)
        trail.wait_until_linked()
    elsewhere = tmp_path / "anchors"
    shutil.copy(trail.hospital.data / "audit-anchors.jsonl", elsewhere)
    (trail.hospital.data / "audit-anchors.jsonl").unlink()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    # on PostgreSQL auth links the queued events
    queued = "INSERT INTO audit_unlinked SELECT id FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)"
    recent = f"UPDATE audit_events SET at = '{yesterday}' WHERE id > 4"
    trail.run_without_triggers(*CUT, "DELETE FROM audit_anchors", recent, queued)
    with trail.auth():
        trail.wait_until_linked()
    alone, compared = trail.verify(), trail.verify("--anchors", str(elsewhere))
    assert (alone.returncode, compared.returncode) == (0, 1)
    assert "events were linked more than a minute" in alone.stdout
    assert yesterday[:10] in alone.stdout
    assert "does not contain anchor" in compared.stderr
