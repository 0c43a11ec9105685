"""The QR code of a link as a picture that anybody may fetch: chats show it, and it tells no more than the link itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import hdrs, web

from console import qr
from storage import Database, doors, links

PATH = "/qr/{code}.png"
HOUR = "public, max-age=3600"


class QrCodes:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def send(self, request: web.Request) -> web.Response:
        """Only of a link that holds: for any other code nothing is drawn."""
        code, reader = request.match_info["code"], self._database.writer
        link = await reader.read(lambda db: links.one(db, "*", code))
        addresses = (await reader.read(doors.read)).links(link.code) if link and link.holds(self._clock()) else {}
        if not addresses:
            raise web.HTTPNotFound
        picture = qr.png(next(iter(addresses.values())))
        headers = {hdrs.CACHE_CONTROL: HOUR, "Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(body=picture, content_type="image/png", headers=headers)
