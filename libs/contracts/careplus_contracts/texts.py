"""Normal forms of one-line text, e-mail addresses and phone numbers, applied before a value is checked. Pure functions."""

import re
import unicodedata

# `\s` and the characters that only some of JavaScript, Rust and Python include in it, so that all three match the same
BLANK = r"\s\x00-\x20\x7f-\xa0\ufeff"
MAX_EMAIL = 254
# no characters after the @ that a mail header reads as a second address
EMAIL = rf'^[^@{BLANK}]+@[^@{BLANK}()<>\[\]:;,"\\]+$'

_MARKS = "\u061c\u200e\u200f"
"""Direction marks of right-to-left text. They order the signs beside them, and turn no letters around."""
_INVISIBLE = {
    # soft hyphen, zero-width space, word joiner and operators, deprecated controls, byte order mark, annotations
    *(0xAD, 0x180E, 0x200B, *range(0x2060, 0x2066), *range(0x206A, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC)),
    # direction embeddings, overrides and isolates: they turn the text around that follows
    *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    # letters that are blank, and tags
    *(0x115F, 0x1160, 0x3164, 0xFFA0, *range(0xE0000, 0xE0080)),
}
_BLANK_SIGNS = {
    *_INVISIBLE,
    # grapheme joiner, inherent vowels, variation selectors, the empty cell of Braille: they belong between visible signs
    *(0x34F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
}
_SHOW_NOTHING = {"Zs", "Zl", "Zp", "Cc", "Cf"}
"""Unicode categories: separators, controls and formats."""
_LINE_CHANGES = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys((0x85, 0x2028, 0x2029), " ")}
# joiners shape letters of scripts from Hebrew on, and emoji; between other letters they only hide a difference
_STRAY_JOINER = re.compile("(?<![\u0590-\U0010ffff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0590-\U0010ffff])")
_ANY_INVISIBLE = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(map(ord, f"{_MARKS}\u200c\u200d"))}
_DOTS = str.maketrans(dict.fromkeys("。．｡", "."))

_EXTENSION = re.compile(
    r"\s*[,;]?\s*(?:extension|extn?|durchwahl|dw|app|nst|poste|int|x|#|;ext=)\.?[\s:=]*([0-9]{1,7})\s*$", re.IGNORECASE
)
_DASHES = re.compile("[‐‑‒–—−]")


def visible_line(value: object) -> object:
    """Return text without characters that are invisible or reverse the text after them; line separators become spaces.

    The joiners ZWNJ and ZWJ stay where a script needs them, between letters from Hebrew on and in emoji.
    """
    if not isinstance(value, str) or value.isascii():
        return value
    text = _STRAY_JOINER.sub("", value.translate(_LINE_CHANGES))
    return text.strip(_MARKS) if _is_visible(text) else ""


def empty_if_invisible(value: object) -> object:
    """Return text unchanged, or an empty text if none of its characters shows anything."""
    return value if not isinstance(value, str) or value.isascii() or _is_visible(value) else ""


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(one) not in _SHOW_NOTHING and ord(one) not in _BLANK_SIGNS for one in text)


def normal_email(email: str) -> str:
    """Return the one form of an address of a mailbox: composed visible letters, lower case, and the domain in Unicode.

    `ANNA@xn--mller-kva.example` and `anna@müller.example` are one mailbox. Letters are not folded further, because
    `straße.example` and `strasse.example` are two domains.
    """
    local, at, domain = unicodedata.normalize("NFC", email.translate(_ANY_INVISIBLE)).rpartition("@")
    labels = unicodedata.normalize("NFKC", domain.translate(_DOTS)).lower().split(".")
    return f"{_lower(local)}{at}{'.'.join(map(_unicode_label, labels))}"


def check_email(value: str) -> str:
    """Return the address. Raise ValueError if its normal form is longer, or names no mailbox."""
    # addresses are compared in their normal form, which may be longer
    normal = normal_email(value)
    if len(normal) > MAX_EMAIL:
        raise ValueError(f"an e-mail address has at most {MAX_EMAIL} characters")
    if not re.search(EMAIL, normal):
        raise ValueError("write the domain of the e-mail address in its usual letters")
    return value


def mailed_address(email: str) -> str:
    """Return an address in its normal form with the domain in ASCII, which every mail server takes."""
    local, at, domain = email.rpartition("@")
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in domain.split("."))
    return f"{local}{at}{'.'.join(labels)}"


def normal_phone(value: object) -> object:
    """Return a phone number with plain digits, spaces and hyphens, and an extension written `ext. 12`."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value.translate(_ANY_INVISIBLE)).removeprefix("tel:")
    text = "".join(str(digit) if (digit := unicodedata.digit(one, None)) is not None else one for one in text)
    text = _DASHES.sub("-", text)
    extension = _EXTENSION.search(text)
    number = " ".join((text[: extension.start()] if extension else text).replace("[", "(").replace("]", ")").split())
    return f"{number} ext. {extension[1]}" if extension else number


def _lower(text: str) -> str:
    # the lower case of some composed letters is decomposed
    return unicodedata.normalize("NFC", text.lower())


def _unicode_label(label: str) -> str:
    """Return a label of a domain in Unicode. Keep Punycode that does not encode a normal form."""
    if not label.startswith("xn--"):
        return _lower(label)
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    is_normal = decoded == _lower(unicodedata.normalize("NFKC", decoded)) and decoded.encode("punycode").decode() == label[4:]
    is_word = not decoded.isascii() and all(one == "-" or unicodedata.category(one)[0] in "LMN" for one in decoded)
    return decoded if is_normal and is_word else label
