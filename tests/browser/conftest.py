"""A real browser on a real page, with a conversation in memory behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Locator, Page

from bot.pages.serve import WebChat
from tests.browser.standin import Conversations, site

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "locale": "id-ID", "timezone_id": "Asia/Hong_Kong"}


@dataclass
class Visit:
    """One worker's browser at the chat page."""

    context: BrowserContext
    page: Page
    address: str
    talk: Conversations
    chat: WebChat
    complaints: list[str]  # what the browser's console said: errors, refusals of the content policy

    @property
    def ours(self) -> Locator:
        return self.page.locator("article.ours")

    @property
    def own(self) -> Locator:
        return self.page.locator("article.own")

    @property
    def box(self) -> Locator:
        return self.page.locator("#text")

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.address + path)


Visitor = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visitor]:
    """Opens the chat as a new worker: `await visit(talk, **what the browser is like)`."""
    async with AsyncExitStack() as stack:

        async def enter(talk: Conversations | None = None, path: str = "/", **device: Any) -> Visit:
            talk = talk or Conversations()
            app, chat = site(talk)
            server = await stack.enter_async_context(TestServer(app))
            context = await browser.new_context(**{**PHONE, **device})
            stack.push_async_callback(context.close)
            page = await context.new_page()
            visit = Visit(context, page, f"http://{server.host}:{server.port}", talk, chat, [])
            page.on("console", lambda message: visit.complaints.append(message.text))
            page.on("pageerror", lambda error: visit.complaints.append(str(error)))
            await visit.open(path)
            return visit

        yield enter
