"""Turns a Text into words of one language. Money, dates, numbers and plurals are formatted here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from locales.catalogs import catalog
from locales.words import Citation, Joined, Lines, Message, Month, Phone, Quantity, Rupiah, Text, Written, _

ARTICLE = _("{regulation} art. {article}")
NOT_READ = _("according to {source}")
CLOCK = {"id": "HH.mm", "en": "HH:mm"}


def render(value: object, language: str) -> str:
    """The words for anything that may stand in a message, in `language` (`id` or `en`)."""
    match value:
        case Text():
            return _sentence(value, language)
        case str():
            return value
        case Written(words):
            return words.get(language) or next(iter(words.values()))
        case Lines(items):
            return "\n".join(f"• {render(item, language)}" for item in items)
        case Joined(items):
            return ", ".join(render(item, language) for item in items)
        case Citation(regulation, article):
            if article:
                return _sentence(Text(ARTICLE.msgid, (("regulation", regulation), ("article", article))), language)
            return _sentence(Text(NOT_READ.msgid, (("source", regulation),)), language)
        case Phone(shown):
            return shown
        case Month(year, month):
            return _month(year, month, language)
        case Rupiah(amount):
            return _money(amount, language)
        case Quantity(number):
            return _number(number, language)
        case datetime():
            return f"{format_date(value, format='EEEE, d MMMM y', locale=language)}, {render(value.time(), language)}"
        case date():
            return _day(value, language)
        case time():
            return format_time(value, format=CLOCK[language], locale=language)
        case bool() | None:
            raise TypeError(f"{value!r} is not something we can say")
        case int() | Decimal():
            return _number(value, language)
        case _:
            return str(value)


def facts_in(message: Message) -> tuple[str, ...]:
    """The ids of all facts a message speaks, in order, each once: every figure carries the id it was read from."""
    return tuple(dict.fromkeys(fact for paragraph in message.paragraphs for fact in _facts(paragraph)))


def _facts(value: object) -> Iterator[str]:
    match value:
        case Text(params=params):
            for _name, inner in params:
                yield from _facts(inner)
        case Lines(items) | Joined(items):
            for inner in items:
                yield from _facts(inner)
        case _:
            if fact := getattr(value, "fact", ""):
                yield fact


def _sentence(text: Text, language: str) -> str:
    words = catalog(language)
    said = words.ngettext(text.msgid, text.plural, text.count) if text.plural else words.gettext(text.msgid)
    if not text.params:
        return said.format()
    return said.format(**{name: render(value, language) for name, value in text.params})


@lru_cache(4096)
def _money(amount: Decimal | int, language: str) -> str:
    # CLDR writes "IDR" in English; workers know the sign on their own money, so "Rp" in both languages.
    return format_currency(amount, "IDR", locale=language, format="'Rp'#,##0", currency_digits=False)


@lru_cache(4096)
def _number(value: Decimal | int, language: str) -> str:
    return format_decimal(value, locale=language)


@lru_cache(4096)
def _day(day: date, language: str) -> str:
    return format_date(day, format="d MMMM y", locale=language)


@lru_cache(1024)
def _month(year: int, month: int, language: str) -> str:
    return format_date(date(year, month, 1), format="MMMM y", locale=language)
