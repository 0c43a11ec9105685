"""Which country a worker means: short forms, cities and small slips, alone or inside a short sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from facts.load import Book, book
from facts.reach import Country, EmergencyNumber, Mission

HOME = "ID"
THERE = ("di", "ke", "in", "to", "at")
FROM = ("dari", "dr", "from", "eks", "ex")
NOT_A_PLACE = ("bahasa", "bhs", "bhsa", "kurs", "language")
"""After these words a country names a language or its money: "bahasa inggris", "kurs taiwan"."""

FORGIVEN_FROM = 6
"""Shorter names are too near to everyday words: sabah is one letter from sabar, malay from malam, mesir from mesin."""
SHORT = 40  # characters of an answer worth remembering
LONG = 9
"""From this length on two slips are forgiven."""


def countries() -> tuple[Country, ...]:
    """Every country, those where most workers are placed first."""
    return tuple(sorted(book().all(Country), key=lambda country: -country.placements))


def country(iso: str) -> Country:
    return book().one(Country, iso.upper())


def missions_in(iso: str) -> tuple[Mission, ...]:
    """The missions that serve a country, those with a telephone number first."""
    there = [mission for mission in book().all(Mission) if iso.upper() in (mission.iso, *mission.also)]
    return tuple(sorted(there, key=lambda mission: not mission.hotlines))


def emergency_numbers(iso: str) -> tuple[EmergencyNumber, ...]:
    return tuple(number for number in book().all(EmergencyNumber) if number.iso == iso.upper())


def find_country(text: str) -> Country | None:
    """The country that `text` names, or None. Where it names several, the one after "di" or "ke" wins, and home comes last."""
    return _found(text, book()) if len(text) <= SHORT else _find(text)


@lru_cache(1024)
def _found(text: str, _current: Book) -> Country | None:
    """Remembered for short answers, as long as the facts are the same: a turn asks several times, and workers are in few countries."""
    return _find(text)


def _find(text: str) -> Country | None:
    words = _places_only(normal(text).split())
    found = [(iso == HOME, _weight(words, at), at, iso) for iso, at in _matches(words, _aliases(book()))]
    if found:
        return country(min(found)[-1])
    return _forgiving(words)


def normal(text: str) -> str:
    """Lower case, without accents, punctuation, invisible characters and drawn-out letters ("taiwannn")."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    spaced = "".join(" " if unicodedata.category(letter)[0] in "PZSC" else letter for letter in plain if not _invisible(letter))
    return " ".join(re.sub(r"(\w)\1{2,}", r"\1", spaced).split())


def _invisible(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Cf")


def _places_only(words: list[str]) -> list[str]:
    return [word for at, word in enumerate(words) if not (at and words[at - 1] in NOT_A_PLACE)]


@lru_cache(4)
def _aliases(current: Book) -> Mapping[tuple[str, ...], str]:
    return {tuple(normal(name).split()): row.iso for row in current.all(Country) for name in (*row.name.words.values(), *row.aliases)}


@lru_cache(4)
def _longest(current: Book) -> int:
    """Words of the longest name."""
    return max(len(alias) for alias in _aliases(current))


@lru_cache(4)
def _names_by_letter(current: Book) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The countries' own names, written together and long enough to forgive a slip, by their first letter."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in current.all(Country):
        for name in {normal(word).replace(" ", "") for word in row.name.words.values()}:
            if len(name) >= FORGIVEN_FROM:
                found.setdefault(name[0], []).append((name, row.iso))
    return {letter: tuple(names) for letter, names in found.items()}


def _matches(words: list[str], aliases: Mapping[tuple[str, ...], str]) -> Iterator[tuple[str, int]]:
    """Longest names first, so that "korea utara" is not Korea and "papua nugini" is not at home."""
    longest = _longest(book())
    at = 0
    while at < len(words):
        for size in range(min(longest, len(words) - at), 0, -1):
            iso = aliases.get(tuple(words[at : at + size]))
            if iso:
                yield iso, at
                at += size - 1
                break
        at += 1


def _weight(words: list[str], at: int) -> int:
    before = words[at - 1] if at else ""
    return 0 if before in THERE else 2 if before in FROM else 1


def _forgiving(words: list[str]) -> Country | None:
    """The one country whose own name is a slip away from a word or two of the text; None when two are equally near."""
    names = _names_by_letter(book())
    near: dict[str, int] = {}
    for piece in {*words, *(first + second for first, second in pairwise(words))}:
        for name, iso in names.get(piece[0], ()):
            allowed = 1 if len(name) < LONG else 2
            # A slip changes at most two letters of the set, which spares nearly every comparison.
            if len({*piece} ^ {*name}) <= 2 * allowed and (slips := _slips(piece, name)) <= allowed:
                near[iso] = min(slips, near.get(iso, slips))
    best = [iso for iso, slips in near.items() if slips == min(near.values())]
    return country(best[0]) if len(best) == 1 else None


def _slips(typed: str, name: str) -> int:
    """Letters left out, added, changed or swapped between two words (Damerau-Levenshtein, neighbours swapped)."""
    rows = [list(range(len(name) + 1))]
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, wanted in enumerate(name, 1):
            cost = min(row[j - 1] + 1, rows[-1][j] + 1, rows[-1][j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == name[j - 2] and typed[i - 2] == wanted:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
