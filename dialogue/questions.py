"""How to ask, and how to understand the answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from dialogue.short_answers import option_in, says_one_of, yes_or_no
from facts import Country, find_country
from locales import LANGUAGES, Text, Written, _, render

A = TypeVar("A")
Ask = Text | Callable[[Any], Text]

UNKNOWN = (
    *("tidak tahu", "gatahu", "tak tahu", "lupa", "tidak ingat", "kurang tahu", "belum tahu", "lewati", "skip", "entah"),
    *("don't know", "not sure", "no idea", "idk", "unknown", "forgot", "pass"),
)
LONGEST = 200  # characters of an answer in words; a name or a place is never longer


class Unclear(ValueError):
    """The answer makes no sense; `hint` says what would."""

    def __init__(self, hint: Text) -> None:
        super().__init__(hint.msgid)
        self.hint = hint


@dataclass(frozen=True)
class Question(Generic[A]):
    """What is asked, and how the answer is read. Labels are shown on buttons; every option is also understood when typed."""

    ask: Ask
    parse: Callable[[str, date], A]  # raises ValueError (Unclear, to be more exact) when the answer makes no sense
    hint: Text
    options: tuple[tuple[str, Text | Written], ...] = ()
    free: bool = False  # any words could be an answer, so another question or an emergency is looked for first
    names_a_country: bool = False  # "Indonesia" is an answer here, not a wish to change the language
    takes_a_card: bool = False  # the sender's own contact card is an answer


def plain(raw: str) -> str:
    """One way of writing for what looks alike: full-width and Arabic digits, no-break spaces, capitals, invisible characters."""
    if raw.isascii() and raw.isprintable():  # nearly everything people type: nothing in it needs a look at each character
        return " ".join(raw.lower().split()).strip(" .!?,")
    visible = "".join(c for c in unicodedata.normalize("NFKC", raw) if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    visible = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in visible)
    return " ".join(visible.casefold().split()).strip(" .!?,")


def choice(
    ask: Ask, options: Mapping[A, Text | Written], hint: Text = _("Please choose one of these."), also: Mapping[str, A] | None = None
) -> Question[A]:
    """Answered by button, by number, or by typing the label in any language we speak; `also` are other words for an option."""
    said = tuple((phrase, value) for value, label in options.items() for phrase in sorted(_labels(label)))
    said += tuple((also or {}).items())
    return _closed(ask, options, hint, also or {}, lambda raw: option_in(raw, said))


def yes_no(ask: Ask, yes: Text = _("Yes"), no: Text = _("No"), hint: Text = _("Please answer yes or no.")) -> Question[bool]:
    return _closed(ask, {True: yes, False: no}, hint, {}, yes_or_no)


def text(ask: Ask, hint: Text = _("Please type your answer."), longest: int = LONGEST) -> Question[str]:
    def parse(raw: str, _today: date) -> str:
        words = " ".join("".join(c for c in raw if c.isprintable() or c.isspace()).split())
        if not any(c.isalnum() for c in words):
            raise ValueError(raw)
        if len(words) > longest:
            raise Unclear(_("That is a little long. Please write it in fewer than {count} characters.", count=longest))
        return words

    return Question(ask, parse, hint, free=True)


def country(
    ask: Ask, hint: Text = _("I do not know that country yet. Please type its name, for example Taiwan or Malaysia.")
) -> Question[Country]:
    """A country in any usual writing ("hk", "arab", "sy di taiwan")."""

    def parse(raw: str, _today: date) -> Country:
        found = find_country(raw)
        if found is None:
            raise ValueError(raw)
        return found

    return Question(ask, parse, hint, free=True, names_a_country=True)


def number(ask: Ask, digits: int, hint: Text) -> Question[str]:
    def parse(raw: str, _today: date) -> str:
        found = "".join(filter(str.isdecimal, plain(raw)))
        if len(found) != digits:
            raise ValueError(raw)
        return found

    return Question(ask, parse, hint)


def maybe(question: Question[A], label: Text = _("I don't know")) -> Question[A | None]:
    """The same question, which may also be left open: answered with None."""

    def parse(raw: str, today: date) -> A | None:
        if raw in ("?", "-") or plain(raw) in _labels(label) or says_one_of(raw, UNKNOWN):
            return None
        try:
            return question.parse(raw, today)
        except ValueError:
            if yes_or_no(raw) is False:  # "belum" to a date, "ga punya" to a number
                return None
            raise

    options = (*question.options, ("?", label))
    return Question(question.ask, parse, question.hint, options, question.free, question.names_a_country, question.takes_a_card)


def _labels(label: Text | Written) -> set[str]:
    return {plain(render(label, language)) for language in LANGUAGES}


def _closed(
    ask: Ask, options: Mapping[A, Text | Written], hint: Text, more: Mapping[str, A], loosely: Callable[[str], A | None]
) -> Question[A]:
    understood = dict(more)
    for position, (value, label) in enumerate(options.items(), start=1):
        for word in (key(value), str(position), *_labels(label)):
            understood[plain(word)] = value

    def parse(raw: str, _today: date) -> A:
        if (said := plain(raw)) in understood:
            return understood[said]
        if (meant := loosely(raw)) is None:
            raise ValueError(raw)
        return meant

    return Question(ask, parse, hint, tuple((key(value), label) for value, label in options.items()))


def key(value: object) -> str:
    """The stable name of an option, as it stands in a button's payload."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
