"""`sapa ask`: which topic a question is about, and what the bot would answer."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import typer

from bot import house
from bot.commands.chat import Chat
from bot.settings import Settings
from understanding import hear, ranking

MOST = 3  # alternatives
ANSWERED_ALONE = "x" * 32  # no person's data is kept: the database goes with the command


def as_json(text: str) -> str:
    """`{text, topic, confidence, alternatives}`: the topic if it is sure, and the three likeliest in any case, best first."""
    heard = hear(text)
    likely = dict.fromkeys(topic for topic in (heard.topic, *heard.alternatives, *(topic for topic, _score in ranking(text))) if topic)
    alternatives = list(likely)[:MOST]
    value = {"text": text, "topic": heard.topic, "confidence": round(heard.confidence, 4), "alternatives": alternatives}
    return json.dumps(value)  # in ASCII: some letters would end the line, some no terminal can print


def questions(path: Path) -> list[str]:
    """One question a line, after the last tab if there is one; lines that begin with # are notes."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    return [line.rpartition("\t")[2].strip() for line in lines if line.strip() and not line.startswith("#")]


def answer(text: str, language: str) -> None:
    """Print what a stranger would be answered."""
    typer.echo("\n".join(asyncio.run(_answer(text, language))))


async def _answer(text: str, language: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        database = house.open_database(f"sqlite:///{folder}/ask.db", ANSWERED_ALONE)
        await house.prepare(database, house.DEMO, house.now())
        engine = house.new_engine(database, Settings().branch)
        engine.start()
        try:
            return await Chat(database, engine, "terminal", language, "asker").say(text)
        finally:
            await engine.close()
            await database.close()
