"""Genuine tokens with one random change: bits, letters, length, or parts of another person's token."""

import random
from collections.abc import Callable

from tests.attacks.token_forgeries import ALPHABET, b64, unb64

Rng = random.Random
Mutation = Callable[[Rng, list[str]], str]


def flip_encoded_bit(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    return token[:at] + chr(ord(token[at]) ^ 1 << rng.randrange(7)) + token[at + 1 :]


def flip_decoded_bits(rng: Rng, tokens: list[str]) -> str:
    parts = rng.choice(tokens).split(".")
    which = rng.randrange(3)
    raw = bytearray(unb64(parts[which]))
    for _ in range(rng.choice((1, 1, 2, 8))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    parts[which] = b64(bytes(raw))
    return ".".join(parts)


def change_character(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    return token[:at] + rng.choice(ALPHABET + ".") + token[at + 1 :]


def change_last_character(rng: Rng, tokens: list[str]) -> str:
    return rng.choice(tokens)[:-1] + rng.choice(ALPHABET)


def swap_characters(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    other = rng.randrange(len(token))
    letters = list(token)
    letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def truncate(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    return token[:at] if rng.random() < 0.5 else token[at + 1 :]


def remove_span(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    return token[:at] + token[at + rng.randint(1, 40) :]


def insert_text(rng: Rng, tokens: list[str]) -> str:
    token, at = random_position(rng, tokens)
    return token[:at] + "".join(rng.choices(ALPHABET + ".=+/ ,;\"'%", k=rng.randint(1, 40))) + token[at:]


def splice(rng: Rng, tokens: list[str]) -> str:
    one, other = rng.sample(tokens, 2)
    at = rng.randrange(1, min(len(one), len(other)))
    return one[:at] + other[at:]


def mix_parts(rng: Rng, tokens: list[str]) -> str:
    return ".".join(rng.choice(tokens).split(".")[part] for part in rng.choices(range(3), k=rng.choice((2, 3, 3, 3, 4, 5))))


def swap_payloads(rng: Rng, tokens: list[str]) -> str:
    one, other = (token.split(".") for token in rng.sample(tokens, 2))
    return f"{one[0]}.{other[1]}.{one[2]}"


def swap_signatures(rng: Rng, tokens: list[str]) -> str:
    one, other = (token.split(".") for token in rng.sample(tokens, 2))
    return f"{one[0]}.{one[1]}.{other[2]}"


def change_claim(rng: Rng, tokens: list[str]) -> str:
    """Return a token with another subject and role in its payload and the old signature."""
    header, payload, signature = rng.choice(tokens).split(".")
    words = unb64(payload)
    for role in (b"patient", b"doctor", b"lab"):
        words = words.replace(b'"%s"' % role, b'"admin"')
    words = words.replace(b'"sub": "', b'"sub": "%d' % rng.randint(1, 99))
    return f"{header}.{b64(words)}.{signature}"


def change_case(rng: Rng, tokens: list[str]) -> str:
    return "".join(letter.swapcase() if rng.random() < 0.02 else letter for letter in rng.choice(tokens))


MUTATIONS: tuple[Mutation, ...] = (
    flip_encoded_bit,
    flip_decoded_bits,
    change_character,
    change_last_character,
    swap_characters,
    truncate,
    remove_span,
    insert_text,
    splice,
    mix_parts,
    swap_payloads,
    swap_signatures,
    change_claim,
    change_case,
)


def random_position(rng: Rng, tokens: list[str]) -> tuple[str, int]:
    """Return a random token and an index in it."""
    token = rng.choice(tokens)
    return token, rng.randrange(len(token))


def mutated(rng: Rng, tokens: list[str]) -> tuple[str, str]:
    """Return a mutation's name and a token that is not in `tokens` and is valid in a header."""
    while True:
        mutation = rng.choice(MUTATIONS)
        token = mutation(rng, tokens)
        # HTTP strips spaces around a header's value
        if token.strip() not in tokens and all(" " <= letter <= "~" for letter in token):
            return mutation.__name__, token
