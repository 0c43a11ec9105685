"""Reads dates as people write them: "3/12/24", "12 mar", "maret tahun depan", "2 bulan lagi", "kemarin", "march 12, 2025"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dialogue.from_today import TOKEN, UNIT, WHICH, Said, counted, month_from, named, numbered, since
from dialogue.questions import plain

_MONTH = numbered(
    "", "januari january jan", "februari february pebruari febuari feb peb", "maret march mrt mar", "april apr", "mei may", "juni june jun",
    "juli july jul", "agustus august agts agust agst agus ags agt aug", "september sept sep", "oktober october okt oct",
    "november nopember nov nop", "desember december des dec",
)  # fmt: skip
_EDGE = {**dict.fromkeys(["akhir", "end"], 12), **dict.fromkeys(["awal", "early", "start", "beginning"], 1)}
_FILLING = frozenset(["tanggal", "tgl", "tg", "pada", "of", "the", "on", "yang", "yg", "akan", "in", "dalam", "sekitar", "kira", "around"])

_NAMED_DAY = re.compile(r"\b(?:tanggal|tgl|tg)\b")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b(?!\s*(?:lagi|lalu|ago))")

# Of a month by name (M), numbers of one or two digits (d, D) and years (Y) side by side: which is day, month, year.
_SHAPES = tuple(
    (roles, re.compile(shape))
    for roles, shape in (
        ("ymd", "Y[dD][dD]"), ("dmy", "[dD][dD]Y"), ("dmy", "[dD]MY"), ("mdy", "M[dD]Y"), ("ymd", "YM[dD]"), ("dmy", "[dD]MD"),
        ("dmy", "[dD][dD]D"), ("my", "MY"), ("ym", "YM"), ("dm", "[dD]M"), ("my", "MD"), ("md", "Md"), ("my", "[dD]Y"), ("ym", "Y[dD]"),
        ("dm", "[dD][dD]"), ("m", "M"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class _Token:
    kind: str  # M, d, D, Y as in _SHAPES; x: a word
    value: int = 0
    word: str = ""


def read(raw: str, today: date) -> Said | None:
    """The first date in a text, or None if there is none."""
    line = _ORDINAL.sub("", plain(raw).replace("'", ""))
    if not _NAMED_DAY.search(line) and (said := counted(line, today)):
        return said
    tokens = _edges(_relative(list(_tokens(line)), today), today)
    return _written(tokens) or named(line, today) or since(line, today)


def names_a_year(raw: str, today: date) -> bool:
    """Whether a year is said, though perhaps nothing else: "2027", "tahun depan"."""
    return any(token.kind == "Y" for token in _relative(list(_tokens(plain(raw))), today))


def _tokens(line: str) -> Iterator[_Token]:
    for word in TOKEN.findall(line):
        if word.isdecimal():
            yield from _numbers(word)
        elif word in _MONTH:
            yield _Token("M", _MONTH[word])
        elif word not in _FILLING:
            yield _Token("x", word=word)


def _numbers(digits: str) -> Iterator[_Token]:
    if len(digits) in (6, 8):
        year_first = len(digits) == 8 and digits[:2] in ("19", "20") and digits[4:6] <= "12"
        cuts = (4, 6) if year_first and not (digits[2:4] <= "12" and digits[4:6] in ("19", "20")) else (2, 4)
        for part in (digits[: cuts[0]], digits[cuts[0] : cuts[1]], digits[cuts[1] :]):
            yield _Token("Y" if len(part) == 4 else "D", int(part))
    elif len(digits) == 4 and "15" <= digits[:2] <= "24":
        yield _Token("Y", int(digits))
    else:
        yield _Token({1: "d", 2: "D"}.get(len(digits), "x"), int(digits[:4]))


def _relative(tokens: list[_Token], today: date) -> list[_Token]:
    """ "tahun depan", "last month", "maret depan", "bulan 3" as years and months of the calendar."""
    found: list[_Token] = []
    while tokens:
        first, *rest = tokens
        second = rest[0] if rest else _Token("x")
        unit = UNIT.get(first.word) or UNIT.get(second.word)
        which = WHICH.get(second.word, WHICH.get(first.word))
        if unit in ("year", "month") and which is not None and first.word and second.word:
            found += _moved(unit, which, today)
            tokens = rest[1:]
        elif which is not None and "M" in (first.kind, second.kind):
            month = first.value or second.value
            found += [_Token("M", month), _Token("Y", today.year + _years(month, which, today))]
            tokens = rest[1:]
        elif UNIT.get(first.word) == "month" and second.kind in ("d", "D"):
            found.append(_Token("M", second.value))
            tokens = rest[1:]
        else:
            if (UNIT.get(first.word), second.kind) not in (("month", "M"), ("year", "Y")):
                found.append(first)
            tokens = rest
    return found


def _moved(unit: str, which: int, today: date) -> list[_Token]:
    if unit == "year":
        return [_Token("Y", today.year + which)]
    return _month_from(today, which)


def _years(month: int, which: int, today: date) -> int:
    """How many years on the next or the last such month is."""
    if which > 0:
        return int(month <= today.month)
    return -int(month >= today.month) if which else 0


def _month_from(today: date, months: int) -> list[_Token]:
    year, month = month_from(today, months)
    return [_Token("M", month), _Token("Y", year)]


def _edges(tokens: list[_Token], today: date) -> list[_Token]:
    """ "akhir tahun", "early 2027" as a month."""
    for at, token in enumerate(tokens):
        if month := _EDGE.get(token.word):
            then = tokens[at + 1] if len(tokens) > at + 1 else _Token("x")
            if then.kind == "Y" or UNIT.get(then.word) == "year":
                return [*tokens[:at], _Token("M", month), *tokens[at + 1 :]]
            if UNIT.get(then.word) == "month":
                return [*tokens[:at], *_month_from(today, 0), *tokens[at + 2 :]]
    return tokens


def _written(tokens: list[_Token]) -> Said | None:
    kinds = "".join(token.kind for token in tokens)
    for roles, shape in _SHAPES:
        if match := shape.search(kinds):
            parts = dict(zip(roles, (token.value for token in tokens[match.start() :]), strict=False))
            if roles == "dm" and "M" not in match[0] and parts["m"] > 12 >= parts["d"]:
                return Said(parts["d"], year=parts["m"])
            return Said(parts["m"], parts.get("d"), parts.get("y"))
    return None
