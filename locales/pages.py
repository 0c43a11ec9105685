"""Fits a Message into what a channel can show: its lengths, its number of buttons, the width of their labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from locales.speak import facts_in, render
from locales.words import Message


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may hold. Lengths are in UTF-16 units, as Telegram and WhatsApp count them.

    `buttons` and `rows` are (how many, label width): up to `buttons` choices are shown as buttons, more as rows of a list.
    """

    text: int
    text_with_choices: int
    buttons: tuple[int, int]
    rows: tuple[int, int]


TERMINAL = Limits(100_000, 100_000, (100, 100), (100, 100))
WEBCHAT = Limits(16_000, 16_000, (100, 64), (100, 64))
# https://core.telegram.org/bots/api#sendmessage: 4096 characters after entities parsing.
TELEGRAM = Limits(4096, 4096, (100, 64), (100, 64))
# Meta's OpenAPI v23.0: text 4096; interactive body 1024; 3 buttons of 20; 10 rows of 24.
WHATSAPP = Limits(4096, 1024, (3, 20), (10, 24))

LIMITS = {"terminal": TERMINAL, "webchat": WEBCHAT, "telegram": TELEGRAM, "whatsapp": WHATSAPP}


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as it is shown: the words on it, and what pressing it sends back or opens."""

    label: str
    payload: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A Message spoken in a language and fitted to a channel: exactly what one API call sends."""

    text: str
    buttons: tuple[Button, ...] = ()
    facts: tuple[str, ...] = ()


def fit(message: Message, language: str, limits: Limits) -> list[Page]:
    """The pages a message takes; almost always one. Choices stand under the last."""
    text = "\n\n".join(said for paragraph in message.paragraphs if (said := render(paragraph, language).strip()))
    count, width = limits.buttons if len(message.choices) <= limits.buttons[0] else limits.rows
    shown = message.choices[:count]
    buttons = tuple(Button(cut(render(choice.label, language), width), choice.payload, choice.url) for choice in shown)
    parts = list(_parts(text, limits, choices=bool(buttons)))
    facts = facts_in(message)
    return [Page(part, buttons if part is parts[-1] else (), facts) for part in parts]


def _parts(text: str, limits: Limits, *, choices: bool) -> Iterator[str]:
    """As few as possible: only the last must leave room for the choices."""
    *_before, last = split(text, limits.text_with_choices if choices else limits.text)
    before = text[: len(text) - len(last)].rstrip()
    if before:
        yield from split(before, limits.text)
    yield last


def units(text: str) -> int:
    """The length as Telegram and WhatsApp count it: UTF-16 units, so that most emoji count as two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(label: str, width: int) -> str:
    if units(label) <= width:
        return label
    return next(split(label, width - 1)).rstrip() + "…"


def split(text: str, limit: int) -> Iterator[str]:
    """Parts of at most `limit` units, broken between paragraphs if possible, else lines, else words, else graphemes."""
    while units(text) > limit:
        room = _prefix(text, limit)
        for mark in ("\n\n", "\n", " "):
            at = text.rfind(mark, 1, room + 1)
            if at > room // 3:
                break
        else:
            at = room
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    yield text


def _prefix(text: str, limit: int) -> int:
    """How many characters fit, without cutting a letter from its accents or an emoji from its parts."""
    used = at = 0
    for at, character in enumerate(text):  # noqa: B007 (the place we stop at is the answer)
        used += 2 if character > "\uffff" else 1
        if used > limit:
            break
    while at > 1 and (_joins(text[at - 1], text[at]) or _halves_a_flag(text, at)):
        at -= 1
    return max(at, 1)


def _halves_a_flag(text: str, at: int) -> bool:
    """A flag is two letters of its own kind; an odd number of them before the place means that one is cut in two."""
    before = 0
    while before < at and "\U0001f1e6" <= text[at - 1 - before] <= "\U0001f1ff":
        before += 1
    return before % 2 == 1 and "\U0001f1e6" <= text[at] <= "\U0001f1ff"


def _joins(before: str, after: str) -> bool:
    joiner = "\u200d"
    return (
        unicodedata.combining(after) != 0
        or after in (joiner, "\ufe0f", "\ufe0e")
        or before == joiner
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
