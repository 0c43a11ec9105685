"""Months and sums of money as people write them: "3 th", "dua tahun", "1,5jt", "370rb"."""

from __future__ import annotations

import re

from understanding.normaliser import plain

_SMALL = {
    "satu": 1, "se": 1, "one": 1, "a": 1, "an": 1, "dua": 2, "two": 2, "rong": 2, "tiga": 3, "three": 3, "telung": 3, "empat": 4, "four": 4, "lima": 5, "five": 5,
    "enam": 6, "six": 6, "tujuh": 7, "seven": 7, "delapan": 8, "eight": 8, "sembilan": 9, "nine": 9, "sepuluh": 10, "ten": 10, "sebelas": 11, "eleven": 11,
    "twelve": 12, "eighteen": 18, "twenty": 20, "thirty": 30, "setengah": 0.5, "half": 0.5, "half a": 0.5,
}  # fmt: skip
_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d)?|(?:{_WORD}) belas|(?:{_WORD}) puluh(?: (?:{_WORD}))?|twenty[ -](?:{_WORD})|(?:{_WORD})(?:(?: and a)? (?:setengah|half))?)"
_YEAR = r"(?:tahun|thn|thun|taun|taon|th|years?|yrs?|y)"
_MONTH = r"(?:bulan|bln|bl|months?|mths?|mos?)"
_LENGTH = re.compile(
    rf"(?<![\w.,/-])(?P<n>{_NUMBER})\s*-?\s*(?P<half>setengah |and a half )?(?P<unit>{_YEAR}|{_MONTH})(?:an|nya)?(?![^\W_])"
    rf"(?P<more> (?:setengah|and a half))?(?:\s*(?:dan|and|,|lebih)?\s*(?P<n2>{_NUMBER})\s*(?P<unit2>{_MONTH})(?![^\W_]))?"
)
_GLUED = re.compile(r"\bse(?=(?:tahun|thn|taun|bulan|bln)\b)")
_NOT_AFTER = re.compile(r"(?:umur|usia|umurnya|aged?|tgl|tanggal|per)\s*$")
_NOT_BEFORE = re.compile(r"\s*(?:yang |yg )?(?:lalu|lampau|silam|ago|old|kemarin|kemaren|kmrn)\b")
_CONTRACT = re.compile(r"(?:kontrak|contract|perpanjang\w*|extend|extension|renew\w*|pk|selama|for)\W*$")
LONGEST_CONTRACT = 120


def _value(said: str) -> float:
    said = said.strip()
    if said[0].isdigit():
        return float(said.replace(",", "."))
    parts = said.replace("-", " ").replace(" and a ", " ").split()
    value = 0.0
    for part in parts:
        if part == "belas":
            value += 10
        elif part == "puluh":
            value *= 10
        else:
            value += _SMALL[part]
    return value


def _length(match: re.Match[str]) -> int | None:
    yearly = match["unit"][0] in "ty"
    months = (_value(match["n"]) + (0.5 if match["half"] or match["more"] else 0)) * (12 if yearly else 1)
    if match["n2"] and yearly:
        months += _value(match["n2"])
    return round(months) if months == round(months) and 0 < months <= LONGEST_CONTRACT else None


def months_in(text: str) -> int | None:
    """The length of a contract in months, if one is said; ages, dates and "3 years ago" are none."""
    said = _GLUED.sub("se ", plain(text))
    found: list[tuple[bool, int]] = []
    for match in _LENGTH.finditer(said):
        before = said[max(0, match.start() - 16) : match.start()]
        if _NOT_AFTER.search(before) or _NOT_BEFORE.match(said, match.end()):
            continue
        if (months := _length(match)) is not None:
            found.append((_CONTRACT.search(before) is not None, months))
    return max(found, key=lambda one: one[0])[1] if found else None


_SUM = re.compile(
    rf"(?<![\w.,+/-])(?P<rp>(?:rp|idr)\.?\s*)?(?:(?P<n>\d{{1,3}}(?:[.,]\d{{3}})+|\d+(?:[.,]\d{{1,3}})?)|(?P<word>setengah|seratus|(?:{_WORD}) ratus|(?:{_WORD})(?: puluh| belas)?))"
    r"\s*(?P<unit>juta|jt|jeti|mio|million|ribu|rbu|rb|rebu|k)?(?:an|nya)?(?![^\W_])(?P<tail>\s*\S+)?"
)
_UNIT = {
    "juta": 10**6,
    "jt": 10**6,
    "jeti": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "ribu": 10**3,
    "rbu": 10**3,
    "rb": 10**3,
    "rebu": 10**3,
    "k": 10**3,
}
_FOREIGN = re.compile(
    r"\s*(?:nt\b|ntd|twd|hkd|hk\$|rm\b|ringgit|sgd|usd|us\$|\$|dolar|dollar|dirham|aed|riyal|real|sar\b|yen|jpy|won|krw|dinar|euro)"
)
_TIME = re.compile(r"\s*(?:months|years|tahun|thn)\b")  # "99999 months" is a length, if an odd one
_FOREIGN_BEFORE = re.compile(r"(?:nt|ntd|twd|hkd|hk|rm|sgd|usd|aed|sar)?\$?\s*$")


def _sum(match: re.Match[str]) -> int | None:
    unit = _UNIT.get(match["unit"] or "", 1)
    if match["word"]:
        if unit == 1:
            return None
        said = match["word"]
        value = 100.0 if said == "seratus" else _value(said.removesuffix(" ratus")) * (100 if said.endswith(" ratus") else 1)
    else:
        said = match["n"]
        grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", said) is not None and (unit == 1 or len(said) > 5)
        value = float(re.sub(r"[.,]", "", said)) if grouped else float(said.replace(",", "."))
        if unit == 1 and not match["rp"] and not (10_000 <= value < 10**9 and (grouped or not said.startswith("0"))):
            return None
    total = value * unit
    return round(total) if total >= 1 else None


def amounts_in(text: str) -> tuple[int, ...]:
    """Sums in rupiah in the order said; other currencies, card numbers and telephone numbers are none."""
    said = re.sub(r"\bse(?=(?:juta|jt|ribu|rb)\b)", "se ", plain(text))
    found: list[int] = []
    for match in _SUM.finditer(said):
        before = said[max(0, match.start() - 5) : match.start()]
        foreign = _FOREIGN.match(match["tail"] or "") or (
            _FOREIGN_BEFORE.search(before) and re.search(r"(?:nt|ntd|twd|hkd|hk|rm|sgd|usd|aed|sar|\$)\s*$", before)
        )
        if not foreign and not _TIME.match(match["tail"] or "") and (amount := _sum(match)) is not None:
            found.append(amount)
    return tuple(found)
