"""Carries conversations: to the engine alone, or over a real channel to an emulated platform and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram_intake import Intake
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_webhook import PATH, Webhook
from bot.delivery import Delivery, Pace
from bot.engine import Engine
from bot.house import new_engine
from locales import Page
from storage import Database, Inbound
from storage.history import after
from tests.emulators import TelegramEmulator, WhatsAppEmulator
from tests.talk import EVERY, Worker, set_worker

SECRET = "a-secret-of-the-tests"
LINK = re.compile(r"\(link (\S+)\) ?(.*)")
REFERENCE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{7}\b")
SENT = {"photo": "image", "voice": "audio", "contact": "contacts"}


@dataclass(frozen=True)
class Shown:
    """A bubble as the worker sees it; reference numbers, which differ from run to run, are masked."""

    text: str
    labels: tuple[str, ...]

    @classmethod
    def of(cls, text: str, labels: list[str]) -> Shown:
        return cls(REFERENCE.sub("#", text), tuple(labels))


def spoken(transcript: str) -> list[str]:
    """What the worker says, and all settings but the channel, which is the test's."""
    return [line for line in transcript.splitlines() if line.startswith(("> ", "@ ")) and not line.startswith("@ channel")]


async def alone(transcript: str, database: Database, channel: str) -> list[list[Page]]:
    """What the engine answers to each line, on a channel whose reader pulls."""
    worker = Worker(database.url, channel)
    engine = new_engine(database, "sidoarjo", lambda: worker.now, pulled=EVERY)
    engine.start()
    answers = []
    for line in spoken(transcript):
        if line.startswith("@ "):
            set_worker(worker, *line[2:].split(maxsplit=1))
            continue
        worker.tick()
        inbound = worker.inbound(line[2:])
        before = database.tools.new_id()
        await engine.receive([inbound])
        address = database.address(inbound)
        entries = await database.writer.read(lambda db, address=address, before=before: after(db, address, before))  # type: ignore[misc]
        worker.see([entry.page for entry in entries if entry.page])
        answers.append(worker.pages)
    await engine.close()
    return answers


@dataclass
class Line:
    """A real channel with an emulated platform at its end."""

    database: Database
    worker: Worker
    replies: list[Shown] = field(default_factory=list)

    def now(self) -> datetime:
        return self.worker.now

    async def receive(self, engine: Engine, inbounds: list[Inbound]) -> None:
        """WhatsApp does not tell which language a phone is set to; here the worker is known to read it."""
        await engine.receive([replace(inbound, language=self.worker.language) for inbound in inbounds])

    @asynccontextmanager
    async def serving(self, channel: Channel, routes: Callable[[Engine], list[web.RouteDef]]) -> AsyncIterator[str]:
        """The house around a channel; the address it listens at."""
        delivery = Delivery(self.database, {channel.name: (channel, Pace())}, self.now)
        engine = new_engine(self.database, "sidoarjo", self.now, committed=lambda _addresses: delivery.wake())
        engine.start()
        await delivery.start()
        app = web.Application()
        app.add_routes(routes(engine))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
            await engine.close()
            await delivery.drain()

    async def play(self, transcript: str, expected: list[list[Page]]) -> list[list[Shown]]:
        """What the worker sees after each line, as many bubbles as are expected."""
        answers, seen = [], 0
        wanted = iter(expected)
        for line in spoken(transcript):
            if line.startswith("@ "):
                set_worker(self.worker, *line[2:].split(maxsplit=1))
                continue
            self.worker.tick()
            await self.say(line[2:])
            count = len(next(wanted))
            shown = await self.shown(seen + count)
            answers.append(shown[seen:])
            seen = len(shown)
        return answers

    async def say(self, line: str) -> None:
        raise NotImplementedError

    async def shown(self, count: int) -> list[Shown]:
        raise NotImplementedError


