"""Reads facts/*.toml into typed rows, keeps what holds on a day, and refuses a file that cites what was not read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from facts import rows as typed
from facts.model import Benefit, Regulation, Row
from facts.raw import BadFact, Raw

FOLDER = Path(__file__).parent
MAKERS: Mapping[str, Callable[[Raw], Row]] = {
    "regulation": typed.regulation,
    "rate": typed.rate,
    "limit": typed.limit,
    "benefit": typed.benefit,
    "papers": typed.papers,
    "deadline": typed.deadline,
    "mission": typed.mission,
    "contact": typed.contact,
    "emergency": typed.emergency,
    "country": typed.country,
    "identifier": typed.identifier,
}
Kind = TypeVar("Kind", bound=Row)


@dataclass(frozen=True, eq=False)
class Book:
    """The facts that hold together on one day, in the order of their files. Two books are the same only if they are one object."""

    rows: tuple[Row, ...]

    @cached_property
    def _by_kind(self) -> Mapping[type[Row], Mapping[str, Row]]:
        found: dict[type[Row], dict[str, Row]] = {}
        for row in self.rows:
            found.setdefault(type(row), {})[row.id] = row
        return found

    def all(self, kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(row for row in self._by_kind.get(kind, {}).values() if isinstance(row, kind))

    def one(self, kind: type[Kind], id: str) -> Kind:
        row = self._by_kind.get(kind, {}).get(id)
        if not isinstance(row, kind):
            raise KeyError(f"no {kind.__name__.lower()} {id!r} in the facts that hold today")
        return row


def read(folder: Path = FOLDER) -> tuple[Row, ...]:
    """Every row of every file in the folder, whenever it holds. Raises BadFact with file and row."""
    raws = [(file.name, kind, values) for file in sorted(folder.glob("*.toml")) for kind, values in _tables(file)]
    regulations: dict[str, Regulation] = {}
    for file, kind, values in raws:
        if kind == "regulation":
            row = _made(Raw(file, kind, values, {}))
            if isinstance(row, Regulation):
                regulations[row.id] = row
    others = [_made(Raw(file, kind, values, regulations)) for file, kind, values in raws if kind != "regulation"]
    found = (*regulations.values(), *others)
    _agree(found)
    return found


def _tables(file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise BadFact(f"{file.name}: {wrong}") from wrong
    defaults = content.pop("defaults", {})
    for kind, values in content.items():
        if kind not in MAKERS:
            raise BadFact(f"{file.name}: unknown table [[{kind}]]")
        for row in values:
            yield kind, {**defaults, **row}


def _made(raw: Raw) -> Row:
    row = MAKERS[raw.kind](raw)
    raw.done()
    return row


def _agree(found: Iterable[Row]) -> None:
    """An id stands for one row at a time, over all files, since a reply keeps it; and rows that name others name real ones."""
    seen: dict[str, list[Row]] = {}
    for row in found:
        for other in seen.setdefault(row.id, []):
            if (row.valid_from or date.min) <= (other.valid_until or date.max) and (other.valid_from or date.min) <= (
                row.valid_until or date.max
            ):
                raise BadFact(f"{row.file}, row {row.id}: the same id holds at the same time in {other.file}")
        seen[row.id].append(row)
    for row in found:
        named = (row.papers, row.deadline) if isinstance(row, Benefit) else ()
        if missing := [id for id in named if id and id not in seen]:
            raise BadFact(f"{row.file}, row {row.id}: names {missing[0]!r}, which is in no file")


@lru_cache(1)
def _all() -> tuple[Row, ...]:
    return read()


@lru_cache(8)
def what_holds(today: date) -> Book:
    """The rows that hold on this day."""
    return Book(tuple(row for row in _all() if row.holds_on(today)))


_in_use: Book | None = None


def use(book: Book | None) -> None:
    """From now on every accessor answers from this book; None goes back to the files as last checked."""
    global _in_use
    _in_use = book


def book() -> Book:
    """The current facts: those in use, else what held on the day the files were last checked."""
    return _in_use or _as_last_checked()


@lru_cache(1)
def _as_last_checked() -> Book:
    return what_holds(max(row.checked_on for row in _all()))
