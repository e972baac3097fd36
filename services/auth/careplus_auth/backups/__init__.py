"""Backups of the database: an encrypted file with a signed manifest, made while the services run."""
