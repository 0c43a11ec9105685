"""What is promised about understanding, on questions that no example was ever written from."""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from understanding import TOPICS
from understanding.emergency import weigh
from understanding.evaluate import Report, evaluate, read
from understanding.model import WEIGHTS, model
from understanding.normaliser import words
from understanding.train import EXAMPLES, examples, fingerprint, train

DATA = Path(__file__).parent / "data"
HELD_OUT, DEVELOPMENT = DATA / "heldout.tsv", DATA / "development.tsv"
TOO_ALIKE = 0.6
CORES = 2  # that a minute of training is promised on; what others do beside it does not count
BUSY = 3  # times as long as promised, where other tests run beside this one


@cache
def measured(path: Path) -> Report:
    return evaluate(path)


def test_the_held_out_questions_are_many_and_touch_every_topic() -> None:
    questions = read(HELD_OUT)
    assert len(questions) >= 400
    asked = Counter(topic for topics, _question in questions for topic in topics)
    assert set(asked) == set(TOPICS)
    assert min(asked.values()) >= 9


def test_the_first_topic_is_right() -> None:
    assert measured(HELD_OUT).top_1 >= 0.92


def test_one_of_three_topics_is_right() -> None:
    assert measured(HELD_OUT).top_3 >= 0.98


def test_no_emergency_is_missed() -> None:
    assert [case.question for case in measured(HELD_OUT).cases if case.topics == {"emergency"} and not case.heard.emergency] == []


def test_hardly_anybody_is_alarmed_for_nothing() -> None:
    assert measured(HELD_OUT).false_alarms <= 0.01


def test_what_is_none_of_ours_is_seldom_answered() -> None:
    assert measured(HELD_OUT).strangers_answered <= 0.05


def test_a_question_is_understood_at_once() -> None:
    assert measured(HELD_OUT).milliseconds <= 2 * BUSY


def test_the_development_questions_are_understood_as_well() -> None:
    report = measured(DEVELOPMENT)
    assert report.top_1 >= 0.92
    assert report.top_3 >= 0.98
    assert report.emergency_recall == 1
    assert report.false_alarms <= 0.01


def test_the_model_is_small() -> None:
    assert WEIGHTS.stat().st_size <= 30e6


def test_the_weights_were_learnt_from_these_examples() -> None:
    """If not: `sapa understand train`."""
    with np.load(WEIGHTS) as file:
        assert str(file["learnt_from"]) == fingerprint()


def test_the_weights_fit_the_code() -> None:
    """Almost every example is told right by weights that have seen it, unless it is looked at in another way now."""
    known = model()
    some = examples()[::23]
    right = [known.guess(said).ranked[0][0] == topic for topic, question in some if (said := words(question))]
    assert sum(right) / len(right) > 0.97
    assert known.danger.shape == (len(weigh("halo", 0.0)),)
    assert known.weights.shape[1] == len(known.topics) == len(TOPICS)


@pytest.mark.soak
def test_training_takes_less_than_a_minute_and_gives_the_same_weights(tmp_path: Path) -> None:
    start = time.process_time()
    train(tmp_path / "weights.npz")
    assert time.process_time() - start < 60 * CORES
    with np.load(WEIGHTS) as kept, np.load(tmp_path / "weights.npz") as made:
        for name in ("topics", "learnt_from"):
            assert (kept[name] == made[name]).all()
        for name in ("rarity", "weights", "trust", "danger"):
            assert np.allclose(kept[name].astype(float), made[name].astype(float), atol=0.01, rtol=0.01)


def test_every_topic_has_examples_in_both_languages() -> None:
    written: Counter[str] = Counter()
    spoken: Counter[tuple[str, str]] = Counter()
    for path in EXAMPLES.glob("*.toml"):
        for topic, languages in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for language, block in languages.items():
                lines = [line for line in block.splitlines() if line.strip()]
                written[topic] += len(lines)
                spoken[topic, language] += len(lines)
    assert set(written) == set(TOPICS)
    assert min(written.values()) >= 60
    assert all(spoken[topic, language] >= 20 for topic in TOPICS for language in ("id", "en"))


def _pieces(text: str) -> frozenset[str]:
    said = " ".join(text.casefold().split())
    return frozenset(said[start : start + 3] for start in range(max(1, len(said) - 2)))


@pytest.mark.parametrize("path", [HELD_OUT, DEVELOPMENT], ids=["held-out", "development"])
def test_no_measured_question_stands_among_the_examples(path: Path) -> None:
    """Three letters at a time, shared over all: above 0.6 a question would be known rather than understood."""
    kept = {" ".join(question.casefold().split()) for _topics, question in read(path)}
    questions = [(question, _pieces(question)) for question in kept]
    holding: dict[str, set[int]] = {}
    for place, (_question, pieces) in enumerate(questions):
        for piece in pieces:
            holding.setdefault(piece, set()).add(place)
    alike = []
    for _topic, example in examples():
        pieces = _pieces(example)
        shared = Counter(place for piece in pieces for place in holding.get(piece, ()))
        for place, count in shared.items():
            question, its = questions[place]
            if count / (len(pieces) + len(its) - count) > TOO_ALIKE:
                alike.append((example, question))
    assert alike == []
