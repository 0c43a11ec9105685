"""Takes in what Telegram sends, by webhook or by fetching: authentic, new, durable, and only then acknowledged."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from telegram.error import TelegramError

from bot.channels.telegram import Telegram
from bot.channels.telegram_inbound import CHANNEL, Unreadable, read
from bot.channels.telegram_profile import introduce
from bot.failpoints import commit, failpoint
from bot.lease import Lease
from bot.web import body_of
from storage import Database, Inbound, Unavailable
from storage.turns import ignore, quarantine

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name)
LARGEST = 1 << 20  # bytes; an update is at most 512 KiB
AWAY = 5  # seconds after which Telegram may try again; it honours the header up to an hour
POLLER = "poller of telegram"
RETRY = 3.0

Receive = Callable[[list[Inbound]], Awaitable[None]]
log = structlog.get_logger()


class Intake:
    """Telegram's updates on their way in. `receive` returns when they are durable."""

    def __init__(self, telegram: Telegram, database: Database, receive: Receive, now: Callable[[], datetime], secret: str) -> None:
        self._telegram = telegram
        self._database = database
        self._receive = receive
        self._now = now
        self._secret = secret
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def webhook(self, request: web.Request) -> web.Response:
        """The secret is compared before a byte of the body is read, so that a stranger costs nothing."""
        given = request.headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise web.HTTPUnauthorized
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        body = await body_of(request, LARGEST)
        try:
            await self.take([_parse(body)])
        except Unavailable:
            return web.Response(status=503, headers={"Retry-After": str(AWAY)})
        failpoint("webhook unanswered")
        asyncio.get_running_loop().call_soon(failpoint, "webhook answered")  # runs once the answer was written
        return web.Response()

    async def take(self, updates: list[Any]) -> None:
        """Returns once every update is durable or put aside; one that cannot be read never blocks its chat."""
        inbounds = []
        for raw in updates:
            try:
                inbound = read(raw, self._now())
            except Unreadable as error:
                await self._put_aside(raw, str(error))
                continue
            if inbound is not None:
                inbounds.append(inbound)
            elif isinstance(number := raw.get("update_id"), int):
                ignored = partial(ignore, dialect=self._database.dialect, number=number, channel=CHANNEL, now=self._now())
                await commit(self._database, "ignored", ignored)
        await self._receive(inbounds)
        for raw in updates:
            if isinstance(raw, dict) and "callback_query" in raw:
                task = asyncio.create_task(self._telegram.acknowledge(raw))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

    async def _put_aside(self, raw: Any, reason: str) -> None:
        update = raw.get("update_id") if isinstance(raw, dict) else None
        number = update if isinstance(update, int) else None
        name = f"{CHANNEL}:{self._database.tools.new_id() if number is None else number}.unreadable"
        tools, dialect = self._database.tools, self._database.dialect
        words = json.dumps(raw, ensure_ascii=True, default=str)[:LARGEST]
        log.error("update_unreadable", reason=reason)
        await commit(self._database, "unreadable", lambda db: quarantine(db, dialect, tools, name, words, reason, self._now(), number))

    async def poll(self) -> None:
        """Fetch for ever, while no other process does. What was fetched is confirmed only after it is durable."""
        lease = Lease(self._database, POLLER)
        keeping = asyncio.create_task(lease.keep())
        try:
            await self._poll_under(lease)
        finally:
            keeping.cancel()
            await lease.release()

    async def _poll_under(self, lease: Lease) -> None:
        offset, listening = 0, True
        while True:
            try:
                if not lease.is_ours:
                    offset = 0  # who polled meanwhile has confirmed up to a place we do not know
                    await asyncio.sleep(0.1)
                    continue
                if listening:
                    await self._telegram.stop_listening()
                    listening = False
                updates = await self._telegram.fetch(offset)
                await self.take(updates)
                failpoint("fetched unconfirmed")
                offset = max((update["update_id"] + 1 for update in updates if isinstance(update, dict)), default=offset)
            except Unavailable as error:
                log.warning("database_away", error=str(error))
                await asyncio.sleep(RETRY)
            except TelegramError as error:
                log.warning("fetch_failed", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    async def settle_in(self, hook: str) -> None:
        """Tell Telegram where we listen and what we offer; again and again while it is away."""
        wait = RETRY
        while True:
            try:
                if hook:
                    await self._telegram.listen_at(hook, self._secret)
                if await introduce(self._telegram.bot):
                    return
            except TelegramError as error:
                log.warning("telegram_not_set_up", error=type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 300)


def _parse(body: bytes) -> Any:
    """The update, or what came instead: it is authentic, so it is kept to be looked at."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return {"unparsable": body[:1000].decode("latin-1")}
