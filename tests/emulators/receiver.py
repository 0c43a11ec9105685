"""A webhook of a test's own: keeps what an emulator delivers and answers as the test says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Update = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    update: Update
    headers: dict[str, str]
    at: float

    @property
    def chat(self) -> int:
        content = next(value for name, value in self.update.items() if name != "update_id")
        return int((content.get("message") or content)["chat"]["id"])


@dataclass(slots=True)
class Receiver:
    """`answer` decides on each delivery, after `delay` and once the `gate` is open; `open` counts those under way, `most_open` the most there ever were."""

    url: str = ""
    answer: Callable[[Delivery], web.Response] = field(default=lambda delivery: web.Response())
    delay: float = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    deliveries: list[Delivery] = field(default_factory=list)
    open: int = 0
    most_open: int = 0

    async def receive(self, request: web.Request) -> web.Response:
        delivery = Delivery(await request.json(), dict(request.headers), time.monotonic())
        self.deliveries.append(delivery)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self.gate.wait()
            await asyncio.sleep(self.delay)
            return self.answer(delivery)
        finally:
            self.open -= 1

    def ids(self, chat: int | None = None) -> list[int]:
        return [one.update["update_id"] for one in self.deliveries if chat is None or one.chat == chat]


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Answers 200 at once until told otherwise."""
    mine = Receiver()
    mine.gate.set()
    app = web.Application()
    app.router.add_post("/telegram/webhook", mine.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    mine.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    try:
        yield mine
    finally:
        mine.gate.set()
        await runner.cleanup()
