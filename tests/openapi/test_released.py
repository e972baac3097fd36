"""openapi.json is the document of the contracts, and its incompatible changes since the last release stand in CHANGELOG.md."""

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from careplus_runtime.http.openapi import document
from tests.openapi.compatibility import Change, incompatible_changes
from tests.openapi.documented import DOCUMENT

ROOT = Path(__file__).parents[2]


def git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def base_commit() -> str:
    """Return the newest release tag that has openapi.json, by default the commit that added it; empty before its first commit."""
    for tag in git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-v:refname").split():
        if git("ls-tree", "--name-only", tag, "openapi.json"):
            return tag
    return git("log", "--diff-filter=A", "--format=%H", "--", "openapi.json").rpartition("\n")[2]


def newer_than(version: str, changelog: str) -> str:
    """Return the sections above the one of this version."""
    return re.split(rf"^## {re.escape(version)} - ", changelog, flags=re.MULTILINE)[0]


def unannounced(old: dict[str, Any], new: dict[str, Any], newer: str) -> list[Change]:
    """Return the incompatible changes without their subject in backticks in these sections of the changelog."""
    return [change for change in incompatible_changes(old, new) if f"`{change.subject}`" not in newer]


def test_committed_document_matches_the_contracts() -> None:
    assert json.loads(json.dumps(document())) == DOCUMENT, (
        "openapi.json is not the document of the contracts: run `make openapi` and commit it"
    )


@pytest.mark.skipif(not git("rev-parse", "HEAD"), reason="the released document is in the history of git, which is missing here")
def test_incompatible_changes_are_in_the_changelog() -> None:
    if base := base_commit():
        released = json.loads(git("show", f"{base}:openapi.json"))
        changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        newer = newer_than(released["info"]["version"], changelog) if base.startswith("v") else changelog
        missing = "; ".join(map(str, unannounced(released, DOCUMENT, newer)))
        assert not missing, f"incompatible with {base}: undo it, or add an entry for callers to CHANGELOG.md: {missing}"


def test_same_document_has_no_change() -> None:
    assert incompatible_changes(DOCUMENT, copy.deepcopy(DOCUMENT)) == []


Edit = Callable[[dict[str, Any]], Any]


