"""The headers every answer carries, errors too: what a browser may do with it is said by us and not guessed."""

from __future__ import annotations

from aiohttp import web

# Nothing inline, nothing from elsewhere, nobody may frame us; and with trusted types text can never become markup.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
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


def protect(app: web.Application, *, https: bool) -> None:
    """Put the headers on everything `app` answers. A handler that set one of them itself (a file's caching) keeps its own."""

    async def add(_request: web.BaseRequest, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
        response.headers["Server"] = "sapa"

    app.on_response_prepare.append(add)
