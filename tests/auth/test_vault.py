"""Ciphertext decrypts with any listed secret and with no other."""

import base64

import pytest

from careplus_auth.crypto.vault import CannotDecrypt, Vault

OLD, NEW = "o" * 40, "n" * 40


def test_ciphertext_decrypts_while_its_secret_is_listed() -> None:
    ciphertext = Vault([OLD], "tests").encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in ciphertext
    assert Vault([NEW, OLD], "tests").decrypt(ciphertext) == "JBSWY3DPEHPK3PXP"
    for other in (Vault([NEW], "tests"), Vault([OLD], "other purpose")):
        with pytest.raises(CannotDecrypt):
            other.decrypt(ciphertext)


def test_first_secret_encrypts() -> None:
    ciphertext = Vault([NEW, OLD], "tests").encrypt("text")
    assert Vault([NEW], "tests").decrypt(ciphertext) == "text"
    with pytest.raises(CannotDecrypt):
        Vault([OLD], "tests").decrypt(ciphertext)


def test_changed_ciphertext_is_refused() -> None:
    vault = Vault([OLD], "tests")
    ciphertext = base64.urlsafe_b64decode(vault.encrypt("text"))
    for position in range(len(ciphertext)):
        changed = bytearray(ciphertext)
        changed[position] ^= 1
        with pytest.raises(CannotDecrypt):
            vault.decrypt(base64.urlsafe_b64encode(changed).decode())


def test_keyed_hash_depends_on_secret_and_purpose() -> None:
    hashed = Vault([OLD], "tests").keyed_hash("me@example.org")
    assert hashed == Vault([OLD], "tests").keyed_hash("me@example.org")
    assert hashed not in (Vault([NEW], "tests").keyed_hash("me@example.org"), Vault([OLD], "other").keyed_hash("me@example.org"))
    assert Vault([NEW, OLD], "tests").matches_hash(hashed, "me@example.org")
    assert not Vault([NEW], "tests").matches_hash(hashed, "me@example.org")
    assert not Vault([OLD], "tests").matches_hash("é", "me@example.org")
