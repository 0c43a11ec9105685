"""Files a browser gets from us: compressed once, under a path that changes when they do."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

HERE = Path(__file__).parent / "files"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PICO = "pico.classless.min.css"
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes to send, as they are and compressed once and for all."""

    kind: str
    plain: bytes
    packed: bytes


def file(kind: str, plain: bytes) -> File:
    return File(kind, plain, gzip.compress(plain, 9, mtime=0))


def packed(request: web.Request, file: File) -> web.Response:
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        return web.Response(body=file.packed, content_type=file.kind, charset="utf-8", headers={hdrs.CONTENT_ENCODING: "gzip"})
    return web.Response(body=file.plain, content_type=file.kind, charset="utf-8")


class Files:
    """The desk's own files and those it borrows from the chat page. One version for all: scripts import each other by name."""

    def __init__(self, borrowed: Mapping[str, bytes]) -> None:
        own = {path.name: path.read_bytes() for path in sorted(HERE.iterdir()) if path.suffix in KINDS}
        own[PICO] = b"@layer pico{" + own[PICO] + b"}"  # below every rule of ours, however it is named
        self._files = {name: file(KINDS[Path(name).suffix], body) for name, body in sorted({**borrowed, **own}.items())}
        self.version = hashlib.sha256(b"".join(part.plain for part in self._files.values())).hexdigest()[:16]

    def path(self, name: str) -> str:
        """Where a file is found; raises KeyError for one that is not there, so that no page can name it."""
        self._files[name]
        return f"/desk/files/{self.version}/{name}"

    async def send(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["name"])
        if found is None or request.match_info["version"] != self.version:
            raise web.HTTPNotFound
        response = packed(request, found)
        response.headers[hdrs.CACHE_CONTROL] = YEAR
        response.headers[hdrs.VARY] = "Accept-Encoding"
        return response
