"""The browser chat over HTTP: the page and its files, the cookie that says whose conversation it is, the socket, the way out."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, hdrs, web

from bot.channels.webchat import HEARTBEAT, LONGEST_FRAME, STRANGER, Line, Receive, Talk
from bot.headers import framed_by
from bot.pages import Pages
from console.files import YEAR, packed
from locales import LANGUAGES

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits
KEPT = 180 * 24 * 3600  # seconds; renewed at every visit
MOST_LINES = 8  # open pages of one worker
PROTOCOL = "sapa"

Origins = Callable[[str], Awaitable[Sequence[str]]]


class WebChat:
    """Serves the chat page. `wake(address)` tells the open pages of an address that there is something new to read."""

    def __init__(
        self,
        pages: Pages,
        receive: Receive,
        talk: Talk,
        clock: Callable[[], datetime],
        public_url: str = "",
        origins: Origins | None = None,
    ) -> None:
        """`origins` tells which sites may frame the chat by a link's code."""
        self.pages, self.receive, self.talk, self.clock, self.public_url = pages, receive, talk, clock, public_url
        self.origins = origins or _nowhere
        self.https = public_url.startswith("https://")
        # A __Host- cookie cannot be set or read by a neighbouring subdomain.
        self.cookie = "__Host-sapa" if self.https else "sapa"
        self.lines: dict[str, set[Line]] = defaultdict(set)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/pages/{version}/{name}", self.file),
            web.get("/chat", self.chat),
            web.get("/embed", self.embed),
            web.get("/embed/chat", self.embedded_chat),
            web.get("/cuaca", self.harmless),
            web.post("/quit", self.quit),
        ]

    def wake(self, address: str) -> None:
        for line in self.lines.get(address, ()):
            line.news.set()

    async def close(self) -> None:
        """Ask every page to come back to whoever serves next."""
        open_lines = [line for lines in self.lines.values() for line in lines]
        await asyncio.gather(*(line.socket.close(code=WSCloseCode.GOING_AWAY) for line in open_lines), return_exceptions=True)

    async def page(self, request: web.Request) -> web.Response:
        response = packed(request, self.pages.chat[language_of(request)])
        response.headers[hdrs.VARY] = "Accept-Encoding, Accept-Language"
        token = self._token(request) or secrets.token_urlsafe(16)
        response.set_cookie(self.cookie, token, max_age=KEPT, httponly=True, samesite="Lax", secure=self.https)
        return response

    async def embed(self, request: web.Request) -> web.Response:
        """The chat within a partner's site: framed there alone, and without a cookie, which browsers refuse to pages that are framed."""
        response = packed(request, self.pages.embed[language_of(request)])
        response.headers[hdrs.VARY] = "Accept-Encoding, Accept-Language"
        framed_by(response, await self.origins(request.query.get("ref", "")))
        return response

    async def embedded_chat(self, request: web.Request) -> web.StreamResponse:
        """The page keeps its token itself and names it beside the protocol, where no log of addresses finds it."""
        if not self._ours(request):
            raise web.HTTPForbidden
        offered = [part.strip() for part in request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(",")]
        token = next((part for part in offered if TOKEN.fullmatch(part)), None)
        return await self._open(request, token, (PROTOCOL,))

    async def harmless(self, request: web.Request) -> web.Response:
        return packed(request, self.pages.harmless[language_of(request)])

    async def file(self, request: web.Request) -> web.Response:
        found = self.pages.files.get(request.match_info["name"])
        if found is None or request.match_info["version"] != self.pages.version:
            raise web.HTTPNotFound
        response = packed(request, found)
        response.headers[hdrs.CACHE_CONTROL] = YEAR
        response.headers[hdrs.VARY] = "Accept-Encoding"
        return response

    async def quit(self, request: web.Request) -> web.Response:
        """End the cookie. The conversation stays ours to answer for, but this browser cannot open it any more."""
        if not self._ours(request):
            raise web.HTTPForbidden
        token = self._token(request)
        for line in list(self.lines.get(self.talk.address(sender_of(token)), ())) if token else []:
            await line.socket.close(code=STRANGER)
        response = web.Response(status=303, headers={hdrs.LOCATION: "/cuaca"})
        response.del_cookie(self.cookie, httponly=True, samesite="Lax", secure=self.https)
        return response

    async def chat(self, request: web.Request) -> web.StreamResponse:
        if not self._ours(request):
            raise web.HTTPForbidden  # another site's script, riding on our cookie
        return await self._open(request, self._token(request))

    async def _open(self, request: web.Request, token: str | None, protocols: tuple[str, ...] = ()) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=LONGEST_FRAME, heartbeat=HEARTBEAT, compress=False, protocols=protocols)
        await socket.prepare(request)
        if token is None:
            await socket.close(code=STRANGER)
            return socket
        await self._serve(Line(socket, sender_of(token), language_of(request), self.receive, self.talk, self.clock))
        return socket

    async def _serve(self, line: Line) -> None:
        address = line.address
        lines = self.lines[address]
        if len(lines) >= MOST_LINES:
            await line.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return
        lines.add(line)
        try:
            await line.run()
        finally:
            lines.discard(line)
            if not lines:
                self.lines.pop(address, None)

    def _token(self, request: web.Request) -> str | None:
        token = request.cookies.get(self.cookie, "")
        return token if TOKEN.fullmatch(token) else None

    def _ours(self, request: web.Request) -> bool:
        """Sent by a page of ours: browsers name the page's origin in every POST and every opening of a socket."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        return bool(origin) and (origin == self.public_url.rstrip("/") or urlsplit(origin).netloc == request.host)


async def _nowhere(_code: str) -> Sequence[str]:
    return ()


def sender_of(token: str) -> str:
    """The address of a browser: a digest, so that nobody who reads an address can open its conversation."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def language_of(request: web.Request) -> str:
    """?lang=, else English for a browser that puts it first, else Indonesian.

    A phone bought in Taipei or Riyadh speaks Chinese or Arabic and names English after it; its Indonesian owner did not choose that.
    """
    asked = request.query.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "en" if request.headers.get(hdrs.ACCEPT_LANGUAGE, "").lower().startswith("en") else "id"
