"""The browser chat's side of a conversation: what a page says becomes an Inbound, what was said becomes JSON for the page."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from aiohttp import WSMsgType, web

from bot.ids import NODE_BITS, SEQUENCE_BITS
from locales import LANGUAGES, Page
from storage.conversations import Inbound

CHANNEL = "webchat"
LONGEST_FRAME = 16 * 1024
HEARTBEAT = 45.0  # seconds; proxies close a silent connection after 60
PATIENCE = 20.0  # seconds until a line says what it wants
FLOOD = (20, 10.0)  # so many messages in so many seconds; a person presses and types slower
WAIT = 5  # seconds to come back after, when we are flooded or the database is away
NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
LAST = re.compile(r"[0-9]{0,19}")
STRANGER = 4401  # the close code by which our page knows that its cookie is gone
# Ids are made before they are committed, so another process's entry may come to light after a younger one was read.
OVERLAP = 10_000 << (NODE_BITS + SEQUENCE_BITS)  # ten seconds, as ids count them

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a conversation, in order of `id`: a page of ours, or the worker's own words (then `page` is None)."""

    id: int
    at: datetime
    text: str
    page: Page | None = None
    client: str = ""  # the id of the Inbound it came by
    phones: tuple[str, ...] = ()  # the phone numbers our page speaks, as they stand in its text


@dataclass(frozen=True, slots=True)
class News:
    """What a page does not know yet. A conversation nobody has started has no entries and no language."""

    entries: Sequence[Entry]
    language: str | None


class Talk(Protocol):
    """What the line reads."""

    def address(self, sender: str) -> str: ...
    async def news(self, sender: str, address: str, last: int) -> News: ...


Receive = Callable[[list[Inbound]], Awaitable[object]]


def to_inbound(raw: dict[str, Any], sender: str, now: datetime, language: str = "") -> Inbound | None:
    """What a page sent, or None if no page of ours can have sent it. Its name for the message counts only together with the sender."""
    name, text, press, label, ref = (raw.get(key, "") for key in ("id", "text", "press", "label", "ref"))
    if not all(isinstance(value, str) for value in (name, text, press, label, ref)) or not NAME.fullmatch(name):
        return None
    pressed = clean(press) if "press" in raw else None
    return Inbound(
        channel=CHANNEL,
        sender=sender,
        id=f"{sender}:{name}",
        at=now,
        text=clean(text),
        pressed=pressed,
        label=clean(label)[:100],
        kind="text" if pressed is None else "press",
        language=language if language in LANGUAGES else "",
        ref=clean(ref)[:64],
    )


def clean(text: str) -> str:
    """The same text, less what no database stores: NUL, and halves of characters that JSON lets through."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def to_json(entry: Entry) -> dict[str, Any]:
    base = {"id": str(entry.id), "at": entry.at.isoformat(), "text": entry.text}
    if entry.page is None:
        return {"type": "said", **base, "client": entry.client.rpartition(":")[2]}
    buttons = [{"label": button.label, "payload": button.payload, "url": button.url} for button in entry.page.buttons]
    return {"type": "page", **base, "buttons": buttons, "phones": list(entry.phones)}


class Pace:
    """Tells a person from a flood."""

    def __init__(self, count: int, seconds: float) -> None:
        self.count, self.seconds = count, seconds
        self.times: deque[float] = deque()

    def exceeded(self, now: float) -> bool:
        while self.times and now - self.times[0] > self.seconds:
            self.times.popleft()
        self.times.append(now)
        return len(self.times) > self.count


class Line:
    """One open socket: hears in the order things were said, and tells everything after the last id the page knows."""

    def __init__(
        self, socket: web.WebSocketResponse, sender: str, language: str, receive: Receive, talk: Talk, clock: Callable[[], datetime]
    ):
        self.socket, self.sender, self.language = socket, sender, language
        self.receive, self.talk, self.clock = receive, talk, clock
        self.address = talk.address(sender)
        self.news = asyncio.Event()
        self.last = 0
        self.told: set[int] = set()

    async def run(self) -> None:
        try:
            hello = parse(await self.socket.receive(timeout=PATIENCE))
        except TimeoutError:
            hello = None
        since = hello.get("since") if hello else None
        if not isinstance(since, str) or not LAST.fullmatch(since):
            await self.socket.close(code=1008)
            return
        self.last = int(since or 0)
        await asyncio.gather(self._guarded(self._tell), self._guarded(self._hear))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """When the database is away the page is asked to come back: it keeps what it has not seen acknowledged, and its order."""
        try:
            await work()
        except ConnectionError:
            pass  # the page went away
        except Exception as error:
            log.warning("web_chat_line_failed", error=type(error).__name__)
            await self._send_away()
        finally:
            self.news.set()

    async def _send_away(self) -> None:
        if not self.socket.closed:
            await self.socket.send_json({"type": "wait", "seconds": WAIT})
            await self.socket.close(code=1013)

    async def _hear(self) -> None:
        pace = Pace(*FLOOD)
        while not self.socket.closed:
            frame = await self.socket.receive()
            if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            raw = parse(frame)
            inbound = to_inbound(raw, self.sender, self.clock(), self.language) if raw else None
            if raw is None or inbound is None:
                await self.socket.close(code=1008)
                return
            if pace.exceeded(asyncio.get_running_loop().time()):
                await self._send_away()
                return
            await self.receive([inbound])  # which wakes every page of this conversation
            await self.socket.send_json({"type": "kept", "client": raw["id"]})

    async def _tell(self) -> None:
        ready = False
        while not self.socket.closed:
            self.news.clear()
            news = await self.talk.news(self.sender, self.address, max(0, self.last - OVERLAP))
            for entry in news.entries:
                if entry.id not in self.told:
                    await self.socket.send_json(to_json(entry))
                self.last = max(self.last, entry.id)
                self.told.add(entry.id)
            self.told = {id_ for id_ in self.told if id_ > self.last - OVERLAP}
            if news.language and news.language != self.language:
                self.language = news.language
                await self.socket.send_json({"type": "language", "language": self.language})
            if not ready:
                await self.socket.send_json({"type": "ready"})
                ready = True
            await self.news.wait()


def parse(frame: Any) -> dict[str, Any] | None:
    """The object in a text frame, or None for anything else."""
    if frame.type is not WSMsgType.TEXT:
        return None
    try:
        value = json.loads(frame.data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
