"""The question for a length in months, in any usual writing: "18", "3 th", "dua tahun", "1,5 tahun"."""

from __future__ import annotations

import re
from datetime import date

from dialogue.questions import Ask, Question, Unclear, plain
from locales import Text, _, _n
from understanding import months_in

LEAST, MOST = 1, 120  # ten years is beyond any contract; more is surely a slip of the finger
NOT_UNDERSTOOD = _('I do not understand that length yet. Please write it in months or years, for example 24 or "2 years".')
OUT_OF_RANGE = _("I can count from {least} to {most} whole months. Please write one number, for example 24.", least=LEAST, most=MOST)
SEVERAL = _("I read more than one length there. Please write only one, for example 24.")

# Bounded, since what lies between two numbers is a word at most, and the search must not hang on a message of nothing but digits.
_SEVERAL = re.compile(r"\d\s{0,4}\w{0,20}\s{0,4}(?:-|/|atau|ato|or|sampai|sampe|smp|s/d|sd|to)\s{0,4}\d")
_NUMBER_IN_WORDS = re.compile(r"\w+|\w+ (?:belas|puluh|puluh \w+)|twenty[ -]\w+")


def months(ask: Ask, *usual: int) -> Question[int]:
    """A length between one month and ten years; a bare number is months. The `usual` lengths stand on buttons."""
    return Question(ask, _parse, NOT_UNDERSTOOD, tuple((str(length), label(length)) for length in usual))


def label(length: int) -> Text:
    return _n("{count} month", "{count} months", length)


def _parse(raw: str, _today: date) -> int:
    said = plain(raw)
    if _SEVERAL.search(said):
        raise Unclear(SEVERAL)
    if said.isdecimal() and len(said) <= len(str(MOST)):
        found: int | None = int(said)
    else:
        found = months_in(said)
        if found is None and _NUMBER_IN_WORDS.fullmatch(said):
            found = months_in(f"{said} bulan")
    if found is not None and LEAST <= found <= MOST:
        return found
    if found is not None or any(character.isdecimal() for character in said):
        raise Unclear(OUT_OF_RANGE)
    raise ValueError(raw)
