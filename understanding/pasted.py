"""A link, a telephone number or a sum pasted without a word about it: whoever does that wonders whether it is genuine."""

from __future__ import annotations

import re
from typing import Literal

from understanding.normaliser import LINK, plain, words
from understanding.quantities import amounts_in

Pasted = Literal["link", "number", "sum"]
_NUMBER = re.compile(r"(?:\+|00)\d{7,15}|08\d{7,11}|62\d{8,12}")  # a NIK has sixteen digits, and may begin with 62
_APART = re.compile(r"[\s().-]+")
_MONEY = re.compile(r"(?:rp|idr)?\.?\s*\d[\d.,]*\s*(?:juta|jt|ribu|rb|k)?(?:,-)?(?:\s*(?:rupiah|rp|idr))?")


_OF_THEIRS = frozenset(
    "nomor saya aku kami nik ktp kpj kartu peserta paspor passport hp wa whatsapp telepon ini itu dan adalah ya min my number phone card id is the and".split()
)
_LONG = re.compile(r"\d[\d .-]{7,}\d")


def gives_numbers(text: str) -> bool:
    """Whether somebody tells numbers of their own and asks nothing: "nomor saya 0812..., nik 3515..."."""
    said = plain(text)
    return _LONG.search(said) is not None and set(words(_LONG.sub(" ", said))) <= _OF_THEIRS


def pasted_in(text: str) -> Pasted | None:
    """What a message is, if it is nothing but that."""
    said = plain(text).strip(" \n?!")
    if "." in said and (match := LINK.search(said)) and not _APART.sub("", said.replace(match.group(), "")):
        return "link"
    if _NUMBER.fullmatch(_APART.sub("", said)):
        return "number"
    return "sum" if _MONEY.fullmatch(said) and amounts_in(said) else None
