"""One delivery to a bot's webhook: what is posted, and what is made of the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True, slots=True)
class Hook:
    """What setWebhook said. `patience` is in real seconds: it is the bot's own time to answer."""

    url: str
    secret: str = ""
    max_connections: int = 40
    patience: float = 60.0


@dataclass(slots=True)
class Answer:
    """What came of a delivery; no status means that the connection broke or nobody answered in time."""

    status: int | None
    how: str
    keeps_connection: bool = False
    retry_after: int = 0
    method: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299


async def post(session: aiohttp.ClientSession, hook: Hook, body: bytes) -> Answer:
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    try:
        async with session.post(hook.url, data=body, headers=headers, allow_redirects=False) as response:
            method = _method_in(response.headers.get("Content-Type", ""), await response.read())
            retry_after = response.headers.get("Retry-After", "")
            keeps = response.headers.get("Connection", "").lower() != "close"
            return Answer(response.status, "answered", keeps, int(retry_after) if retry_after.isdecimal() else 0, method)
    except TimeoutError:
        return Answer(None, "timeout")
    except aiohttp.ClientError as error:
        return Answer(None, type(error).__name__)


def _method_in(content_type: str, body: bytes) -> dict[str, Any] | None:
    """A call that the bot put in its answer. Telegram executes it and throws the result away."""
    if not body or not content_type.startswith("application/json"):
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "method" in said else None
