"""A link, a telephone number or a sum pasted without a word about it: whoever does that wonders whether it is genuine."""

from __future__ import annotations

import re
from typing import Literal

from understanding.normaliser import LINK, plain
from understanding.quantities import amounts_in

Pasted = Literal["link", "number", "sum"]
_NUMBER = re.compile(r"(?:\+|00)\d{7,15}|08\d{7,11}|62\d{8,12}")  # a NIK has sixteen digits, and may begin with 62
_APART = re.compile(r"[\s().-]+")
_MONEY = re.compile(r"(?:rp|idr)?\.?\s*\d[\d.,]*\s*(?:juta|jt|ribu|rb|k)?(?:,-)?(?:\s*(?:rupiah|rp|idr))?")


def pasted_in(text: str) -> Pasted | None:
    """What a message is, if it is nothing but that."""
    said = plain(text).strip(" \n?!")
    if "." in said and (match := LINK.search(said)) and not _APART.sub("", said.replace(match.group(), "")):
        return "link"
    if _NUMBER.fullmatch(_APART.sub("", said)):
        return "number"
    return "sum" if _MONEY.fullmatch(said) and amounts_in(said) else None
