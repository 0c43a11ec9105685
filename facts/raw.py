"""One row as it stands in a facts file: takes its values out by name and type, and says file and row when one is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn, TypeVar

from facts.model import Regulation
from locales import Month, Phone, Quantity, Rupiah, Written

FOR_REVIEWERS = ("note", "condition", "not_read")
"""Keys that people who review the file read, and the bot never says."""

Value = TypeVar("Value")


class BadFact(ValueError):
    """A row that must not be spoken; the message names the file and the row."""


class Raw:
    """The values of one row. Each is taken once; `done` refuses what nobody took, so that a misspelt key is not lost."""

    def __init__(self, file: str, kind: str, values: Mapping[str, Any], regulations: Mapping[str, Regulation]) -> None:
        self.file, self.kind, self.regulations = file, kind, regulations
        self._values = dict(values)
        self.id = "?"
        self.id = self.text("id")
        for key in FOR_REVIEWERS:
            self._values.pop(key, None)

    def bad(self, why: str) -> NoReturn:
        raise BadFact(f"{self.file}, row {self.id}: {why}")

    def done(self) -> None:
        if self._values:
            self.bad(f"unknown key {', '.join(sorted(self._values))}")

    def _take(self, key: str, kind: type[Value], default: Value | None) -> Value:
        value = self._values.pop(key, default)
        if value is None:
            self.bad(f"{key} is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.bad(f"{key} must be {kind.__name__}, not {value!r}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self._take(key, str, default)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            self.bad(f"{key} is {value!r}, not one of {', '.join(allowed)}")
        return value

    def some_of(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.texts(key, required=True)
        if unknown := [value for value in values if value not in allowed]:
            self.bad(f"{key} has {unknown[0]!r}, not one of {', '.join(allowed)}")
        return values

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        values = self._take(key, list, None if required else [])
        if not all(isinstance(value, str) for value in values):
            self.bad(f"{key} must be a list of texts")
        return tuple(values)

    def tables(self, key: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._take(key, list, []))

    def flag(self, key: str) -> bool:
        return self._take(key, bool, False)

    def number(self, key: str, default: int | None = None) -> int:
        return self._take(key, int, default)

    def quantity(self, key: str) -> Quantity | None:
        return Quantity(self.number(key), self.id) if key in self._values else None

    def quantities(self, key: str) -> Mapping[str, Quantity]:
        return {name: Quantity(value, self.id) for name, value in self._numbers(key).items()}

    def rupiah(self, key: str) -> Rupiah | None:
        return Rupiah(self.number(key), self.id) if key in self._values else None

    def rupiahs(self, key: str) -> Mapping[str, Rupiah]:
        return {name: Rupiah(value, self.id) for name, value in self._numbers(key).items()}

    def rupiah_list(self, key: str) -> tuple[Rupiah, ...]:
        return tuple(Rupiah(amount, self.id) for amount in self._take(key, list, []))

    def _numbers(self, key: str) -> Mapping[str, int]:
        values = self._take(key, dict, {})
        if not all(type(value) is int for value in values.values()):
            self.bad(f"{key} must hold whole numbers")
        return values

    def day(self, key: str) -> date | None:
        return self._take(key, date, None) if key in self._values else None

    def month_or_day(self, key: str) -> Month | date | None:
        """A date, or a text like `2024-04` where the day is not known."""
        value = self._values.pop(key, None)
        if value is None or isinstance(value, date):
            return value
        year, _, month = str(value).partition("-")
        if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
            self.bad(f"{key} is {value!r}, neither a date nor a month like 2024-04")
        return Month(int(year), int(month))

    def written(self, key: str) -> Written:
        return self._words(self._take(key, dict, None), key)

    def names(self, key: str) -> tuple[Written, ...]:
        return tuple(self._words(value, key) for value in self._take(key, list, []))

    def _words(self, value: object, key: str) -> Written:
        if not (
            isinstance(value, dict)
            and set(value) == {"id", "en"}
            and all(isinstance(word, str) and word.strip() for word in value.values())
        ):
            self.bad(f"{key} needs words in id and en")
        return Written(value, self.id)

    def phones(self, key: str) -> tuple[Phone, ...]:
        return tuple(Phone(shown, self.id) for shown in self.texts(key))
