"""The headers every answer carries, errors too: what a browser may do with it is said by us and not guessed."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from console.content_policy import content_policy

POLICY = content_policy("'none'")  # with trusted types text can never become markup
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
TWO_YEARS = "max-age=63072000"
FRAMED = "X-Framed"  # never sent: says that the answer carries its own rule of who may frame it


def framed_by(response: web.StreamResponse, origins: Sequence[str]) -> None:
    """Let these sites, and no others, show the page within theirs."""
    if origins:
        response.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers[FRAMED] = "yes"


def protect(app: web.Application, *, https: bool) -> None:
    """Put the headers on everything `app` answers. A handler that set one of them itself (a file's caching) keeps its own."""

    async def add(_request: web.BaseRequest, response: web.StreamResponse) -> None:
        framed = response.headers.pop(FRAMED, None)
        for name, value in HEADERS.items():
            if not (framed and name == "X-Frame-Options"):  # which knows only all or nobody
                response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
        response.headers["Server"] = "sapa"

    app.on_response_prepare.append(add)
