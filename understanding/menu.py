"""Words of the menu typed by hand, a letter wrong or not: the whole message is the name of a topic."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache

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
    close = get_close_matches(line, phrases, n=1, cutoff=_CLOSE)
    return phrases[close[0]] if close else None
