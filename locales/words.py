"""What we say, before it has a language: sentences, the typed values in them, and messages with choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rupiah:
    """An amount of Indonesian money in whole rupiah; `fact` is the id of the fact it was read from."""

    amount: Decimal | int
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that is a fact (months, days, years, children), so that a reply knows which fact it spoke."""

    value: int
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of which the day is not known."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as it is shown to people, for example `+62 812-9007-0027`."""

    shown: str
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a fact stands. Without an article the text itself was not read, and the source is named instead."""

    regulation: str
    article: str = ""
    fact: str = ""


@dataclass(frozen=True)
class Written:
    """Words of a person or an official name, already in each language: never looked up, never formatted."""

    words: Mapping[str, str]
    fact: str = ""

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.words.items())), self.fact))


@dataclass(frozen=True)
class Text:
    """One sentence or paragraph: an English msgid and the values that go in it. Never a language."""

    msgid: str
    params: tuple[tuple[str, object], ...] = ()
    plural: str = ""
    count: int = 1


@dataclass(frozen=True)
class Lines:
    """Several values under one another, each with a bullet."""

    items: tuple[object, ...]


@dataclass(frozen=True)
class Joined:
    """Several values in a row: `a, b, c`."""

    items: tuple[object, ...]


Sayable = Text | Written | Lines


@dataclass(frozen=True, slots=True)
class Choice:
    """A labelled answer. `payload` is `target[=key][#delivery]` and at most 64 bytes; `url` makes it a link instead."""

    label: Text | Written
    payload: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What we want to say in one bubble: paragraphs, then what the worker may choose next."""

    paragraphs: tuple[Sayable, ...]
    choices: tuple[Choice, ...] = ()


def _(msgid: str, /, **params: object) -> Text:
    """Mark a sentence for translation. The msgid must be a literal: the catalogs are extracted from the source."""
    return Text(msgid, tuple(params.items()))


def _n(one: str, many: str, /, count: int, **params: object) -> Text:
    """Mark a sentence that changes with a number, which it may name as `{count}`."""
    return Text(one, (("count", count), *params.items()), many, count)
