"""Asks for the numbers people carry: KPJ (membership card) and NIK (identity card). Says which part is wrong, never the number."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from dialogue.questions import Ask, Question, Unclear, plain
from facts import identifier
from locales import Quantity, _, _n

PROVINCES = range(11, 97)  # codes of the Ministry of Home Affairs; first of them Aceh
WOMAN = 40  # added to a woman's day of birth
LEAP_YEAR = 2000  # the century of a NIK is not known, so a 29 February is right if it may be
HINT = _("Please type the number with digits only.")
_BETWEEN = re.compile(r"[\s.,:;/()_\-]+")


def kpj(ask: Ask) -> Question[str]:
    return _question(ask, _kpj)


def nik(ask: Ask) -> Question[str]:
    return _question(ask, _nik)


def kpj_or_nik(ask: Ask) -> Question[str]:
    """Either of them: `is_nik` tells which was given."""

    def check(found: str) -> str:
        if len(found) == _digits("kpj").value:
            return found
        if is_nik(found):
            return _nik(found)
        raise Unclear(
            _n(
                "A card number (KPJ) has {kpj} digits and a NIK {nik}. I counted {count} digit.",
                "A card number (KPJ) has {kpj} digits and a NIK {nik}. I counted {count} digits.",
                len(found),
                kpj=_digits("kpj"),
                nik=_digits("nik"),
            )
        )

    return _question(ask, check)


def is_nik(number: str) -> bool:
    return len(number) == _digits("nik").value


def last_digits(ask: Ask, count: int) -> Question[str]:
    """The end of a card number; who types the whole number has given it too."""

    def check(found: str) -> str:
        if len(found) not in (count, _digits("kpj").value):
            raise Unclear(_("Please type only the last {count} digits of the card number (KPJ).", count=count))
        return found[-count:]

    return _question(ask, check)


def _question(ask: Ask, check: Callable[[str], str]) -> Question[str]:
    def parse(raw: str, _today: date) -> str:
        return check(_only_digits(raw))

    return Question(ask, parse, HINT)


def _only_digits(raw: str) -> str:
    """The digits of a number typed with spaces, dots or a word before it. A letter within the number is a slip, not a separator."""
    parts = [part for part in _BETWEEN.split(plain(raw)) if any(map(str.isdecimal, part))]
    if not parts:
        raise ValueError(raw)
    if not all(map(str.isdecimal, parts)):
        raise Unclear(_("There is a letter or a sign in the number. Please type digits only."))
    return "".join(parts)


def _kpj(found: str) -> str:
    wanted = _digits("kpj")
    if len(found) != wanted.value:
        raise Unclear(
            _n(
                "A card number (KPJ) has {digits} digits. I counted {count} digit.",
                "A card number (KPJ) has {digits} digits. I counted {count} digits.",
                len(found),
                digits=wanted,
            )
        )
    return found


def _nik(found: str) -> str:
    if not is_nik(found):
        raise Unclear(
            _n(
                "A NIK has {digits} digits. I counted {count} digit.",
                "A NIK has {digits} digits. I counted {count} digits.",
                len(found),
                digits=_digits("nik"),
            )
        )
    if int(found[:2]) not in PROVINCES:
        raise Unclear(_("The first two digits of the NIK are no province. Please check the beginning."))
    day, month, year = (int(found[at : at + 2]) for at in (6, 8, 10))
    if not 1 <= month <= 12:
        raise Unclear(
            _("In the date of birth within the NIK, the month is not right. Please check digits {first} and {last}.", first=9, last=10)
        )
    if not 1 <= (day - WOMAN if day > WOMAN else day) <= monthrange(LEAP_YEAR + year, month)[1]:
        raise Unclear(
            _("In the date of birth within the NIK, the day is not right. Please check digits {first} and {last}.", first=7, last=8)
        )
    return found


def _digits(name: str) -> Quantity:
    digits = identifier(name).digits
    assert digits is not None
    return digits
