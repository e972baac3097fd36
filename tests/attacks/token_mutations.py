"""Genuine tokens with something changed at random: bits, letters, lengths, and pieces of other people's."""

import random
from collections.abc import Callable

from tests.attacks.token_forgeries import ALPHABET, b64, unb64

Rng = random.Random
Mutation = Callable[[Rng, list[str]], str]


def flip_a_bit_of_the_text(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    return token[:at] + chr(ord(token[at]) ^ 1 << rng.randrange(7)) + token[at + 1 :]


def flip_bits_of_the_meaning(rng: Rng, known: list[str]) -> str:
    parts = rng.choice(known).split(".")
    which = rng.randrange(3)
    raw = bytearray(unb64(parts[which]))
    for _ in range(rng.choice((1, 1, 2, 8))):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    parts[which] = b64(bytes(raw))
    return ".".join(parts)


def change_a_letter(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    return token[:at] + rng.choice(ALPHABET + ".") + token[at + 1 :]


def change_the_last_letter(rng: Rng, known: list[str]) -> str:
    return rng.choice(known)[:-1] + rng.choice(ALPHABET)


def swap_two_letters(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    other = rng.randrange(len(token))
    letters = list(token)
    letters[at], letters[other] = letters[other], letters[at]
    return "".join(letters)


def cut_off(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    return token[:at] if rng.random() < 0.5 else token[at + 1 :]


def cut_out(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    return token[:at] + token[at + rng.randint(1, 40) :]


def put_in(rng: Rng, known: list[str]) -> str:
    token, at = picked(rng, known)
    return token[:at] + "".join(rng.choices(ALPHABET + ".=+/ ,;\"'%", k=rng.randint(1, 40))) + token[at:]


def splice(rng: Rng, known: list[str]) -> str:
    one, other = rng.sample(known, 2)
    at = rng.randrange(1, min(len(one), len(other)))
    return one[:at] + other[at:]


def mix_parts(rng: Rng, known: list[str]) -> str:
    return ".".join(rng.choice(known).split(".")[part] for part in rng.choices(range(3), k=rng.choice((2, 3, 3, 3, 4, 5))))


def trade_payloads(rng: Rng, known: list[str]) -> str:
    one, other = (token.split(".") for token in rng.sample(known, 2))
    return f"{one[0]}.{other[1]}.{one[2]}"


def trade_signatures(rng: Rng, known: list[str]) -> str:
    one, other = (token.split(".") for token in rng.sample(known, 2))
    return f"{one[0]}.{one[1]}.{other[2]}"


def change_a_claim(rng: Rng, known: list[str]) -> str:
    """Another number or another role in the words, under the old signature."""
    header, payload, signature = rng.choice(known).split(".")
    words = unb64(payload)
    for role in (b"patient", b"doctor", b"lab"):
        words = words.replace(b'"%s"' % role, b'"admin"')
    words = words.replace(b'"sub": "', b'"sub": "%d' % rng.randint(1, 99))
    return f"{header}.{b64(words)}.{signature}"


def change_case(rng: Rng, known: list[str]) -> str:
    return "".join(letter.swapcase() if rng.random() < 0.02 else letter for letter in rng.choice(known))


MUTATIONS: tuple[Mutation, ...] = (
    flip_a_bit_of_the_text,
    flip_bits_of_the_meaning,
    change_a_letter,
    change_the_last_letter,
    swap_two_letters,
    cut_off,
    cut_out,
    put_in,
    splice,
    mix_parts,
    trade_payloads,
    trade_signatures,
    change_a_claim,
    change_case,
)


def picked(rng: Rng, known: list[str]) -> tuple[str, int]:
    """A token and a place in it."""
    token = rng.choice(known)
    return token, rng.randrange(len(token))


def mutated(rng: Rng, known: list[str]) -> tuple[str, str]:
    """A mutation's name, and a token that is none of the known ones and can stand in a header."""
    while True:
        mutation = rng.choice(MUTATIONS)
        token = mutation(rng, known)
        # spaces around a header's value are no part of it
        if token.strip() not in known and all(" " <= letter <= "~" for letter in token):
            return mutation.__name__, token
