"""Normal forms: one mailbox, one phone number, and one line of text without invisible letters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from careplus_contracts.texts import mailed_address, normal_email, normal_phone, visible_line
from careplus_contracts.values import Email, Justification, Line, Phone, Reason

UNICODE = "jö@müller.example"


@pytest.mark.parametrize(
    "typed",
    [
        "JO\u0308@Mu\u0308ller.example",
        "jö@xn--mller-kva.example",
        "jö@XN--MLLER-KVA。example",
        "j\u200bö@müller．example",
        UNICODE,
    ],
)
def test_spellings_of_a_mailbox_have_one_form(typed: str) -> None:
    assert normal_email(TypeAdapter(Email).validate_python(typed, strict=True)) == UNICODE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@STRASSE.example", "ada@straße.example"),
        ("ada.l@x.example", "adal@x.example"),
        ("ada+tag@x.example", "ada@x.example"),
        ("ada@xn--a.example", "ada@a.example"),
    ],
)
def test_two_mailboxes_have_two_forms(one: str, other: str) -> None:
    assert normal_email(one) != normal_email(other)
    assert normal_email("Ada.L+tag@Example.ORG") == "ada.l+tag@example.org"


@pytest.mark.parametrize("label", ["Ü", "ada", "☃", "a\u200dü"])
def test_punycode_of_no_normal_word_stays(label: str) -> None:
    email = f"ada@xn--{label.encode('punycode').decode()}.example"
    assert normal_email(email) == email


@given(st.text(max_size=20), st.text(max_size=20))
def test_normal_email_is_stable(local: str, domain: str) -> None:
    normal = normal_email(f"{local}@{domain}")
    assert normal_email(normal) == normal


def test_mailed_domain_is_ascii_and_the_same_mailbox() -> None:
    assert mailed_address("ada@müller.example") == "ada@xn--mller-kva.example"
    assert normal_email(mailed_address(UNICODE)) == UNICODE


@pytest.mark.parametrize(
    "typed",
    [
        *("a@x＠y.example", "a@x（y", "\u200b@x.example", "a@\u200d", "a b@x.example"),
        # 254 letters as typed, more in lower case
        "İ" * 244 + "@x.example",
    ],
)
def test_email_of_no_mailbox_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Email).validate_python(typed, strict=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(
            ("(030) 5550 1234", "(030) 5550 1234"),
            ("+49 (0)30 5550 1234", "+49 (0)30 5550 1234"),
            ("(+49) 30 555", "(+49) 30 555"),
        ),
        *(("+1\u00a0202\u2007555\u202f0147 x12", "+1 202 555 0147 ext. 12"), ("030/5550‑1234", "030/5550-1234")),
        *(("030 5550, Durchwahl 7", "030 5550 ext. 7"), ("tel:+4930555;ext=5", "+4930555 ext. 5"), ("٠٣٠ ٥٥٥", "030 555")),
        *(("\u202a+49 30 555\u202c", "+49 30 555"), ("１１２", "112"), ("030 555 Extension: 12", "030 555 ext. 12")),
        *(("＋49（0）30 555", "+49(0)30 555"), ("[030] 555", "(030) 555"), ("030\u2009555", "030 555")),
    ],
)
def test_phone_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert TypeAdapter(Phone).validate_python(typed, strict=True) == stored
    assert normal_phone(stored) == stored


@pytest.mark.parametrize("typed", ["call me", "---", "()()()", "+", "030 555 ext", "x12", "030\x00555", "1"])
def test_text_without_a_number_is_no_phone(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Phone).validate_python(typed, strict=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(("user\u202egnp.exe\u202c", "usergnp.exe"), ("Anna\u200b Mül\u00adler", "Anna Müller"), ("An\u200dna", "Anna")),
        *(("می\u200cخواهم", "می\u200cخواهم"), ("👨\u200d👩", "👨\u200d👩"), ("שלום\u200f (ב)", "שלום\u200f (ב)")),
        *(("a\u2028b", "a b"), ("\u2066Pia\u2069", "Pia"), ("O’Brien  Ann", "O’Brien  Ann")),
    ],
)
def test_invisible_letters_leave_a_line(typed: str, stored: str) -> None:
    assert TypeAdapter(Line).validate_python(typed, strict=True) == stored
    assert visible_line(stored) == stored


@pytest.mark.parametrize("typed", ["\u200b", "\u200f \u200e", "\u3164", "\u202e\u202c", "\u200d"])
def test_line_without_a_visible_letter_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(typed, strict=True)
    assert visible_line(typed) == ""


@pytest.mark.parametrize("kind", [Reason, Justification])
def test_reason_loses_invisible_letters(kind: Any) -> None:
    assert TypeAdapter(kind).validate_python("Fever \u202eof\u200b 39", strict=True) == "Fever of 39"
