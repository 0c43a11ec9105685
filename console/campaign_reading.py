"""A form being read: what was typed as words, numbers and days, and what in it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from locales import LANGUAGES, Text, _

T = TypeVar("T")
Typed = Mapping[str, Sequence[str]]  # {name of a field: what was typed or ticked}


@dataclass
class Reading:
    """A form being read: the campaign it makes, and what in it cannot be."""

    typed: Typed
    zone: ZoneInfo
    wrong: list[Text] = field(default_factory=list)

    def one(self, name: str) -> str:
        return next(iter(self.typed.get(name, ())), "")

    def words(self, name: str) -> dict[str, str]:
        """{language: what was typed}, without what was left empty."""
        return {language: said for language in LANGUAGES if (said := self.one(f"{name}-{language}"))}

    def number(self, name: str, label: Text, usual: float, low: float, high: float) -> float:
        """`usual` where nothing was typed; what is no number between the bounds is wrong."""
        sent = self.one(name).replace(",", ".")
        if not sent:
            return usual
        try:
            value = float(sent)
        except ValueError:
            value = high + 1
        if low <= value <= high:
            return value
        self.wrong.append(_("{label}: write a number from {low} to {high}.", label=label, low=f"{low:g}", high=f"{high:g}"))
        return usual

    def whole(self, name: str, label: Text, low: int, high: int) -> int | None:
        return int(self.number(name, label, 0, low, high)) or None

    def day(self, name: str) -> date | None:
        return self._moment(name, date.fromisoformat)

    def clock(self, name: str, usual: time) -> time:
        return self._moment(name, time.fromisoformat) or usual

    def moment(self, name: str) -> datetime | None:
        """In the officer's zone."""
        found = self._moment(name, datetime.fromisoformat)
        return found.replace(tzinfo=self.zone) if found else None

    def _moment(self, name: str, read: Callable[[str], T]) -> T | None:
        if not self.one(name):
            return None
        try:
            return read(self.one(name))
        except ValueError:
            self.wrong.append(_("This is no day or time: {typed}", typed=self.one(name)))
            return None


def said(name: str, words: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """Words in each language, as if somebody had typed them."""
    return {f"{name}-{language}": [text] for language, text in words.items()}
