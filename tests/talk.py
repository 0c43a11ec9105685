"""Plays a conversation line by line, each line in a process of its own: only what the database holds is remembered.

A transcript is readable prose: `#` why it exists, `@` settings (`@ channel telegram`, `@ language en`, `@ day 2026-11-22`),
`>` the worker (`> [label]` presses a button, `> (photo)` sends one, `> (contact +852...)` one's own card, `> (location 22.3, 114.2)` a place,
`> (link 7GQ2K) text` comes by a link),
`<` the bot, `  [ ]` its buttons.
"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.house import load, new_engine, open_database
from bot.ids import Ids
from bot.transcript import shown
from locales import Page
from storage import Inbound
from storage.history import after
from tests.processes import run_in_process
from understanding import hear

KEY = "a key of the tests, long enough to be one"
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # a Sunday, 12:00 in Sidoarjo
BRANCH = Path(__file__).parent.parent / "examples" / "sidoarjo.toml"
hear("halo")  # what every process would load anew is loaded once, before they part; it remembers nobody
EVERY = frozenset({"terminal", "webchat", "telegram", "whatsapp"})


def says(url: str, inbound: Inbound, turn: int) -> list[Page]:
    """What one message is answered, by a process that has never seen the conversation."""
    return run_in_process(_answer, url, inbound, turn)


def _answer(url: str, inbound: Inbound, turn: int) -> list[Page]:
    return asyncio.run(_turn(url, inbound, turn))


async def _turn(url: str, inbound: Inbound, turn: int) -> list[Page]:
    start = int(inbound.at.timestamp() * 1000) + turn * 1000
    database = open_database(url, KEY, Ids(node=1, milliseconds=lambda: start))
    if turn == 1:
        await load(database, BRANCH, inbound.at)
    engine = new_engine(database, "sidoarjo", lambda: inbound.at, pulled=EVERY)
    engine.start()
    try:
        before = database.tools.new_id()
        await engine.receive([inbound])
        entries = await database.writer.read(lambda db: after(db, database.address(inbound), before))
        return [entry.page for entry in entries if entry.page]
    finally:
        await engine.close()
        await database.close()


@dataclass
class Worker:
    """A simulated worker: says things, presses buttons, sees replies."""

    url: str
    channel: str = "telegram"
    language: str = "id"
    name: str = "worker"
    now: datetime = NOON
    turns: int = 0
    buttons: dict[str, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def says(self, line: str) -> list[Page]:
        self.tick()
        self.see(says(self.url, self.inbound(line), self.turns))
        return self.pages

    def tick(self) -> None:
        """Some time passes until the next thing is said."""
        self.turns += 1
        self.now += timedelta(seconds=20)

    def see(self, pages: list[Page]) -> None:
        self.pages = pages
        for page in pages:
            self.buttons |= {f"[{button.label}]": button.payload for button in page.buttons if button.payload}

    def inbound(self, line: str) -> Inbound:
        more: dict[str, Any] = {}
        if line.startswith("["):
            more = {"pressed": self.buttons[line], "label": line[1:-1], "kind": "press"}
        elif match := re.match(r"\(link (\S+)\) ?(.*)", line):
            more = {"ref": match[1], "text": match[2]}
        elif match := re.fullmatch(r"\(contact (\+\d+)\)", line):
            more = {"kind": "contact", "phone": match[1]}
        elif match := re.fullmatch(r"\(location ([\d.-]+), ([\d.-]+)\)", line):
            more = {"kind": "location", "place": (float(match[1]), float(match[2]))}
        elif match := re.fullmatch(r"\((\w+)\)", line):
            more = {"kind": match[1]}
        else:
            more = {"text": line}
        return Inbound(self.channel, self.name, f"{self.name}-{self.turns}", self.now, language=self.language, **more)


def play(transcript: str, url: str) -> str:
    """The transcript with the bot's lines as it says them now."""
    worker = Worker(url)
    played: list[str] = []
    for line in transcript.splitlines():
        if line.startswith("@ "):
            set_worker(worker, *line[2:].split(maxsplit=1))
            played.append(line)
        elif line.startswith("> "):
            played.append(line)
            for page in worker.says(line[2:]):
                played += shown(page)
        elif not line.startswith(("<", "  ")):
            played.append(line)
    return "\n".join(played) + "\n"


def set_worker(worker: Worker, name: str, value: str) -> None:
    """Follow an `@` line."""
    if name == "day":
        worker.now = datetime.fromisoformat(value).replace(hour=5, tzinfo=UTC)
    elif name == "later":
        worker.now += timedelta(hours=float(value))
    elif name == "worker":
        worker.name, worker.buttons = value, {}
    else:
        setattr(worker, name, value)
