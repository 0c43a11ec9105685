"""Carries Bot API calls over aiohttp (python-telegram-bot's own transport, httpx, is ten times slower).

What it raises says what can have happened to the call: NotSent, surely nothing; Refused, Telegram heard it and said no; anything else,
perhaps it was heard and acted on. No exception and no log line holds the URL, which contains the token, or a body.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.failpoints import armed, failpoint

LARGEST_ANSWER = 1 << 20
# Shorter than a server's own patience, so that we rarely write to a connection it has just given up.
KEEP_ALIVE = 5.0
# What never leaves our side: no address, nobody there, no TLS, or no connection in time.
BEFORE_WRITING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
LONGEST_WAIT = 86_400  # seconds; whoever asks for more is asked again after a day
# A gateway in front of Telegram that answers so has passed nothing on, whatever its page says.
PLAIN_REFUSALS = frozenset({401, 404, 429})
WRITTEN = "message written"


class NotSent(NetworkError):
    """The request surely never left."""


class Refused(TelegramError):
    """Telegram's own no: nothing was accepted. `retry_after` is in seconds, None where it was not said or made no sense."""

    def __init__(self, status: int, description: str, retry_after: float | None = None, migrate_to: int | None = None) -> None:
        super().__init__(f"refused ({status})")
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to


class TooLarge(Exception):
    """An answer longer than any we expect."""


class AiohttpRequest(BaseRequest):
    """One pool of connections. Times are in seconds; `read` is the whole time from the connection to the end of the answer."""

    def __init__(self, *, connect: float = 5.0, read: float = 15.0, largest_answer: int = LARGEST_ANSWER) -> None:
        self._connect = connect
        self._read = read
        self._patience = _patience(connect, read)
        self._largest_answer = largest_answer
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE)
            headers = {"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"}
            traces = [_dies_after_writing()] if armed(WRITTEN) else []
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=jar, trace_configs=traces)

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (writing counts as reading)
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (the pool has no limit to wait for)
    ) -> tuple[int, bytes]:
        """The answer of a call that succeeded."""
        connect = connect_timeout if isinstance(connect_timeout, (int, float)) else self._connect
        read = read_timeout if isinstance(read_timeout, (int, float)) else self._read
        return await self._call(method, url, _packed(request_data), _patience(connect, read))

    async def ask(self, url: str, parameters: dict[str, Any]) -> Any:
        """The result of a call, as JSON has it."""
        _status, body = await self._call("POST", url, {"json": parameters}, self._patience)
        return self.parse_json_payload(body)["result"]

    async def _call(self, method: str, url: str, packed: dict[str, Any], patience: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        try:
            if self._session is None:
                raise NotSent("not started")
            async with self._session.request(method, url, timeout=patience, allow_redirects=False, **packed) as response:
                status, body = response.status, await self._read_all(response)
        except Exception as error:
            failure = _failure(error)
        else:
            if 200 <= status <= 299:
                return status, body
            failure = _refusal(status, body)
        # Raised out here so that it does not carry what aiohttp raised: that names the URL.
        raise failure

    async def _read_all(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > self._largest_answer:
                response.close()
                raise TooLarge
        return bytes(body)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of a call that succeeded; unlike the inherited one, it never logs what it cannot read."""
        answer = _json(payload)
        if "result" not in answer:
            raise TelegramError("unreadable answer")
        return answer


def _patience(connect: float, read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=connect + read, connect=connect)


def _dies_after_writing() -> aiohttp.TraceConfig:
    """For the failpoint between a message that left and the answer to it."""

    async def handed_over(_session: aiohttp.ClientSession, _context: object, sent: aiohttp.TraceRequestChunkSentParams) -> None:
        if sent.url.name == "sendMessage":
            asyncio.get_running_loop().call_later(0.005, failpoint, WRITTEN)  # by then it is on its way

    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(handed_over)
    return trace


def _packed(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"json": data.parameters}
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return {"data": form}


def _failure(error: Exception) -> TelegramError:
    match error:
        case TelegramError():
            return error
        case _ if isinstance(error, BEFORE_WRITING):
            return NotSent(type(error).__name__)
        case TimeoutError():
            return TimedOut("no answer in time")
        case _:
            return NetworkError(type(error).__name__)


def _refusal(status: int, body: bytes) -> TelegramError:
    """A no that is Telegram's; a failure of the server or of something in between leaves us in doubt."""
    said = _json(body)
    if status >= 500 or (said.get("ok") is not False and status not in PLAIN_REFUSALS):
        return NetworkError(f"status {status}")
    description, parameters = said.get("description"), said.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    return Refused(
        status,
        description if isinstance(description, str) else "",
        _seconds(parameters.get("retry_after")),
        _chat(parameters.get("migrate_to_chat_id")),
    )


def _seconds(value: Any) -> float | None:
    sensible = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
    return float(min(value, LONGEST_WAIT)) if sensible else None


def _chat(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
