"""Tells open pages that something happened, so that they fetch what they show again (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import hdrs, web

QUIET = 20.0  # seconds until a sign of life, so that no proxy thinks the line dead
CALM = 1.0  # seconds between two pieces of news: a page does not fetch more often, however much happens


class Live:
    """`heard` is called with every commit that has news; each open page hears of it at most once a second."""

    def __init__(self) -> None:
        self._open: set[asyncio.Event] = set()
        self._closed = False

    def heard(self, _addresses: set[str]) -> None:
        for line in self._open:
            line.set()

    def close(self) -> None:
        """The house stops: open lines end, and the pages ask whoever serves next."""
        self._closed = True
        self.heard(set())

    async def stream(self, request: web.Request, still: Callable[[], Awaitable[bool]]) -> web.StreamResponse:
        """Until the page is closed or `still` says that its reader is not signed in any more. The news names nobody."""
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        line = asyncio.Event()
        self._open.add(line)
        try:
            await response.write(b"retry: 2000\n\n")
            while await still() and not self._closed:
                await self._news(response, line)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the page was closed
        finally:
            self._open.discard(line)
        return response

    async def _news(self, response: web.StreamResponse, line: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET):
                await line.wait()
        news = line.is_set()
        line.clear()
        await response.write(b"event: news\ndata: -\n\n" if news else b":\n\n")
        if news and not self._closed:
            await asyncio.sleep(CALM)
