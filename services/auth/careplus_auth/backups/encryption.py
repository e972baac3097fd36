"""Encryption of backups with age (age-encryption.org): to public keys, or to a key that a passphrase protects."""

import os
import shutil
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyrage

from careplus_auth.backups.refusing import BackupDamaged, BackupFailed
from careplus_auth.backups.streams import PIECE, GzipReader
from careplus_runtime.process.backup_settings import BackupEncryption
from careplus_runtime.process.settings import Settings

CHOICE = "CAREPLUS_BACKUP_ENCRYPTION: set it to age, passphrase or none"


class Encryption(NamedTuple):
    """How one backup is encrypted: to these public keys, none for a plain one; `identity` is the key that the file carries."""

    kind: BackupEncryption
    recipients: list[Any]
    identity: bytes | None


def encryption_of(settings: Settings) -> Encryption:
    """Return the encryption that the settings choose; a passphrase protects a new key each time. Raise BackupFailed."""
    if settings.backup_encryption is None:
        raise BackupFailed(CHOICE)
    if settings.backup_encryption == "none":
        return Encryption("none", [], None)
    if settings.backup_encryption == "passphrase":
        if settings.backup_passphrase is None:
            raise BackupFailed("CAREPLUS_BACKUP_PASSPHRASE: is missing; or set CAREPLUS_BACKUP_PASSPHRASE_FILE")
        key = pyrage.x25519.Identity.generate()
        return Encryption(
            "passphrase", [key.to_public()], pyrage.passphrase.encrypt(str(key).encode(), settings.backup_passphrase)
        )
    if settings.backup_recipients is None:
        raise BackupFailed("CAREPLUS_BACKUP_RECIPIENTS: is missing; `careplus keys backup FILE` makes a key")
    try:
        recipients = [pyrage.x25519.Recipient.from_str(one.strip()) for one in settings.backup_recipients.split(",")]
    except pyrage.RecipientError as error:
        raise BackupFailed(f"CAREPLUS_BACKUP_RECIPIENTS: {error}") from None
    return Encryption("age", recipients, None)


def encrypt(encryption: Encryption, source: GzipReader, target: Any) -> None:
    """Copy a stream, encrypted unless it is plain. Raise BackupFailed and OSError."""
    if not encryption.recipients:
        shutil.copyfileobj(source, target, PIECE)
        return
    try:
        pyrage.encrypt_io(source, target, encryption.recipients)
    except pyrage.EncryptError as error:
        raise BackupFailed(str(error)) from None


def decrypt(source: IO[bytes], target: Any, identities: list[Any] | None) -> None:
    """Copy a stream, decrypted with one of the keys; None for a plain one. Raise BackupDamaged and OSError."""
    if identities is None:
        shutil.copyfileobj(source, target, PIECE)
        return
    try:
        pyrage.decrypt_io(source, target, identities)
    except pyrage.DecryptError as error:
        raise BackupDamaged(f"it cannot be decrypted: {error}") from None


def identities_in(file: Path) -> list[Any]:
    """Return the keys of a file that `careplus keys backup` or `age-keygen` wrote. Raise BackupDamaged and OSError."""
    lines = [line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupDamaged(f"{file} holds no key of age (AGE-SECRET-KEY-1...)")
    return found


def identity_of_passphrase(identity: bytes, passphrase: str) -> Any:
    """Return the key that a backup carries. Raise BackupDamaged for another passphrase."""
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(identity, passphrase).decode())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise BackupDamaged("the passphrase is another one") from None


def new_key(file: Path) -> str:
    """Write a new key, readable by its owner only, and return its public key. Raise OSError; the file must not exist."""
    key = pyrage.x25519.Identity.generate()
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write(f"# public key: {key.to_public()}\n{key}\n")
        written.flush()
        os.fsync(written.fileno())
    return str(key.to_public())
