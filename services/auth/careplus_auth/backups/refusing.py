"""The errors of backups."""


class BackupFailed(Exception):
    """No backup was made; the message is one line with the reason and the remedy."""


class BackupDamaged(Exception):
    """A file is no complete and unchanged backup of this hospital; the message is one line."""
