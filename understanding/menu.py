"""Words of the menu typed by hand: which topics a short message names outright."""

from __future__ import annotations

import tomllib
from functools import cache

from understanding.normaliser import HERE


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    with (HERE / "menu.toml").open("rb") as file:
        topics: dict[str, list[str]] = tomllib.load(file)["words"]
    return tuple((phrase, topic) for topic, phrases in topics.items() for phrase in phrases)


def named(said: list[str]) -> dict[str, float]:
    """Each topic that has a phrase among these words, with the share of the message its longest phrase takes."""
    line = f" {' '.join(said)} "
    found: dict[str, float] = {}
    for phrase, topic in _phrases():
        if f" {phrase} " in line:
            found[topic] = max(found.get(topic, 0.0), (len(phrase) + 1) / max(len(line) - 1, 1))
    return found
