"""Leads on whoever opens a link of a campaign, and counts them once; gives out the files that platforms send along."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.failpoints import commit
from console.policies import Policy, Route
from storage import Database, Unavailable, attachments, campaigns_links
from storage.campaigns_kit import LINKS

# Chats fetch a link before anybody taps it, to show what is behind: TelegramBot, WhatsApp/2, facebookexternalhit, and so on.
LOOKS_IN = re.compile(r"bot\b|crawl|spider|preview|facebookexternalhit|^whatsapp/|headless", re.IGNORECASE)
GONE = "This link has expired.\nTautan ini sudah tidak berlaku.\n"


class Links:
    """What stands behind our short links and the addresses of files."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def routes(self) -> list[Route]:
        ways = web.get(f"{LINKS}{{token}}", self.lead_on), web.get("/f/{token}/{name}", self.attached)
        return [Route(way, Policy.PUBLIC) for way in ways]

    async def lead_on(self, request: web.Request) -> web.Response:
        """To where the link leads. The address there learns nothing of ours."""
        tools, now = self._database.tools, self._now()
        said = request.match_info["token"]
        try:
            opened = await self._database.writer.read(lambda db: campaigns_links.resolve(db, tools, said, now))
            if opened is None:
                return web.Response(status=404, text=GONE)
            if is_a_person(request):
                await commit(self._database, "link opened", lambda db: campaigns_links.count(db, tools, opened, now))
        except Unavailable:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        headers = {"Location": opened.link, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return web.Response(status=302, headers=headers)

    async def attached(self, request: web.Request) -> web.Response:
        """A picture or PDF of a campaign, which platforms fetch to send it on."""
        token = request.match_info["token"]
        try:
            found = await self._database.writer.read(lambda db: attachments.content_of(db, token))
        except Unavailable:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        if found is None:
            raise web.HTTPNotFound
        kind, content = found
        return web.Response(body=content, content_type=kind, headers={"Cache-Control": "public, max-age=86400", "X-Robots-Tag": "noindex"})


def is_a_person(request: web.Request) -> bool:
    """As far as a request tells."""
    agent = request.headers.get("User-Agent", "")
    early = any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "GET" and bool(agent) and not early and LOOKS_IN.search(agent) is None
