"""What is sealed opens with any listed secret and with nothing else."""

import base64

import pytest

from careplus_auth.crypto.vault import CannotDecrypt, Vault

OLD, NEW = "o" * 40, "n" * 40


def test_what_is_sealed_opens_while_its_secret_is_listed() -> None:
    sealed = Vault([OLD], "tests").encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in sealed
    assert Vault([NEW, OLD], "tests").decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    for other in (Vault([NEW], "tests"), Vault([OLD], "other purpose")):
        with pytest.raises(CannotDecrypt):
            other.open(sealed)


def test_the_first_secret_seals() -> None:
    sealed = Vault([NEW, OLD], "tests").encrypt("text")
    assert Vault([NEW], "tests").decrypt(sealed) == "text"
    with pytest.raises(CannotDecrypt):
        Vault([OLD], "tests").decrypt(sealed)


def test_nothing_sealed_passes_when_changed() -> None:
    vault = Vault([OLD], "tests")
    sealed = base64.urlsafe_b64decode(vault.encrypt("text"))
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(CannotDecrypt):
            vault.decrypt(base64.urlsafe_b64encode(changed).decode())


def test_hashes_are_one_houses_own() -> None:
    hashed = Vault([OLD], "tests").keyed_hash("me@example.org")
    assert hashed == Vault([OLD], "tests").keyed_hash("me@example.org")
    assert hashed not in (Vault([NEW], "tests").keyed_hash("me@example.org"), Vault([OLD], "other").keyed_hash("me@example.org"))
    assert Vault([NEW, OLD], "tests").matches_hash(hashed, "me@example.org")
    assert not Vault([NEW], "tests").matches_hash(hashed, "me@example.org")
    assert not Vault([OLD], "tests").matches_hash("é", "me@example.org")
