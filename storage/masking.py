"""Hides numbers that identify a person in text that is kept: NIK, card, passport and phone numbers become dots."""

from __future__ import annotations

import re
import unicodedata

# Seven or more digits, however they are spaced: a sum of money in rupiah rarely has as many, a card or phone number always has.
_RUN = re.compile(r"(?<![\d.,])\+?\(?\d(?:[ .\-()/]{0,2}\d){6,}")
# A sum begins where its figures begin: tried at each of thousands of digits, the search would take a second.
_MONEY = re.compile(r"(?:\brp\.?\s*)[\d.,]+|(?<![\d.,])[\d.,]+\s*(?:rb|ribu|jt|juta|idr)\b", re.IGNORECASE)
_PASSPORT = re.compile(r"\b[A-Z]\s?\d{7,8}\b", re.IGNORECASE)


def mask(said: str) -> str:
    """The same text with such numbers dotted out, except sums of money."""
    text = said if said.isascii() else "".join(unicodedata.normalize("NFKC", c) if c.isdecimal() and not c.isascii() else c for c in said)
    money = [match.span() for match in _MONEY.finditer(text)]

    def hide(match: re.Match[str]) -> str:
        if any(start <= match.start() and match.end() <= end for start, end in money):
            return match[0]
        return "".join("•" if c.isalnum() else c for c in match[0])

    return _RUN.sub(hide, _PASSPORT.sub(hide, text))


def last_digits(number: str, count: int = 4) -> str:
    """The end of a number, enough to recognise it by and too little to use."""
    return f"••••{number[-count:]}" if len(number) > count else "••••"
