"""Short codes people read, type and say: Crockford base32 with a check character, without letters that look alike."""

from __future__ import annotations

import unicodedata

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # https://www.crockford.com/base32.html: no I, L, O, U
LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
FACTOR = 5  # any element but 0 and 1 finds every swap
SHORTEST, LONGEST = 4, 8  # letters before the check character


def encode(value: int, length: int) -> str:
    """`length` letters for a number, and the check character."""
    letters = ""
    for _place in range(length):
        value, place = divmod(value, len(LETTERS))
        letters = LETTERS[place] + letters
    return letters + check(letters)


def check(letters: str) -> str:
    """Catches every single wrong letter and every swap of neighbours: a Horner sum in the field of 32 elements."""
    total = 0
    for letter in letters:
        total = _times(total ^ LETTERS.index(letter), FACTOR)
    return LETTERS[total]


def _times(a: int, b: int) -> int:
    """Multiply in GF(32), reduced by x^5 + x^4 + x^2 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= 0b110111
        b >>= 1
    return product


def read(typed: str) -> str | None:
    """The code in the form we keep it, or None if it cannot be one: look-alike letters are understood, others refused."""
    code = unicodedata.normalize("NFKC", typed).strip().upper().replace("-", "").translate(LOOK_ALIKE)
    if not SHORTEST + 1 <= len(code) <= LONGEST + 1 or any(letter not in LETTERS for letter in code):
        return None
    return code if check(code[:-1]) == code[-1] else None
