"""Secret settings in files: read, and refused when they are given twice or others can read them."""

from pathlib import Path

import pytest

from careplus_runtime.process.secret_files import SECRETS, variable_of
from careplus_runtime.process.settings import Settings, SettingsError, load_settings

VALUES = {
    "DATABASE_URL": "postgresql://careplus:secret@db.example.org/careplus",
    "smtp_url": "smtp://user:password@mail.example.org:587",
    "alert_url": "https://alerts.example.org/secret",
}


def value_of(secret: str) -> str:
    return VALUES.get(secret, f"{secret} with more than 32 characters in it")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in a folder without `.env`, and without secrets in the environment."""
    monkeypatch.chdir(tmp_path)
    for secret in SECRETS:
        monkeypatch.delenv(variable_of(secret), raising=False)
    return tmp_path


def written(folder: Path, text: str, mode: int = 0o600) -> str:
    file = folder / "secret"
    file.write_text(text)
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize("secret", SECRETS)
def test_secret_is_read_from_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv(f"{variable_of(secret)}_FILE", written(folder, f"{value_of(secret)}\n", 0o440))
    assert getattr(load_settings(), secret.lower()) == value_of(secret)


def test_secret_files_are_those_of_hidden_settings() -> None:
    hidden = {name for name, field in Settings.model_fields.items() if not field.repr}
    assert hidden == {secret.lower() for secret in SECRETS}


def test_file_named_in_the_env_file_is_read(folder: Path) -> None:
    (folder / ".env").write_text(f"SECRET_KEY_FILE={written(folder, value_of('SECRET_KEY'))}\n")
    assert load_settings().secret_key == value_of("SECRET_KEY")


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        ("k" * 40, 0o644, "other users can read .*chmod o-r"),
        (" \n", 0o600, "is empty"),
        ("too short", 0o600, "^SECRET_KEY: each secret needs 32"),
    ],
)
def test_unsuitable_secret_file_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, mode: int, reason: str
) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", written(folder, text, mode))
    with pytest.raises(SettingsError, match=reason):
        load_settings()


def test_secret_given_twice_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREPLUS_SMTP_URL_FILE", written(folder, VALUES["smtp_url"]))
    monkeypatch.setenv("CAREPLUS_SMTP_URL", VALUES["smtp_url"])
    with pytest.raises(SettingsError, match="CAREPLUS_SMTP_URL_FILE: CAREPLUS_SMTP_URL is set too"):
        load_settings()


def test_missing_secret_file_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(folder / "absent"))
    with pytest.raises(SettingsError, match=r"DATABASE_URL_FILE: .*absent cannot be read: No such file"):
        load_settings()
