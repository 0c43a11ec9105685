"""Asks who somebody is and how to reach them: a name, and a telephone number in any usual writing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from dialogue.questions import UNKNOWN, Ask, Question, Unclear, plain
from dialogue.short_answers import says_one_of, yes_or_no
from locales import Text, _
from understanding import hear

HOME = "ID"
LONGEST_NAME = 80
SURELY = 0.99  # a name may hold a word of the menu, and is then never so long
NO_WISH = ("other", "greeting", "thanks", "language")
SHORTEST_PHONE, LONGEST_PHONE = 7, 17  # digits; E.164 allows no more than 15, and 00 may stand before them

NAME = _("Please type your name in letters, for example Siti Aminah.")
PHONE = _("Please type your telephone number in digits, as you give it to friends.")
INCOMPLETE = _("I do not recognise this number. Please write it with the country's code in front, beginning with a plus sign.")
SHORT = _("That number is a little short. Please check it and type all its digits.")
ONE = _("Please type one telephone number only, in digits.")
SPECIAL = _("That is a service number. Please type a number at which you yourself can be called.")

_PREFACE = re.compile(
    r"^(?:(?:nama (?:saya|sy|aku|ku)|namaku|nama|saya|sy|aku|my name is|my name|i am|i'm|name)\b[\s:=]*(?:adalah\b|is\b)?\s*)", re.I
)
_TYPED = re.compile(r"[^\d+]*(\+?[\d(][\d ().\-/]*)\D*")
_NO_NAME = {
    "mau",
    "ingin",
    "pengin",
    "minta",
    "bisa",
    "tidak",
    "belum",
    "sudah",
    "cara",
    "tolong",
    "want",
    "need",
    "can",
    "please",
    "not",
    "do",
}
_IN_A_NAME = set(" .'’`,-")
_OF_A_PERSON = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)


def name(ask: Ask) -> Question[str]:
    """A person's name in any script, alone or after "nama saya"; Indonesians may have only one."""

    def parse(raw: str, _today: date) -> str:
        visible = "".join(c for c in raw if c.isprintable() or c.isspace())
        whole = " ".join(unicodedata.normalize("NFC", visible).split())
        said = _PREFACE.sub("", whole).strip(" .,!-") or whole
        if not _is_a_name(said):
            raise Unclear(NAME)
        return said

    return Question(ask, parse, NAME, free=True)


def asks_for_something(said: str) -> bool:
    """Whether words surely ask for what we can do ("hapus data saya") where a name was asked for."""
    heard = hear(said)
    phrase = heard.confidence == 1.0 or len(said.split()) >= 3
    return heard.topic not in (None, *NO_WISH) and phrase and heard.confidence >= SURELY


def _is_a_name(said: str) -> bool:
    if not 1 < len(said) <= LONGEST_NAME or not any(map(str.isalpha, said)):
        return False
    nothing_told = yes_or_no(said) is not None or says_one_of(said, UNKNOWN)
    if nothing_told or plain(said).split()[0] in _NO_NAME or asks_for_something(said):
        return False
    return all(unicodedata.category(c)[0] in "LM" or c in _IN_A_NAME for c in said)


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number as it was typed: digits, with a plus if the country was said. Which country it is in otherwise, only the step knows."""

    digits: str

    def e164(self, *regions: str | None) -> str | None:
        """The number in full, read as somebody in the first of these countries would dial it; None if it is nobody's."""
        found = [number for number in self._readings(regions) if phonenumbers.number_type(number) in _OF_A_PERSON]
        mobile = (number for number in found if phonenumbers.number_type(number) == PhoneNumberType.MOBILE)
        best = next((number for number in (*mobile, *found)), None)
        return phonenumbers.format_number(best, PhoneNumberFormat.E164) if best else None

    def why_not(self, *regions: str | None) -> Text:
        """What to say where `e164` finds nothing."""
        return SPECIAL if any(self._readings(regions)) else INCOMPLETE

    def _readings(self, regions: tuple[str | None, ...]) -> Iterator[PhoneNumber]:
        international = () if self.digits.startswith("+") else (f"+{self.digits}",)
        for digits, region in (*((self.digits, region) for region in (*regions, HOME)), *((digits, None) for digits in international)):
            try:
                number = phonenumbers.parse(digits, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                yield number


def phone(ask: Ask) -> Question[Dialled]:
    """A telephone number ("0812...", "+852 ...", "00886..."), typed or as one's own contact card."""

    def parse(raw: str, _today: date) -> Dialled:
        typed = _TYPED.fullmatch(plain(raw))
        if typed is None:
            raise Unclear(ONE) if any(map(str.isdecimal, raw)) else ValueError(raw)
        digits = "".join(filter(str.isdecimal, typed[1]))
        if len(digits) < SHORTEST_PHONE:
            raise Unclear(SHORT)
        if len(digits) > LONGEST_PHONE:
            raise Unclear(ONE)
        international = typed[1].startswith(("+", "00"))
        dialled = Dialled(f"+{digits.removeprefix('00')}" if international else digits)
        if international and dialled.e164() is None:
            raise Unclear(dialled.why_not())
        return dialled

    return Question(ask, parse, PHONE, free=True, takes_a_card=True)


def shown(e164: str) -> str:
    """A number as much of it as may stand in a chat somebody else could read: the country, and the last digits."""
    country = phonenumbers.parse(e164).country_code
    return f"+{country} •••• {e164[-4:]}"