def schema(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda d: d["components"]["schemas"][name]


def parameter(path: str, name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda d: next(one for one in d["paths"][path]["get"]["parameters"] if one.get("name") == name)


def responses(d: dict[str, Any]) -> Any:
    return d["paths"]["/api/appointments"]["post"]["responses"]


ACCOUNTS = "/api/admin/accounts"
INCOMPATIBLE: dict[str, tuple[Edit, str]] = {
    "operation": (lambda d: d["paths"][ACCOUNTS].pop("get"), "`GET /api/admin/accounts`: operation removed"),
    "path": (lambda d: d["paths"].pop("/api/doctors"), "`GET /api/doctors`: operation removed"),
    "operation id": (
        lambda d: d["paths"][ACCOUNTS]["get"].update(operationId="accounts"),
        "`GET /api/admin/accounts`: operationId list_accounts renamed to accounts",
    ),
    "role": (lambda d: d["paths"]["/auth/me"]["get"]["x-roles"].remove("lab"), "`GET /auth/me`: refused to lab"),
    "public": (
        lambda d: d["paths"]["/api/config"]["get"].update({"x-roles": ["admin"]}),
        "`GET /api/config`: refused to everyone",
    ),
    "parameter": (
        lambda d: d["paths"][ACCOUNTS]["get"]["parameters"].remove(parameter(ACCOUNTS, "active")(d)),
        "`GET /api/admin/accounts`: query parameter active removed",
    ),
    "required parameter": (
        lambda d: parameter(ACCOUNTS, "q")(d).update(required=True),
        "`GET /api/admin/accounts`: query parameter q required",
    ),
    "bound of a parameter": (
        lambda d: parameter(ACCOUNTS, "limit")(d)["schema"].update(maximum=50),
        "`GET /api/admin/accounts query parameter limit`: maximum lowered to 50",
    ),
    "type of a parameter": (
        lambda d: parameter(ACCOUNTS, "active")(d).update(schema={"type": "string"}),
        "`GET /api/admin/accounts query parameter active`: boolean no longer accepted",
    ),
    "required member of a request": (lambda d: schema("Register")(d)["required"].append("phone"), "`Register.phone`: required"),
    "new required member of a request": (
        lambda d: (schema("Book")(d)["properties"].update(room={"type": "string"}), schema("Book")(d)["required"].append("room")),
        "`Book.room`: required",
    ),
    "member of a request": (lambda d: schema("Register")(d)["properties"].pop("phone"), "`Register.phone`: removed"),
    "enum of a request": (lambda d: schema("Sex")(d)["enum"].remove("other"), "`Sex`: other no longer accepted"),
    "null in a request": (
        lambda d: schema("Register")(d)["properties"]["phone"]["anyOf"].pop(),
        "`Register.phone`: null no longer accepted",
    ),
    "pattern of a request": (
        lambda d: schema("Login")(d)["properties"]["email"].update(pattern="^.+@example.org$"),
        "`Login.email`: pattern changed to ^.+@example.org$",
    ),
    "member of an answer": (lambda d: schema("Account")(d)["properties"].pop("sex"), "`Account.sex`: removed"),
    "certain member of an answer": (lambda d: schema("Account")(d)["required"].remove("sex"), "`Account.sex`: may be absent"),
    "null in an answer": (
        lambda d: schema("Account")(d)["properties"].update(full_name={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "`Account.full_name`: null possible",
    ),
    "format of an answer": (
        lambda d: schema("Account")(d)["properties"]["created_at"].update(format="date"),
        "`Account.created_at`: format date-time changed to date",
    ),
    "items of an answer": (
        lambda d: schema("Accounts")(d)["properties"]["items"].update(items={"type": "integer"}),
        "`Accounts.items[]`: integer possible",
    ),
    "status": (lambda d: responses(d).update({"200": responses(d).pop("201")}), "`POST /api/appointments`: answer 201 removed"),
    "header of an answer": (
        lambda d: responses(d)["201"]["headers"].pop("ETag"),
        "`POST /api/appointments`: header ETag of 201 removed",
    ),
    "member of a refusal": (
        lambda d: schema("SlotTakenProblem")(d)["properties"].pop("alternatives"),
        "`SlotTakenProblem.alternatives`: removed",
    ),
}


@pytest.mark.parametrize("planted", INCOMPATIBLE)
def test_incompatible_change_is_refused_until_announced(planted: str) -> None:
    change, expected = INCOMPATIBLE[planted]
    new = copy.deepcopy(DOCUMENT)
    change(new)
    found = unannounced(DOCUMENT, new, "## 9.0.0 - unreleased\n")
    assert expected in map(str, found)
    entries = "".join(f"- `{one.subject}` changes.\n" for one in found)
    assert unannounced(DOCUMENT, new, f"## 9.0.0 - unreleased\n{entries}") == []


def test_entries_of_older_releases_announce_nothing() -> None:
    changelog = "# Changelog\n\n## 9.0.0 - unreleased\n- new\n\n## 0.2.0 - 2030-01-07\n- old\n\n## 0.2.0.1 - 2030-01-06\n"
    assert newer_than("0.2.0", changelog) == "# Changelog\n\n## 9.0.0 - unreleased\n- new\n\n"


def with_operation(d: dict[str, Any]) -> None:
    d["paths"]["/api/new"] = {"get": d["paths"]["/auth/me"]["get"]}


COMPATIBLE: dict[str, Edit] = {
    "operation": with_operation,
    "role": lambda d: d["paths"][ACCOUNTS]["get"]["x-roles"].append("lab"),
    "optional parameter": lambda d: d["paths"][ACCOUNTS]["get"]["parameters"].append(
        {"name": "sort", "in": "query", "schema": {"type": "string"}}
    ),
    "wider parameter": lambda d: parameter(ACCOUNTS, "limit")(d)["schema"].update(maximum=200),
    "optional member of a request": lambda d: schema("Book")(d)["properties"].update(room={"type": "string"}),
    "member of a request that may be left out": lambda d: schema("Register")(d)["required"].remove("full_name"),
    "member of an answer": lambda d: schema("Account")(d)["properties"].update(nickname={"type": "string"}),
    "value of an answer": lambda d: schema("TaskKind")(d)["enum"].append("bill"),
    "narrower answer": lambda d: schema("Account")(d)["properties"].update(phone={"type": "string"}),
    "refusal": lambda d: responses(d).update({"409": d["paths"]["/auth/register"]["post"]["responses"]["409"]}),
    "description": lambda d: schema("Account")(d).update(description="An account."),
}


@pytest.mark.parametrize("planted", COMPATIBLE)
def test_compatible_change_needs_no_entry(planted: str) -> None:
    new = copy.deepcopy(DOCUMENT)
    COMPATIBLE[planted](new)
    assert new != DOCUMENT
    assert incompatible_changes(DOCUMENT, new) == []


def test_unknown_schema_keyword_is_an_error() -> None:
    new = copy.deepcopy(DOCUMENT)
    schema("Account")(new)["dependentRequired"] = {}
    with pytest.raises(NotImplementedError, match=r"Account: compare .*dependentRequired"):
        incompatible_changes(DOCUMENT, new)
