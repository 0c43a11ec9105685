"""Words of the menu typed by hand, a letter wrong or not: the whole message is the name of a topic."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache, lru_cache

from understanding.normaliser import HERE

_CLOSE = 0.85
_LONG_ENOUGH = 5  # shorter words have too many neighbours: "bayar" and "kabar"


@cache
def _phrases() -> dict[str, str]:
    with (HERE / "menu.toml").open("rb") as file:
        topics: dict[str, list[str]] = tomllib.load(file)["words"]
    return {phrase: topic for topic, phrases in topics.items() for phrase in phrases}


def topic(said: list[str]) -> str | None:
    line = " ".join(said)
    phrases = _phrases()
    if line in phrases:
        return phrases[line]
    if len(said) > 2 or len(line) <= _LONG_ENOUGH:
        return None
    return _nearest(line)


@lru_cache(2048)
def _nearest(line: str) -> str | None:
    """The topic of the one phrase a slip away; remembered, since most of these are everybody's answers ("tidak ada")."""
    close = get_close_matches(line, _possible(line), n=1, cutoff=_CLOSE)
    return _phrases()[close[0]] if close else None


@cache
def _letters() -> list[tuple[str, frozenset[str]]]:
    return [(phrase, frozenset(phrase)) for phrase in _phrases()]


def _possible(line: str) -> list[str]:
    """Every phrase that can be close: a letter that only one of the two has is one they do not share. Comparing with all took 0.6 ms."""
    letters = frozenset(line)
    return [phrase for phrase, its in _letters() if len(letters ^ its) <= (1 - _CLOSE) * (len(line) + len(phrase))]
