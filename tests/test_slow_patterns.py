"""A message made to be slow to read is read as quickly as any other: by what listens, by every question, by what is kept and logged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.house import load, new_engine, open_database
from bot.logs import hide
from dialogue.questions import Question
from handlers import SCRIPT
from storage import Inbound
from storage.masking import mask
from tests.crash.tables import rows
from tests.talk import BRANCH, KEY
from understanding import amounts_in, hear, is_foreign, months_in, pasted_in

NOON, TODAY = datetime(2026, 11, 22, 5, tzinfo=UTC), date(2026, 11, 22)
LONGEST = 4096  # characters of a message, on Telegram and WhatsApp alike
ENOUGH = 0.3  # seconds of CPU; a search that goes back over and over took one or more
PIECES = ("8", "١", "1 ", "1.", "1-1", " ", "\t", "[", "a ", "a.", "a1 ", "rp ", "1rb", "1 tahun ", "08", "@a", "1/", "sampai 1")
TEXTS = [(piece * LONGEST)[: LONGEST - 1] + "x" for piece in PIECES]  # all alike, and at last not what was looked for

READERS: dict[str, Callable[[str], object]] = {
    "what is kept": mask,
    "what is logged": hide,
    "what is heard": hear,
    "what was pasted": pasted_in,
    "amounts": amounts_in,
    "months": months_in,
    "another language": is_foreign,
}


@pytest.mark.parametrize("name", READERS)
def test_nothing_that_reads_a_message_can_be_made_slow(name: str) -> None:
    """B20"""
    assert [slow for text in TEXTS if (slow := seconds(READERS[name], text)) > ENOUGH] == []


def test_no_question_can_be_made_slow() -> None:
    """B20"""
    slow = [(name, text[:9]) for name, question in questions() for text in TEXTS if seconds(parsing(question), text) > ENOUGH]
    assert slow == []


async def test_a_turn_cannot_be_made_slow(sqlite_url: str) -> None:
    """B20"""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOON)
    engine = new_engine(database, "sidoarjo", lambda: NOON)
    engine.start()
    try:
        began = time.process_time()
        await engine.receive([Inbound("telegram", f"{number}", f"{number}", NOON, text) for number, text in enumerate(TEXTS)])
        assert time.process_time() - began < ENOUGH * len(TEXTS)
    finally:
        await engine.close()
        await database.close()
    assert [row["state"] for row in await rows(sqlite_url, "SELECT state FROM inbound")] == ["done"] * len(TEXTS)


def questions() -> Iterator[tuple[str, Question[Any]]]:
    for dialogue in SCRIPT.dialogues.values():
        for name, step in dialogue.steps.items():
            if step.question:
                yield f"{dialogue.name}.{name}", step.question


def parsing(question: Question[Any]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        try:
            return question.parse(text, TODAY)
        except ValueError:
            return None

    return parse


def seconds(read: Callable[[str], object], text: str) -> float:
    """Of CPU; where it seems too much, the least of two more, since others use the machine too."""
    took = _timed(read, text)
    return took if took <= ENOUGH else min(_timed(read, text), _timed(read, text))


def _timed(read: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    read(text)
    return time.thread_time() - began
