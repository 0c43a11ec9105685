"""What the model looks at: pieces of words, words and their neighbours, concepts and their pairs, hashed into numbered buckets."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from understanding.concepts import concepts_in, known

BUCKETS = 1 << 16
_PIECES = range(2, 6)
_SKIPPED_NEIGHBOUR = 0.5
_CONCEPT_PAIR = 0.6
NOWHERE = BUCKETS  # one past the last bucket: how rare a piece is that no example has
STRANGE = 1.2  # a word is strange in up to two examples: log(1 + 2) is 1.1

Group = dict[int, float]


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[int, ...]:
    edged = f" {word} "
    return tuple(_bucket(edged[start : start + length]) for length in _PIECES for start in range(len(edged) - length + 1))


def _neighbours(said: list[str]) -> Iterator[tuple[str, float]]:
    for word in said:
        yield f"w:{word}", 1.0
    for first, second in zip(["^", *said], [*said, "$"], strict=True):
        yield f"b:{first} {second}", 1.0
    for first, second in zip(said, said[2:], strict=False):
        yield f"s:{first} {second}", _SKIPPED_NEIGHBOUR


def strange(word: str, rarity: Sequence[float]) -> bool:
    """A word of no concept that hardly any example has: a sign that the question is none of ours."""
    return rarity[_bucket(f"w:{word}")] > rarity[NOWHERE] - STRANGE and not known(word)


def _meanings(said: list[str], strangers: int) -> Iterator[tuple[str, float]]:
    found = concepts_in(said)
    if strangers:
        found.append("strange")
        yield f"u:{min(strangers, 4)}", 1.0
    for concept in found:
        yield f"c:{concept}", 1.0
    for first, second in combinations(found, 2):
        yield f"p:{first} {second}", _CONCEPT_PAIR


def _counted(buckets: Iterator[tuple[int, float]]) -> Group:
    counts: Group = {}
    for bucket, weight in buckets:
        counts[bucket] = counts.get(bucket, 0.0) + weight
    return {bucket: 1 + math.log(count) if count > 1 else count for bucket, count in counts.items()}


def groups(said: list[str], rarity: Sequence[float] | None = None) -> tuple[Group, Group, Group]:
    """Three views of a message, each later brought to length one, so that none drowns another."""
    strangers = sum(strange(word, rarity) for word in said) if rarity else 0
    return (
        _counted((bucket, 1.0) for word in said for bucket in _pieces(word)),
        _counted((_bucket(piece), weight) for piece, weight in _neighbours(said)),
        _counted((_bucket(piece), weight) for piece, weight in _meanings(said, strangers)),
    )
