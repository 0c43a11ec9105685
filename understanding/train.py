"""Trains the model from the examples: ridge regression on what a topic's questions have in common. The same examples give the same weights."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from understanding import emergency
from understanding.features import BUCKETS, groups
from understanding.model import DANGER, NOT_OURS, WEIGHTS, Floats, signs, vector
from understanding.normaliser import HERE, words

EXAMPLES = HERE / "examples"
RIDGE = 0.2  # found by leaving one example out; a half or a double of it changes little
FREQUENT = 2048  # buckets so common that they are multiplied as one dense block
CURVE_STEPS = 30
SMALL = 256  # matrices that are inverted at once


def examples(folder: Path = EXAMPLES) -> list[tuple[str, str]]:
    """Topic and question, in a fixed order, each question once."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            topics: dict[str, dict[str, str]] = tomllib.load(file)
        for topic, languages in topics.items():
            for block in languages.values():
                for question in block.strip().splitlines():
                    found.setdefault(question, topic)
    return [(topic, question) for question, topic in found.items()]


def fingerprint() -> str:
    """Of all that is learnt from: other words, other weights."""
    seen = hashlib.sha256()
    for name in ("concepts.toml", "slang.toml", "emergency.toml"):
        seen.update((HERE / name).read_bytes())
    seen.update("\n".join(f"{topic}\t{question}" for topic, question in examples()).encode())
    return seen.hexdigest()


def _rarity(said: list[list[str]]) -> Floats:
    seen = np.zeros(BUCKETS + 1)
    for one in said:
        for group in groups(one):
            seen[list(group)] += 1
    return (np.log((1 + len(said)) / (1 + seen)) + 1).astype(np.float16)  # as it will be read back


def _likeness(rows: Floats, buckets: Floats, values: Floats, count: int) -> Floats:
    """Every example's product with every other: the common buckets as one dense block, the rare ones by their lists."""
    alike = np.zeros((count, count), dtype=np.float32)
    seen = np.bincount(buckets, minlength=BUCKETS)
    frequent = np.argsort(-seen, kind="stable")[:FREQUENT]
    place = np.full(BUCKETS, -1)
    place[frequent] = np.arange(FREQUENT)
    dense = np.zeros((count, FREQUENT), dtype=np.float32)
    common = place[buckets] >= 0
    dense[rows[common], place[buckets[common]]] = values[common]
    alike += dense @ dense.T
    rare_rows, rare_buckets, rare_values = rows[~common], buckets[~common], values[~common]
    order = np.argsort(rare_buckets, kind="stable")
    ends = np.flatnonzero(np.diff(rare_buckets[order])) + 1
    for part in np.split(order, ends):
        who, what = rare_rows[part], rare_values[part]
        alike[np.ix_(who, who)] += np.outer(what, what)
    return alike


def _lower_inverse(lower: Floats) -> Floats:
    """The inverse of a lower triangle, by halves: nearly all of it is products of matrices, several times as fast as solving."""
    half = len(lower) // 2
    if half < SMALL:
        return np.linalg.inv(lower)
    whole = np.zeros_like(lower)
    above, below = _lower_inverse(lower[:half, :half]), _lower_inverse(lower[half:, half:])
    whole[:half, :half], whole[half:, half:] = above, below
    whole[half:, :half] = -(below @ (lower[half:, :half] @ above))
    return whole


def _curve(seen: Floats, happened: Floats) -> Floats:
    """A logistic curve by Newton's method: how likely a thing is, given the signs seen."""
    curve = np.zeros(seen.shape[1])
    for _ in range(CURVE_STEPS):
        guess = 1 / (1 + np.exp(-(seen @ curve)))
        slope = seen.T @ (seen * (guess * (1 - guess))[:, None]) + 1e-6 * np.eye(len(curve))
        curve += np.linalg.solve(slope, seen.T @ (happened - guess))
    return curve


def _trust(left_out: Floats, truth: Floats, said: list[list[str]], topics: list[str], rarity: list[float]) -> Floats:
    """When to trust the best topic, from examples left out of training: whether the question is ours at all, and whether the topic is right."""
    judged = [signs(scores, topics, one, rarity) for scores, one in zip(left_out, said, strict=True)]
    seen = np.array([one for _best, one in judged])
    right = np.array([best for best, _one in judged]) == truth
    asked = truth != topics.index(DANGER)
    ours = asked & (truth != topics.index(NOT_OURS))
    return np.stack([_curve(seen[asked], ours[asked].astype(np.float64)), _curve(seen[ours], right[ours].astype(np.float64))])


def _danger(left_out: Floats, truth: Floats, pairs: list[tuple[str, str]], place: int) -> Floats:
    """When a question tells of danger, from examples left out of training."""
    leads = left_out[:, place] - np.delete(left_out, place, axis=1).max(axis=1)
    seen = np.array([emergency.weigh(question, float(lead)) for (_topic, question), lead in zip(pairs, leads, strict=True)])
    return _curve(seen, (truth == place).astype(np.float64))


def fit(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Weights, and for every example what the model would have said of it had it never seen it."""
    topics = sorted({topic for topic, _question in pairs})
    truth = np.array([topics.index(topic) for topic, _question in pairs])
    said = [words(question) for _topic, question in pairs]
    rarity = _rarity(said)
    known = rarity.tolist()
    vectors = [vector(one, known) for one in said]
    rows = np.repeat(np.arange(len(pairs)), [len(buckets) for buckets, _values in vectors])
    buckets = np.concatenate([buckets for buckets, _values in vectors])
    values = np.concatenate([values for _buckets, values in vectors]).astype(np.float32)
    target = np.eye(len(topics), dtype=np.float32)[truth]
    alike = _likeness(rows, buckets, values, len(pairs))
    alike[np.diag_indices(len(pairs))] += RIDGE
    root = _lower_inverse(np.linalg.cholesky(alike))
    dual = root.T @ (root @ target)
    left_out = target - dual / np.einsum("ij,ij->j", root, root)[:, None]
    weights = np.zeros((BUCKETS, len(topics)), dtype=np.float32)
    for column in range(len(topics)):
        weights[:, column] = np.bincount(buckets, weights=values * dual[rows, column], minlength=BUCKETS)
    return {
        "topics": topics,
        "rarity": rarity,
        "weights": weights,
        "trust": _trust(left_out, truth, said, topics, known),
        "danger": _danger(left_out, truth, pairs, topics.index(DANGER)),
        "left_out": left_out,
        "truth": truth,
    }


def train(path: Path = WEIGHTS, folder: Path = EXAMPLES) -> float:
    """Writes the weights; returns the share of examples that the others would have told right."""
    fitted = fit(examples(folder))
    np.savez(
        path,
        topics=np.array(fitted["topics"]),
        rarity=fitted["rarity"].astype(np.float16),
        weights=fitted["weights"].astype(np.float16),
        trust=fitted["trust"],
        danger=fitted["danger"],
        learnt_from=np.array(fingerprint()),
    )
    return float((fitted["left_out"].argmax(axis=1) == fitted["truth"]).mean())
