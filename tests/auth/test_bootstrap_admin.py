"""The audit trail holds how the first administrator was created."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from careplus_auth.sign_in.bootstrap_admin import FIRST_EMAIL, create_admin, invite_first_admin
from careplus_contracts.accounts import EmailTaken
from careplus_runtime.process.clock import now
from tests import databases
from tests.hospital import ADMIN, PASSWORD


def events(tmp_path: Path) -> list[dict[str, Any]]:
    return databases.named_rows(databases.url(tmp_path), "SELECT * FROM audit_events ORDER BY id")


def test_admin_created_by_command_is_audited(migrated: str, tmp_path: Path) -> None:
    url = databases.url(tmp_path)
    databases.copy(migrated, url)
    create_admin(url, ADMIN, "Ada Admin", PASSWORD)
    with pytest.raises(EmailTaken):
        create_admin(url, ADMIN, "Ada Admin", PASSWORD)
    [event] = events(tmp_path)
    assert (event["service"], event["action"], event["kind"], event["outcome"]) == ("auth", "register", "change", "ok")
    assert (event["account_id"], event["address"], event["object_id"]) == (None, None, "1")
    assert event["request_id"].startswith("admin-create-")
    assert event["members"] == "email full_name password role"
    assert ADMIN not in repr(event)


async def test_admin_registered_by_link_is_audited(auth: httpx.AsyncClient, tmp_path: Path) -> None:
    link = await asyncio.to_thread(invite_first_admin, databases.url(tmp_path), "http://localhost:5000", now())
    [code] = parse_qs(urlsplit(link or "").fragment)["invitation"]
    body = {"email": FIRST_EMAIL, "password": PASSWORD, "full_name": "Ada Admin", "invitation": code}
    assert (await auth.post("/auth/register", json=body)).status_code == 201
    [event] = events(tmp_path)
    assert (event["action"], event["account_id"], event["role"], event["object_id"]) == ("register", 1, "admin", "1")
