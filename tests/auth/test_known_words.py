"""Passwords that a stranger tries first at a hospital."""

import pytest

from careplus_auth.sign_in import passwords
from careplus_auth.sign_in.known_words import is_made_of_known_words
from careplus_contracts.accounts import PasswordWeakness, WeakPassword

ABOUT = ("grete.lindt@stmarien.example", "Grete Lindt", "Klinikum St. Marien")


@pytest.mark.parametrize(
    "password",
    [
        *("Hospital2026!", "hospital-2026", "H0spital2026!", "H0sp!tal26", "doctor2024", "Doctor#2024", "D0ct0r24", "2024doctor"),
        *(
            "Marien2026!",
            "StMarien2026",
            "klinikum11/2026",
            "Klinikum-Marien",
            "november2026",
            "Nov.2026!",
            "NOVEMBER-26",
            "11.2026-Mai",
        ),
        *(
            "GreteLindt1",
            "Lindt2026",
            "lindt.grete!",
            "Krankenhaus2026",
            "Ärztin2025",
            "Willkommen2026",
            "Admin2026!!",
            "welcome-2026",
        ),
        *("AdminDoctor1", "Labor-2026-November", "Sommer2026", "Passwort2026!"),
    ],
)
def test_password_of_known_words_is_refused(password: str) -> None:
    assert is_made_of_known_words(password, *ABOUT)
    with pytest.raises(WeakPassword) as refused:
        passwords.check_strength(password, *ABOUT)
    assert refused.value.extras == {"cause": PasswordWeakness.KNOWN_WORDS}


@pytest.mark.parametrize(
    "password",
    [
        *(
            "seven-quiet-herons",
            "doctor-heron-anvil",
            "hospital lantern 2026",
            "mayflower-tuba-9",
            "Mais-und-Zwiebel",
            "qv7#kWz9p",
        ),
        *("Linde-Marder-Uhr", "demo-hospital-kestrel", "七羽の静かな鷺と亀", "Apriltulpe-Zange"),
    ],
)
def test_password_with_other_words_is_accepted(password: str) -> None:
    passwords.check_strength(password, *ABOUT)


@pytest.mark.parametrize(
    ("password", "cause"),
    [
        ("password1", PasswordWeakness.COMMON),
        ("Grete Lindt", PasswordWeakness.KNOWN_WORDS),
        ("aaaaaaaa", PasswordWeakness.GUESSABLE),
        ("qwertz12", PasswordWeakness.GUESSABLE),
    ],
)
def test_weak_password_is_told_its_cause(password: str, cause: PasswordWeakness) -> None:
    with pytest.raises(WeakPassword) as refused:
        passwords.check_strength(password, *ABOUT)
    assert refused.value.extras == {"cause": cause}
