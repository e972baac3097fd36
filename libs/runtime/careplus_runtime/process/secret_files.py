"""Secret settings in files: SECRET_KEY_FILE names a file that holds the value of SECRET_KEY, and so on for each secret."""

import stat
from pathlib import Path
from typing import Any

SECRETS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "forwarded_key",
    "retired_secrets",
    "smtp_url",
    "alert_url",
    "text_key",
    "oidc_client_secret",
    "backup_passphrase",
    "metrics_token",
)
"""The secret settings, by the keys that their values have before validation."""


def with_secret_files(values: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with each secret that is in a file.

    Raise ValueError when a secret is given twice, or its file is missing, empty or readable by other users.
    """
    read = dict(values)
    for secret in SECRETS:
        file = values.get(f"{secret}_FILE" if secret.isupper() else f"{secret}_file")
        if file is None:
            continue
        name = variable_of(secret)
        if values.get(secret) is not None:
            raise ValueError(f"{name}_FILE: {name} is set too; remove one of the two")
        read[secret] = _read(Path(file), f"{name}_FILE")
    return read


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting."""
    name = setting.upper()
    is_whole = name.startswith("CAREPLUS_") or name.removesuffix("_FILE") in {"SECRET_KEY", "DATABASE_URL"}
    return name if is_whole else f"CAREPLUS_{name}"


def _read(file: Path, variable: str) -> str:
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"{variable}: {file} cannot be read: {reason}") from None
    if mode & stat.S_IROTH:
        raise ValueError(f"{variable}: other users can read {file}; run chmod o-r on it")
    if not text:
        raise ValueError(f"{variable}: {file} is empty")
    return text
