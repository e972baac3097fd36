"""The manifest of a backup: the content of the file, signed with a key of SECRET_KEY, so that a changed file is refused."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from careplus_auth.backups.refusing import BackupDamaged
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_auth.crypto.vault import Vault
from careplus_auth.store.audit_links import Head
from careplus_runtime.process.settings import Settings

PURPOSE = "backups"


class Content(BaseModel):
    """A stream: its name in the file, its bytes and their SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """The content of a backup. `database` is the copy itself, `stored` the same as the file has it, compressed and encrypted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["careplus backup 1"] = "careplus backup 1"
    at: AwareDatetime
    kind: Literal["sqlite", "postgresql"]
    revision: str
    tables: dict[str, int]
    chain_number: int
    chain_mac: str
    encryption: Literal["age", "passphrase", "none"]
    database: Content
    stored: Content

    @property
    def head(self) -> Head:
        """The head of the audit chain, number 0 for a chain without links."""
        return Head(self.chain_number, bytes.fromhex(self.chain_mac))


class Facts(BaseModel):
    """The values read from the database when its copy is taken."""

    at: datetime
    revision: str
    tables: dict[str, int]
    head: Head | None


def signer(settings: Settings) -> Vault:
    """Return the keys of signatures: the first secret signs, retired ones verify too. Raise SettingsError without SECRET_KEY."""
    return Vault(audit_secrets_of(settings), PURPOSE)


def to_json(manifest: Manifest, keys: Vault) -> bytes:
    """Return the signed manifest."""
    text = manifest.model_dump_json()
    return json.dumps({"manifest": json.loads(text), "signature": keys.keyed_hash(text)}, indent=1).encode()


def from_json(signed: bytes, keys: Vault) -> Manifest:
    """Return the manifest. Raise BackupDamaged when it is not signed by a secret of this hospital."""
    try:
        read = json.loads(signed)
        manifest = Manifest.model_validate_json(json.dumps(read["manifest"]))
        is_signed = keys.matches_hash(str(read["signature"]), manifest.model_dump_json())
    except (ValidationError, ValueError, KeyError, TypeError):
        raise BackupDamaged("its manifest cannot be read") from None
    if not is_signed:
        raise BackupDamaged("its manifest is not signed by a secret in SECRET_KEY or CAREPLUS_RETIRED_SECRETS: it was changed")
    return manifest


def differences(expected: dict[str, int], found: dict[str, int]) -> Sequence[str]:
    """Return the tables whose numbers of rows differ, in one text each."""
    names = sorted({*expected, *found})
    return [
        f"{name} has {found.get(name, 'no')} rows, the manifest says {expected.get(name, 'none')}"
        for name in names
        if found.get(name) != expected.get(name)
    ]
