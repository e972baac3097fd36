"""No version with a known vulnerability is locked, and the SBOM lists every locked package."""

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
    "h11": ("0.16.0", "CVE-2025-43859: request smuggling with chunked bodies"),
    "httptools": ("0.7.0", "CVE-2024-27982: request smuggling in llhttp"),
    "idna": ("3.15", "CVE-2026-45409: long names that take quadratic time"),
    "pyasn1": ("0.6.4", "CVE-2026-59884 to 59886: small numbers that take much memory"),
    "pygments": ("2.20.0", "CVE-2026-4539"),
    "python-jose": ("3.5.0", "CVE-2024-33663, CVE-2024-33664: HMAC with a public key, and JWE decompression bombs"),
    "starlette": ("1.3.1", "CVE-2025-62727, CVE-2026-48710: Range headers, and Host headers that change the path"),
}
"""The first version with the fix, and the vulnerability."""
FORBIDDEN = {
    "python-multipart": "no endpoint reads forms, and it had vulnerabilities",
    "passlib": "not maintained; libpass is, under the same import name",
    "pyjwt": "python-jose already reads tokens",
    "pycrypto": "not maintained; python-jose would use it without cryptography",
    "pycryptodome": "the same",
}
PINS = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> set[tuple[str, str]]:
    """Return names and versions; a name may have several versions, for different Python versions."""
    return set(PINS.findall((ROOT / lock).read_text()))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_no_vulnerable_version(lock: str) -> None:
    assert FIXED_IN.keys() <= {name for name, _ in pins(lock)}
    assert vulnerable(pins(lock)) == []


def vulnerable(locked: set[tuple[str, str]]) -> list[str]:
    older = [
        f"{name} {version}: {why}"
        for name, version in locked
        if name in FIXED_IN and Version(version) < Version((fixed := FIXED_IN[name])[0]) and (why := fixed[1])
    ]
    return sorted([*older, *(f"{name}: {FORBIDDEN[name]}" for name, _ in locked if name in FORBIDDEN)])


def test_vulnerable_version_is_found() -> None:
    assert len(vulnerable({("h11", "0.14.0"), ("python-jose", "3.3.0"), ("starlette", "1.10.0"), ("passlib", "1.7.4")})) == 3


def test_installed_packages_match_the_lock() -> None:
    locked = {(canonical(name), version) for name, version in pins("requirements-dev.lock")}
    names = {name for name, _ in locked}
    installed = {(canonical(one.metadata["Name"]), one.version) for one in distributions()}
    assert {(name, version) for name, version in installed if name in names} <= locked
    assert FORBIDDEN.keys() & {name for name, _ in installed} == set()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_jose_uses_the_cryptography_backend() -> None:
    # `ecdsa`, a dependency of python-jose, leaks its key by timing (CVE-2024-23342) and has no fixed version
    assert jwk.get_key("ES256") is CryptographyECKey


def test_sbom_lists_every_locked_package(tmp_path: Path) -> None:
    """The command of the Makefile also validates the file against the CycloneDX schema."""
    command = re.search(r"\$\(BIN\)/(cyclonedx-py .*)", (ROOT / "Makefile").read_text())
    assert command is not None
    name, *arguments = shlex.split(command[1].replace("dist/sbom.json", str(tmp_path / "sbom.json")))
    subprocess.run([BIN / name, *arguments], cwd=ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in bill["components"]}
    assert named == pins("requirements.lock")
    assert len(named) > 50
    assert "://" not in json.dumps(bill["components"]), "components have no addresses"
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
