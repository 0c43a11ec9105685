"""`sapa chat`: talk in a shell, with the real engine on a real database."""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from bot import house
from bot.engine import Engine
from bot.settings import Settings
from bot.transcript import shown
from storage import Database, Inbound
from storage.history import after

CHANNELS = ("terminal", "telegram", "whatsapp")
LINK = re.compile(r"/start (\S{1,64})")
HELLO = "Write a message; [label] presses a button; Ctrl-D ends."


class Chat:
    """One talk: lines in, pages out. The same sender on the same database goes on where it stopped."""

    def __init__(self, database: Database, engine: Engine, channel: str, language: str, sender: str) -> None:
        self._database, self._engine = database, engine
        self._channel, self._language, self._sender = channel, language, sender
        self._buttons: dict[str, str] = {}
        self._last = 0

    async def say(self, line: str) -> list[str]:
        """What the bot answers, as a transcript shows it."""
        inbound = self._inbound(line)
        before = self._database.tools.new_id()
        await self._engine.receive([inbound])
        address = self._database.address(inbound)
        entries = await self._database.writer.read(lambda db: after(db, address, before))
        lines: list[str] = []
        for page in (entry.page for entry in entries if entry.page):
            self._buttons |= {button.label.casefold(): button.payload for button in page.buttons if button.payload}
            lines += shown(page)
        return lines

    def _inbound(self, line: str) -> Inbound:
        name, at = f"{self._sender}:{secrets.token_hex(8)}", house.now()
        pressed = self._buttons.get(line[1:-1].strip().casefold()) if line.startswith("[") and line.endswith("]") else None
        if pressed is not None:
            return Inbound(self._channel, self._sender, name, at, pressed=pressed, label=line[1:-1], kind="press", language=self._language)
        link = LINK.fullmatch(line.strip())
        return Inbound(self._channel, self._sender, name, at, text=line, language=self._language, ref=link[1] if link else "")


async def run(settings: Settings, channel: str, language: str, url: str, save: Path | None, sender: str) -> None:
    database = house.open_set(Settings(**settings.model_dump() | {"database_url": url}), make=True)
    await house.prepare(database, house.DEMO, house.now())
    engine = house.new_engine(database, settings.branch, pulled=frozenset(CHANNELS))
    engine.start()
    chat = Chat(database, engine, channel, language, sender)
    spoken = [
        f"# A talk kept from the terminal on {house.now():%d %B %Y}.",
        "",
        f"@ channel {channel}",
        f"@ day {house.now():%Y-%m-%d}",
        "",
    ]
    if sys.stdin.isatty():
        typer.echo(HELLO)
    try:
        async for line in _lines():
            answer = await chat.say(line)
            spoken += [f"> {line}", *answer]
            typer.echo("\n".join(answer if sys.stdin.isatty() else [f"> {line}", *answer]))
            sys.stdout.flush()
    finally:
        if save:
            await asyncio.to_thread(save.write_text, "\n".join(spoken) + "\n", encoding="utf-8")
        await engine.close()
        await database.close()


async def _lines() -> AsyncIterator[str]:
    while True:
        if sys.stdin.isatty():
            sys.stdout.write("> ")
            sys.stdout.flush()
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        yield line.rstrip("\n")
