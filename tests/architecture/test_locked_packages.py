"""No version with a known hole is locked, and the bill of materials names all that is."""

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from jose import jwk
from jose.backends.cryptography_backend import CryptographyECKey
from packaging.version import Version

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

FIXED_IN = {
    "aiohttp": ("3.14.4", "CVE-2026-128131: compressed answers that take quadratic time"),
    "cryptography": ("50.0.0", "CVE-2026-69247"),
    "h11": ("0.16.0", "CVE-2025-43859: chunked bodies that two readers end at different places"),
    "httptools": ("0.7.0", "CVE-2024-27982: its llhttp could be made to read one request as two"),
    "idna": ("3.15", "CVE-2026-45409: long names that take quadratic time"),
    "pyasn1": ("0.6.4", "CVE-2026-59884 to 59886: small numbers that take much memory"),
    "pygments": ("2.20.0", "CVE-2026-4539"),
    "python-jose": ("3.5.0", "CVE-2024-33663, CVE-2024-33664: HMAC with a public key, and JWE that inflates"),
    "starlette": ("1.3.1", "CVE-2025-62727, CVE-2026-48710: Range headers, and Host headers that change the path"),
}
"""The first version without the hole, and which hole that was."""
REFUSED = {
    "python-multipart": "nothing here reads forms, and it had holes of its own",
    "passlib": "not maintained; libpass is, under the same import name",
    "pyjwt": "one library of tokens is enough",
    "pycrypto": "not maintained; python-jose would take it where cryptography is missing",
    "pycryptodome": "the same",
}
PINS = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> set[tuple[str, str]]:
    """Names and versions; one name may have several, for different Pythons."""
    return set(PINS.findall((ROOT / lock).read_text()))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_no_vulnerable_version(lock: str) -> None:
    assert FIXED_IN.keys() <= {name for name, _ in pins(lock)}
    assert holes(pins(lock)) == []


def holes(locked: set[tuple[str, str]]) -> list[str]:
    older = [
        f"{name} {version}: {why}"
        for name, version in locked
        if name in FIXED_IN and Version(version) < Version((fixed := FIXED_IN[name])[0]) and (why := fixed[1])
    ]
    return sorted([*older, *(f"{name}: {REFUSED[name]}" for name, _ in locked if name in REFUSED)])


def test_vulnerable_version_is_found() -> None:
    assert len(holes({("h11", "0.14.0"), ("python-jose", "3.3.0"), ("starlette", "1.10.0"), ("passlib", "1.7.4")})) == 3


def test_installed_packages_match_the_lock() -> None:
    locked = {(canonical(name), version) for name, version in pins("requirements-dev.lock")}
    names = {name for name, _ in locked}
    installed = {(canonical(one.metadata["Name"]), one.version) for one in distributions()}
    assert {(name, version) for name, version in installed if name in names} <= locked
    assert REFUSED.keys() & {name for name, _ in installed} == set()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_jose_uses_the_cryptography_backend() -> None:
    # `ecdsa`, which python-jose brings along, leaks its key by the time it takes (CVE-2024-23342) and has no fixed version
    assert jwk.get_key("ES256") is CryptographyECKey


def test_sbom_lists_every_locked_package(tmp_path: Path) -> None:
    """By the Makefile's own command, which also holds it to CycloneDX's schema."""
    command = re.search(r"\$\(BIN\)/(cyclonedx-py .*)", (ROOT / "Makefile").read_text())
    assert command is not None
    name, *arguments = shlex.split(command[1].replace("dist/sbom.json", str(tmp_path / "sbom.json")))
    subprocess.run([BIN / name, *arguments], cwd=ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in bill["components"]}
    assert named == pins("requirements.lock")
    assert len(named) > 50
    assert "://" not in json.dumps(bill["components"]), "an address, of which a bill needs none"
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