@dataclass
class OnWhatsApp(Line):
    emulator: WhatsAppEmulator = field(kw_only=True)
    chats: list[str] = field(default_factory=list)  # workers by name, each with a number of their own

    async def say(self, line: str) -> None:
        kind, details = self._order(line)
        if self.worker.name not in self.chats:
            self.chats.append(self.worker.name)
        chat = str(6281234567890 + self.chats.index(self.worker.name))
        await self.emulator.send(kind, chat, at=int(self.now().timestamp()), **details)

    def _order(self, line: str) -> tuple[str, dict[str, Any]]:
        if line.startswith("["):
            return "press", {"button": line[1:-1]}
        if match := LINK.fullmatch(line):
            words = "" if match[2].startswith("/start") else match[2]
            return "text", {"text": f"{words} [{match[1]}]".strip()}
        if match := re.fullmatch(r"\(location ([\d.-]+), ([\d.-]+)\)", line):
            return "location", {"latitude": float(match[1]), "longitude": float(match[2])}
        if line == "(contact)":
            return "contacts", {"owner": "85200000000"}
        if match := re.fullmatch(r"\((\w+).*\)", line):
            return SENT.get(match[1], match[1]), {}
        return "text", {"text": line}

    async def shown(self, count: int) -> list[Shown]:
        return [_on_whatsapp(entry["body"]) for entry in await self.emulator.wait_for_sends(count)]


def _on_whatsapp(body: dict[str, Any]) -> Shown:
    if body["type"] == "text":
        return Shown.of(body["text"]["body"], [])
    interactive, action = body["interactive"], body["interactive"]["action"]
    titles = [button["reply"]["title"] for button in action.get("buttons", [])]
    titles += [row["title"] for section in action.get("sections", []) for row in section["rows"]]
    return Shown.of(interactive["body"]["text"], titles)


@asynccontextmanager
async def on_whatsapp(database: Database, emulator: WhatsAppEmulator) -> AsyncIterator[OnWhatsApp]:
    line = OnWhatsApp(database, Worker(database.url, "whatsapp"), emulator=emulator)
    whatsapp = WhatsApp(emulator.token, emulator.phone_id, emulator.api_url)
    await whatsapp.start()
    hooks: list[Webhook] = []

    def routes(engine: Engine) -> list[web.RouteDef]:
        async def receive(inbounds: list[Inbound]) -> None:
            await line.receive(engine, inbounds)

        hooks.append(Webhook(whatsapp, database, receive, line.now, emulator.app_secret, emulator.verify_token))
        hooks[0].start()
        return hooks[0].routes()

    try:
        async with line.serving(whatsapp, routes) as url:
            assert await emulator.hook(url=url + PATH)
            yield line
            await emulator.pause()
    finally:
        await hooks[0].close()
        await whatsapp.close()


@dataclass
class OnTelegram(Line):
    emulator: TelegramEmulator = field(kw_only=True)
    chat: int = 42

    async def say(self, line: str) -> None:
        language = self.worker.language
        if line.startswith("["):
            await self.emulator.press(self.chat, line[1:-1], language=language)
        elif match := LINK.fullmatch(line):
            await self.emulator.text(self.chat, match[2] if match[2].startswith("/start") else f"/start {match[1]}", language=language)
        elif match := re.fullmatch(r"\(location ([\d.-]+), ([\d.-]+)\)", line):
            await self.emulator.send("location", self.chat, latitude=float(match[1]), longitude=float(match[2]), language=language)
        elif match := re.fullmatch(r"\(contact (\+\d+)\)", line):
            await self.emulator.send("contact", self.chat, phone=match[1], language=language)
        elif line == "(contact)":
            await self.emulator.send("contact", self.chat, owner=43, language=language)
        elif match := re.fullmatch(r"\((\w+)\)", line):
            await self.emulator.send(match[1], self.chat, language=language)
        else:
            await self.emulator.text(self.chat, line, language=language)

    async def shown(self, count: int) -> list[Shown]:
        sends = [entry["parameters"] for entry in await self.emulator.wait_for_sends(count)]
        keys = [one.get("reply_markup", {}).get("inline_keyboard", []) for one in sends]
        return [Shown.of(one["text"], [key["text"] for row in rows for key in row]) for one, rows in zip(sends, keys, strict=True)]


@asynccontextmanager
async def on_telegram(database: Database, emulator: TelegramEmulator) -> AsyncIterator[OnTelegram]:
    line = OnTelegram(database, Worker(database.url, "telegram"), emulator=emulator)
    telegram = Telegram(emulator.token, emulator.url)
    await telegram.start()

    def routes(engine: Engine) -> list[web.RouteDef]:
        return [web.post("/telegram/webhook", Intake(telegram, database, engine.receive, line.now, SECRET).webhook)]

    try:
        async with line.serving(telegram, routes) as url:
            await telegram.listen_at(f"{url}/telegram/webhook", SECRET)
            yield line
            await telegram.stop_listening()
            await asyncio.sleep(0)
    finally:
        await telegram.close()
