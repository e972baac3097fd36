"""The file of a backup: a ZIP archive of the manifest, the copy of the database, and the key that a passphrase protects."""

import os
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

from careplus_auth.backups.encryption import Encryption, decrypt, encrypt
from careplus_auth.backups.manifest import Content, Facts, Manifest, from_json, to_json
from careplus_auth.backups.refusing import BackupDamaged
from careplus_auth.backups.streams import PIECE, GunzipWriter, GzipReader, HashedReader, HashedWriter
from careplus_auth.crypto.vault import Vault

MANIFEST, IDENTITY = "manifest.json", "identity.age"
MOST_MANIFEST = 2**20
UNREADABLE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


def write(file: Path, copy: IO[bytes], kind: Any, facts: Facts, encryption: Encryption, keys: Vault) -> Manifest:
    """Write a new file for its owner only, and sync it. Raise BackupFailed and OSError."""
    plain = HashedReader(copy)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        with zipfile.ZipFile(opened, "w") as archive:
            name = "database.gz.age" if encryption.recipients else "database.gz"
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                stored = HashedWriter(member)
                encrypt(encryption, GzipReader(plain), stored)
            if encryption.identity is not None:
                archive.writestr(zipfile.ZipInfo(IDENTITY), encryption.identity)
            manifest = Manifest(
                at=facts.at,
                kind=kind,
                revision=facts.revision,
                tables=facts.tables,
                chain_number=facts.head.number if facts.head else 0,
                chain_mac=facts.head.mac.hex() if facts.head else "",
                encryption=encryption.kind,
                database=Content(name="database", size=plain.size, sha256=plain.sha256),
                stored=Content(name=name, size=stored.size, sha256=stored.sha256),
            )
            archive.writestr(zipfile.ZipInfo(MANIFEST), to_json(manifest, keys))
        opened.flush()
        os.fsync(opened.fileno())
    return manifest


def read_manifest(file: Path, keys: Vault) -> Manifest:
    """Return the signed manifest of a file that is not cut off. Raise BackupDamaged and OSError."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                raise BackupDamaged("its manifest is too long")
            manifest = from_json(archive.read(MANIFEST), keys)
            if archive.getinfo(manifest.stored.name).file_size != manifest.stored.size:
                raise BackupDamaged("its content is shorter or longer than its manifest says")
    except UNREADABLE:
        raise BackupDamaged("it is no complete ZIP archive: it was cut off, changed, or is another file") from None
    return manifest


def check(file: Path, keys: Vault) -> Manifest:
    """Return the manifest after reading the whole file, which needs no key of the encryption. Raise BackupDamaged and OSError."""
    manifest = read_manifest(file, keys)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(manifest.stored.name) as member:
            stored = HashedReader(member)
            while stored.read(PIECE):
                pass
    except UNREADABLE:
        raise BackupDamaged("its content cannot be read to its end: it was changed or cut off") from None
    if stored.sha256 != manifest.stored.sha256:
        raise BackupDamaged("its content does not have the SHA-256 of its manifest: it was changed")
    return manifest


def identity(file: Path) -> bytes:
    """Return the encrypted key of a backup with a passphrase. Raise BackupDamaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.read(IDENTITY)
    except UNREADABLE:
        raise BackupDamaged("its key is missing or damaged") from None


def extract(file: Path, manifest: Manifest, identities: list[Any] | None, target: Path) -> None:
    """Write the copy of the database into a new file for its owner only. Raise BackupDamaged and OSError."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        plain = HashedWriter(opened)
        unzipped = GunzipWriter(plain, manifest.database.size)
        try:
            with zipfile.ZipFile(file) as archive, archive.open(manifest.stored.name) as member:
                decrypt(member, unzipped, identities)
        except UNREADABLE:
            raise BackupDamaged("its content cannot be read to its end: it was changed or cut off") from None
        opened.flush()
        os.fsync(opened.fileno())
    if not unzipped.is_complete or plain.sha256 != manifest.database.sha256:
        raise BackupDamaged("the copy in it does not have the SHA-256 of its manifest: it was changed")
