"""`careplus restore`: check a backup completely beside the database, and only then put it in its place."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from careplus_auth.audit.accepting import NothingToAccept, accept_head
from careplus_auth.audit.anchor_file import AnchorFile
from careplus_auth.audit.chain import ChainKeys
from careplus_auth.backups import backup_file
from careplus_auth.backups.copying import check_sqlite, facts
from careplus_auth.backups.encryption import identities_in, identity_of_passphrase
from careplus_auth.backups.manifest import Manifest, differences, signer
from careplus_auth.backups.plain_folder import plain_folder
from careplus_auth.backups.refusing import BackupDamaged
from careplus_auth.crypto.signing import audit_secrets_of
from careplus_cli import replacing
from careplus_cli.database import one_line_errors
from careplus_cli.loading import check_empty, loaded
from careplus_cli.replacing import CannotRestore
from careplus_cli.verifying import verify
from careplus_cli.verifying_anchors import ChainBroken
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import is_sqlite, sync_engine
from careplus_tables.migrate import HEAD, is_compatible, upgrade

MOST_REASON = 300


def restore_backup(settings: Settings, file: Path, key: Path | None, reason: str, *, despite_chain: bool) -> Iterator[str]:
    """Restore, and yield lines for the operator.

    `despite_chain`: also a copy whose audit chain is broken. Raises BackupDamaged, BackupFailed, CannotRestore, DatabaseUnusable
    and SettingsError; then the database is as it was.
    """
    reason = " ".join(reason.split())
    if not 10 <= len(reason) <= MOST_REASON:
        raise CannotRestore(f"--reason is a text of 10 to {MOST_REASON} characters; it stays in the audit trail.")
    sqlite = is_sqlite(settings.database)
    with one_line_errors():
        replacing.check_stopped(settings) if sqlite else check_empty(settings)
        manifest = _checked(settings, file)
        identities = _identities(settings, file, manifest, key)
        folder = replacing.database_file(settings).parent if sqlite else settings.data
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_space(folder, manifest)
        yield f"{file.name} of {manifest.at:%Y-%m-%d %H:%M:%S} UTC is complete and signed."
        with plain_folder(folder, "restore") as beside:
            copy = beside / "careplus.db"
            backup_file.extract(file, manifest, identities, copy)
            if sqlite:
                check_sqlite(copy)
                _check_content(settings, f"sqlite:///{copy}", manifest, despite_chain=despite_chain)
                kept = replacing.replace(settings, copy)
            else:
                kept = None
                with loaded(settings, copy):
                    _check_content(settings, settings.database, manifest, despite_chain=despite_chain)
    yield f"{sum(manifest.tables.values()):,} rows of {len(manifest.tables)} tables are there, and the audit chain is unchanged."
    yield from _accept(settings, f"{reason}: {file.name}")
    if kept is not None:
        yield f"The old database is in {kept}; remove it when you no longer need it."
    yield f"Restored. Changes after {manifest.at:%Y-%m-%d %H:%M:%S} UTC are not in it."


def _checked(settings: Settings, file: Path) -> Manifest:
    try:
        manifest = backup_file.check(file, signer(settings))
    except OSError as error:
        raise CannotRestore(f"{file} cannot be read: {error.strerror}") from None
    if manifest.kind != ("sqlite" if is_sqlite(settings.database) else "postgresql"):
        raise CannotRestore(f"it is a copy of a database of {manifest.kind}; set DATABASE_URL to one of that kind")
    return manifest


def _identities(settings: Settings, file: Path, manifest: Manifest, key: Path | None) -> list[Any] | None:
    if manifest.encryption == "none":
        return None
    if manifest.encryption == "passphrase":
        if settings.backup_passphrase is None:
            raise CannotRestore("it is encrypted with a passphrase; set CAREPLUS_BACKUP_PASSPHRASE or its _FILE")
        return [identity_of_passphrase(backup_file.identity(file), settings.backup_passphrase)]
    if key is None:
        raise CannotRestore("it is encrypted with a key of age; name its file by --key")
    return identities_in(key)


def _check_space(folder: Path, manifest: Manifest) -> None:
    if (free := shutil.disk_usage(folder).free) < manifest.database.size:
        needed = (manifest.database.size >> 20) + 1
        raise CannotRestore(f"{folder} has {free >> 20} MiB free; the copy needs {needed}")


def _check_content(settings: Settings, url: str, manifest: Manifest, *, despite_chain: bool) -> None:
    """Compare the copy with its manifest, migrate it if it is older, and verify its audit chain. Raise BackupDamaged."""
    engine = sync_engine(url, reader=True)
    try:
        with engine.connect() as connection:
            found = facts(connection, manifest.at)
    finally:
        engine.dispose()
    if found.revision != manifest.revision or (different := differences(manifest.tables, found.tables)):
        raise BackupDamaged(different[0] if found.revision == manifest.revision else f"it is at revision {found.revision}")
    if found.revision <= HEAD:
        upgrade(url, settings.clinic_zone)
    elif not is_compatible(url):
        raise CannotRestore(f"it is at revision {found.revision}, newer than this version of CarePlus ({HEAD})")
    try:
        verify(url, ChainKeys(audit_secrets_of(settings)), manifest.head if manifest.chain_number else None, lambda *_: None)
    except ChainBroken as broken:
        if not despite_chain:
            raise BackupDamaged(f"its audit chain is broken ({str(broken).rstrip('.')})") from None


def _accept(settings: Settings, reason: str) -> Iterator[str]:
    """Sign the head of the restored chain, which is older than the newest anchor of the file, so that auth links events again."""
    keys = ChainKeys(audit_secrets_of(settings))
    try:
        accepted = accept_head(settings.database, keys, AnchorFile(settings.anchor_file, keys.anchors), reason, anyway=False)
    except NothingToAccept:
        return
    except OSError as error:
        yield f"The anchor file cannot be used ({error.strerror}): run `careplus audit accept-head --reason TEXT` when it can."
        return
    anchor = accepted.anchor
    yield f"Accepted the restored head {anchor.link_number} of the audit chain, as `careplus audit accept-head` does."
