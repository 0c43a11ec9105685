"""Measures how well questions are understood: a file of topic (several parted by |), a tab, and the question, a line each."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from understanding.hearing import Heard, hear, ranking
from understanding.topics import TOPICS

NOT_OURS = "other"


@dataclass(frozen=True, slots=True)
class Case:
    question: str
    topics: frozenset[str]
    heard: Heard
    best: tuple[str, ...]  # the three likeliest, whether sure or not

    @property
    def answered(self) -> str | None:
        """The topic that the worker gets an answer to, if any."""
        return self.heard.topic if self.heard.topic != NOT_OURS else None

    @property
    def right(self) -> bool:
        return (self.heard.topic or NOT_OURS) in self.topics if NOT_OURS in self.topics else self.heard.topic in self.topics

    @property
    def near(self) -> bool:
        return self.right or bool(self.topics & set(self.best))


@dataclass(frozen=True, slots=True)
class Report:
    cases: tuple[Case, ...]
    milliseconds: float  # for a question, the median
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def _share(self, counted: list[bool]) -> float:
        return sum(counted) / len(counted) if counted else 1.0

    @property
    def top_1(self) -> float:
        return self._share([case.right for case in self.cases])

    @property
    def top_3(self) -> float:
        return self._share([case.near for case in self.cases])

    @property
    def likeliest(self) -> float:
        """Top-1 when the likeliest topic counts even where the bot asks back."""
        return self._share([case.right or case.best[0] in case.topics for case in self.cases])

    @property
    def abstained(self) -> float:
        return self._share([case.heard.topic is None for case in self.cases if NOT_OURS not in case.topics])

    @property
    def emergency_recall(self) -> float:
        return self._share([case.heard.emergency for case in self.cases if case.topics == {"emergency"}])

    @property
    def false_alarms(self) -> float:
        return self._share([case.heard.emergency for case in self.cases if "emergency" not in case.topics])

    @property
    def strangers_answered(self) -> float:
        """Off-topic questions that got the answer of a topic."""
        return self._share([case.answered is not None for case in self.cases if case.topics == {NOT_OURS}])

    def by_topic(self) -> dict[str, tuple[int, int]]:
        """Right and asked, a topic; a question counts for each topic that would be right."""
        found: dict[str, tuple[int, int]] = {}
        for case in self.cases:
            for topic in case.topics:
                right, asked = found.get(topic, (0, 0))
                found[topic] = (right + case.right, asked + 1)
        return dict(sorted(found.items()))


def _best(text: str, heard: Heard) -> tuple[str, ...]:
    first = (heard.topic,) if heard.topic else ()
    return tuple(dict.fromkeys((*first, *(topic for topic, _score in ranking(text)))))[:3]


def read(path: Path) -> list[tuple[frozenset[str], str]]:
    """Topics before the first tab, the question after the last; empty lines and notes (#) are left out."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if "\t" not in line:
            raise ValueError(f"Line {number} of {path.name} has no tab between topic and question.")
        topics = frozenset(topic.strip() for topic in line.partition("\t")[0].split("|"))
        if unknown := topics - set(TOPICS):
            raise ValueError(f"Line {number} of {path.name} names no topic of ours: {', '.join(sorted(unknown))}.")
        found.append((topics, line.rpartition("\t")[2].strip()))
    if not found:
        raise ValueError(f"{path.name} has no questions.")
    return found


def evaluate(path: Path) -> Report:
    questions = read(path)
    hear("warm up")  # the weights are loaded on the first question
    cases: list[Case] = []
    spent: list[float] = []
    for topics, question in questions:
        start = time.perf_counter()
        heard = hear(question)
        spent.append(time.perf_counter() - start)
        cases.append(Case(question, topics, heard, _best(question, heard)))
    wrong = Counter(("|".join(sorted(case.topics)), case.heard.topic or "-") for case in cases if not case.right)
    return Report(tuple(cases), 1000 * median(spent), wrong)


def table(report: Report) -> str:
    """The report as text, for a terminal."""
    lines = [
        f"questions            {len(report.cases)}",
        f"top-1                {report.top_1:.1%}   (likeliest topic: {report.likeliest:.1%})",
        f"top-3                {report.top_3:.1%}",
        f"asked back           {report.abstained:.1%}",
        f"emergency recall     {report.emergency_recall:.1%}",
        f"false alarms         {report.false_alarms:.1%}",
        f"off-topic answered   {report.strangers_answered:.1%}",
        f"time a question      {report.milliseconds:.2f} ms",
        "",
        *(f"{topic:20} {right:3} of {asked:3}" for topic, (right, asked) in report.by_topic().items()),
        "",
        *(f"{count:3}  {meant} heard as {heard}" for (meant, heard), count in report.confusions.most_common(20)),
    ]
    return "\n".join(lines)
