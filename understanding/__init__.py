"""From what people really type to what they mean: a topic, what else it may be, and whether somebody is in danger."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from understanding import emergency, menu
from understanding.normaliser import HERE, words
from understanding.quantities import amounts_in, months_in

__all__ = ["TOPICS", "Heard", "amounts_in", "hear", "is_emergency", "months_in"]

with (HERE / "topics.toml").open("rb") as _file:
    TOPICS: tuple[str, ...] = tuple(tomllib.load(_file)["topics"])

MOST_ALTERNATIVES = 3
FOLLOW_UP = 5  # words; "kalau 3 tahun?" leans on what was asked before
FOLLOWS = frozenset({"kalau", "misal", "terus", "lalu", "dan", "and", "what", "if", "then"})


@dataclass(frozen=True, slots=True)
class Heard:
    emergency: bool
    topic: str | None
    alternatives: tuple[str, ...]
    confidence: float


def is_emergency(text: str) -> bool:
    return emergency.fires(text)


def hear(text: str, last_topic: str | None = None) -> Heard:
    """The topic if it is sure, else the likeliest ones; an emergency before everything."""
    said = words(text)
    named = sorted(menu.named(said).items(), key=lambda item: -item[1])
    topics = tuple(topic for topic, _share in named)
    if emergency.fires(text):
        return Heard(True, "emergency", tuple(topic for topic in topics if topic != "emergency")[:MOST_ALTERNATIVES], 1.0)
    if not named:
        follows = last_topic in TOPICS and len(said) <= FOLLOW_UP and (bool(FOLLOWS & set(said[:1])) or months_in(text) is not None)
        return Heard(False, last_topic if follows else None, (), 0.5 if follows else 0.0)
    best = named[0][1]
    sure = len(named) == 1 or best >= 1.5 * named[1][1]
    return Heard(
        False, topics[0] if sure else None, topics[1 : MOST_ALTERNATIVES + 1] if sure else topics[:MOST_ALTERNATIVES], min(best, 1.0)
    )
