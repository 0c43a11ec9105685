"""The HTTP server: the browser chat, the platforms' webhooks, the desk, health. Every route says who may use it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from bot.headers import protect
from console.policies import Policy, Route, mount

LARGEST_BODY = 1 << 20  # bytes, for what reads a body without saying how much it may hold


Ready = Callable[[], Awaitable[dict[str, bool]]]


def build(routes: Iterable[Route], ready: Ready, *, https: bool, gates: Iterable[Middleware] = ()) -> web.Application:
    """The application that serves these routes, and /health and /ready. Raises Unguarded for a route without a policy."""

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readiness(_request: web.Request) -> web.Response:
        parts = await ready()
        return web.Response(text=json.dumps(parts), content_type="application/json", status=200 if all(parts.values()) else 503)

    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[plain_errors, *gates])
    own = [Route(web.get("/health", health), Policy.PUBLIC), Route(web.get("/ready", readiness), Policy.PUBLIC)]
    mount(app, [*routes, *own])
    protect(app, https=https)
    return app


async def body_of(request: web.Request, largest: int) -> bytes:
    """The body as it came, of at most `largest` bytes; compressed ones are refused unread, since a few bytes can hide a gigabyte."""
    if request.headers.get(hdrs.CONTENT_ENCODING):
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > largest:
        raise web.HTTPRequestEntityTooLarge(largest, request.content_length or 0)
    body = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > largest:
            raise web.HTTPRequestEntityTooLarge(largest, len(body))
    return bytes(body)


@web.middleware
async def plain_errors(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """An error is a short word to a person; nothing of the inside is shown."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.Response(status=error.status, text=f"{error.status} {error.reason}\n", headers=_kept(error))


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
