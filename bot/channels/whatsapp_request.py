"""Carries Graph API calls over aiohttp, and says what can have happened to each that failed.

NotSent: surely nothing. Refused: Meta heard it and said no, with its code. Anything else: perhaps it was heard and acted on.
No exception and no log line holds the address, which can contain a number, the token, or a body.
"""

from __future__ import annotations

import json
from typing import Any

import aiohttp

LARGEST_ANSWER = 1 << 20
KEEP_ALIVE = 5.0  # shorter than a server's own patience, so that we rarely write to a connection it has just given up
# What never leaves our side: no address, nobody there, no TLS, or no connection in time.
BEFORE_WRITING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class NotSent(Exception):
    """The request surely never left."""


class Refused(Exception):
    """Meta's own no: nothing was accepted. `code` is that of https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes."""

    def __init__(self, status: int, code: int, subcode: int = 0) -> None:
        super().__init__(f"refused ({status}, {code})")
        self.status = status
        self.code = code
        self.subcode = subcode


class Unclear(Exception):
    """No answer that can be trusted: what we asked may have been done. The text says what came instead."""


class GraphRequest:
    """One pool of connections to one version of the Graph API. `patience` in seconds is for a whole call."""

    def __init__(self, token: str, api_url: str, *, patience: float = 15.0, connect: float = 5.0) -> None:
        self._token = token
        self._url = api_url.rstrip("/")
        self._patience = aiohttp.ClientTimeout(total=patience, connect=min(connect, patience))
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
                headers={"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._patience,
            )

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, json=body)

    async def get(self, path: str, **parameters: str) -> dict[str, Any]:
        return await self._ask("GET", path, params=parameters)

    async def token(self) -> dict[str, Any]:
        """What Meta says of the token itself: whether it holds, until when, what it may do and for which account."""
        return await self.get("debug_token", input_token=self._token)

    async def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        try:
            if self._session is None:
                raise NotSent("not started")
            async with self._session.request(method, f"{self._url}/{path}", allow_redirects=False, **content) as response:
                status, body = response.status, await _whole(response)
        except Exception as error:
            failure = _failure(error)
        else:
            said = _object(body)
            if 200 <= status <= 299 and said is not None and "error" not in said:
                return said
            failure = _refusal(status, said)
        # Raised out here so that it does not carry what aiohttp raised: that names the address.
        raise failure


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            response.close()
            raise Unclear("too_large")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _failure(error: Exception) -> Exception:
    match error:
        case NotSent() | Unclear():
            return error
        case _ if isinstance(error, BEFORE_WRITING):
            return NotSent(type(error).__name__)
        case TimeoutError():
            return Unclear("timeout")
        case _:
            return Unclear("answer_lost")


def _refusal(status: int, said: dict[str, Any] | None) -> Exception:
    """A no that Meta worded itself; what a gateway or a broken server says instead leaves us in doubt."""
    error = said.get("error") if said else None
    code, subcode = (error.get("code"), error.get("error_subcode")) if isinstance(error, dict) else (None, None)
    if isinstance(code, int) and not isinstance(code, bool):
        return Refused(status, code, subcode if isinstance(subcode, int) else 0)
    if status in (401, 403, 404, 429):  # a gateway that answers so has passed nothing on
        return Refused(status, 0)
    return Unclear("answer_lost")


__all__ = ["GraphRequest", "NotSent", "Refused", "Unclear"]
