"""Lists: search, filters that stand in the address as chips, and pages by key, so that the last page is as quick as the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from console.visit import Visit, tidy
from locales import Text, Written

Row = TypeVar("Row")
Words = Text | Written | str
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Filter:
    """`name` stands in the address; `options` are the codes one may choose, and their words."""

    name: str
    label: Text
    options: Mapping[str, Words]


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    label: Words
    href: str


@dataclass(frozen=True)
class Asked:
    """What a list was asked for: words searched, options chosen, other fields of the form, and the key after which to go on."""

    path: str
    filters: tuple[Filter, ...]
    words: str
    chosen: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, str]
    after: str

    @property
    def number_after(self) -> int:
        """The key, where keys are numbers; 0 at the beginning."""
        return int(self.after) if self.after.isascii() and self.after.isdecimal() and len(self.after) < 20 else 0

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or any(self.chosen.values()) or any(self.fields.values()))

    def address(self, *, after: str = "", without: tuple[str, str] | None = None) -> str:
        """This list again: from a key on, or without one of its filters."""
        pairs = [("q", self.words), *((name, value) for name, values in self.chosen.items() for value in values), *self.fields.items()]
        kept = [pair for pair in [*pairs, ("after", after)] if pair[1] and pair != without]
        return f"{self.path}?{urlencode(kept)}" if kept else f"{self.path}?all"

    def chips(self) -> list[Chip]:
        named = {filter.name: filter.options for filter in self.filters}
        return [Chip(named[name][value], self.address(without=(name, value))) for name, values in self.chosen.items() for value in values]


def asked(visit: Visit, path: str, *filters: Filter, fields: Sequence[str] = ()) -> Asked:
    """What the list at `path` was asked for, from the address; what is no option of a filter is not asked for."""
    query = visit.request.query
    chosen = {
        filter.name: tuple(dict.fromkeys(value for value in query.getall(filter.name, []) if value in filter.options)) for filter in filters
    }
    words = tidy(query.get("q", ""))[:LONGEST_SEARCH]
    return Asked(path, filters, words, chosen, {name: tidy(query.get(name, "")) for name in fields}, tidy(query.get("after", "")))


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """Rows to show, and the address of those after them, if there are any."""

    asked: Asked
    rows: Sequence[Row]
    more: str | None


def listing(asked: Asked, found: Sequence[Row], most: int, key: Callable[[Row], object]) -> Listing[Row]:
    """`found` has one row more than `most` if there are more."""
    rows = found[:most]
    return Listing(asked, rows, asked.address(after=str(key(rows[-1]))) if len(found) > most else None)
