"""The trained model: one row of weights a bucket, one column a topic; loaded on the first question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from understanding.concepts import known
from understanding.features import Group, groups, strange
from understanding.normaliser import HERE

NOT_OURS = "other"
DANGER = "emergency"
WEIGHTS = HERE / "weights.npz"
Floats = npt.NDArray[Any]


def vector(said: list[str], rarity: Sequence[float]) -> tuple[Floats, Floats]:
    """Buckets and values of a message, its three views of equal length, the whole of length one."""
    whole: Group = {}
    for group in groups(said, rarity):
        weighed = {bucket: count * rarity[bucket] for bucket, count in group.items()}
        length = math.hypot(*weighed.values()) or 1.0
        for bucket, value in weighed.items():
            whole[bucket] = whole.get(bucket, 0.0) + value / length
    values = np.fromiter(whole.values(), dtype=np.float32, count=len(whole))
    return np.fromiter(whole, dtype=np.int64, count=len(whole)), values / (math.hypot(*whole.values()) or 1.0)


def signs(scores: Floats, topics: Sequence[str], said: list[str], rarity: Sequence[float]) -> tuple[int, list[float]]:
    """The best topic to answer, and what tells whether to trust it: its score, its lead, its lead over "none of ours", how much was said,
    and the shares of words of no known meaning and of words hardly ever seen.

    Danger is no topic to answer: whether somebody is in danger is decided before.
    """
    other = topics.index(NOT_OURS)
    ours = scores.copy()
    ours[[other, topics.index(DANGER)]] = -np.inf
    second, best = np.partition(ours, -2)[-2:]
    count = max(len(said), 1)
    unknown = sum(not known(word) for word in said) / count
    unseen = sum(strange(word, rarity) for word in said) / count
    return int(ours.argmax()), [
        float(best),
        float(best - second),
        float(best - scores[other]),
        math.log1p(count),
        1 / count,
        unknown,
        unseen,
        1.0,
    ]


def likely(sum_of_signs: Floats) -> Floats:
    return 1 / (1 + np.exp(-sum_of_signs))


@dataclass(frozen=True, slots=True)
class Guess:
    ranked: tuple[tuple[str, float], ...]  # every topic with its score, best first
    topic: str  # the best one to answer
    ours: float  # how likely the question is any of ours
    right: float  # how likely the best topic is the one meant, if it is

    def lead(self, topic: str) -> float:
        """How far a topic is before the best other one; negative if behind."""
        (first, best), (_second, next_best) = self.ranked[:2]
        return best - next_best if first == topic else dict(self.ranked)[topic] - best


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    topics: tuple[str, ...]
    rarity: list[float]
    weights: Floats
    trust: Floats
    danger: Floats

    def scores(self, said: list[str]) -> Floats:
        buckets, values = vector(said, self.rarity)
        return values @ self.weights[buckets].astype(np.float32)

    def guess(self, said: list[str]) -> Guess:
        scores = self.scores(said)
        best, seen = signs(scores, self.topics, said, self.rarity)
        ours, right = likely(self.trust @ np.array(seen))
        ranked = tuple((self.topics[place], float(scores[place])) for place in np.argsort(-scores, kind="stable"))
        return Guess(ranked, self.topics[best], float(ours), float(right))

    def in_danger(self, seen: Sequence[float]) -> float:
        """How likely somebody is in danger."""
        return float(likely(self.danger @ np.array(seen)))


@cache
def model() -> Model:
    with np.load(WEIGHTS, allow_pickle=False) as file:
        return Model(tuple(file["topics"].tolist()), file["rarity"].tolist(), file["weights"], file["trust"], file["danger"])
