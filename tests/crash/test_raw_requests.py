"""Bytes that are no honest HTTP: hidden requests, endless headers, senders that never finish. Refused, and nobody else waits for them."""

import asyncio
import json
import re
import time
from pathlib import Path

import pytest

from tests.crash.fleet import Nest
from tests.crash.tables import rows
from tests.crash.world import SECRET, World, world

HOOK = "/telegram/webhook"
UPDATE = {"update_id": 77, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "halo"}}
BODY = json.dumps(UPDATE).encode()


def request(*lines: str, path: str = HOOK) -> bytes:
    head = (f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"X-Telegram-Bot-Api-Secret-Token: {SECRET}", *lines)
    return "\r\n".join(head).encode() + b"\r\n\r\n"


HIDDEN = request(f"Content-Length: {len(BODY)}") + BODY
CHUNKED = "Transfer-Encoding: chunked"
# Each hides a second request where two readers might see the end of the first at different places.
SMUGGLED = {
    "a length beside chunks": request(CHUNKED, "Content-Length: 4") + b"0\r\n\r\n" + HIDDEN,
    "chunks beside a length": request("Content-Length: 5", CHUNKED) + b"0\r\n\r\n" + HIDDEN,
    "two lengths": request("Content-Length: 0", f"Content-Length: {len(HIDDEN)}") + HIDDEN,
    "a list of lengths": request(f"Content-Length: 0, {len(HIDDEN)}") + HIDDEN,
    "a length with a plus": request("Content-Length: +0") + HIDDEN,
    "a length that is negative": request("Content-Length: -1") + HIDDEN,
    "a length in other digits": request("Content-Length: \u0660").decode().encode("utf-8") + HIDDEN,
    "a length with a gap": request("Content-Length: 0 0") + HIDDEN,
    "a space before the colon": request("Content-Length : 0") + HIDDEN,
    "another kind of chunks": request("Transfer-Encoding: xchunked") + HIDDEN,
    "chunks that are not last": request("Transfer-Encoding: chunked, identity") + HIDDEN,
    "chunks written in letters of another script": request("Transfer-Encoding: chun\u212aed") + HIDDEN,
    "a chunk with a sign": request(CHUNKED) + b"+0\r\n\r\n" + HIDDEN,
    "a chunk in hexadecimal of programmers": request(CHUNKED) + b"0x0\r\n\r\n" + HIDDEN,
    "a chunk that is too large": request(CHUNKED) + b"f" * 40 + b"\r\n" + HIDDEN,
    "a folded header": request("X-Other: a", " Content-Length: 0") + HIDDEN,
    "a header without a name": request(": 0") + HIDDEN,
    "an end of line within a header": request("X-Other: a\nContent-Length: 0") + HIDDEN,
    "a NUL within a header": request("X-Other: a\0b") + HIDDEN,
    "no version that exists": HIDDEN.replace(b"HTTP/1.1", b"HTTP/9.9") + HIDDEN,
}
FLOODS = {
    "an endless line": b"GET /" + b"x" * 500_000,
    "an endless header": request("X-Other: " + "x" * 500_000),
    "ten thousand headers": request(*(f"X-{number}: 1" for number in range(10_000))),
    "ten thousand cookies": request(*(f"Cookie: a{number}=1" for number in range(10_000))),
    "two million chunks of one byte": request(CHUNKED) + b"1\r\nx\r\n" * 2_000_000,
}


@pytest.mark.slow
async def test_a_request_hidden_in_another_is_never_handled(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, webhook="") as here:
        for name, sent in SMUGGLED.items():
            answer = await exchange(here, sent)
            assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 ")), f"{name}: {answer[:200]!r}"
            assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1, f"{name}: more than one answer"
        assert await rows(here.url, "SELECT id FROM inbound") == []
        assert (await exchange(here, HIDDEN + request("Connection: close", "Content-Length: 0", path="/nowhere"))).startswith(
            b"HTTP/1.1 200 "
        )
        assert len(await rows(here.url, "SELECT id FROM inbound")) == 1, "the same words in the open are heard"


@pytest.mark.slow
async def test_floods_of_headers_and_chunks_stall_nobody(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, webhook="") as here:
        for name, sent in FLOODS.items():
            flood = asyncio.create_task(exchange(here, sent))
            slowest = 0.0
            while not flood.done():
                slowest = max(slowest, await health(here))
            assert flood.result()[9:10] in (b"4", b""), f"{name}: {flood.result()[:100]!r}"
            assert slowest < 5, f"{name} held up others for {slowest:.1f} s"


@pytest.mark.slow
async def test_senders_that_never_finish_keep_nobody_waiting(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    """Five hundred connections that bring a byte now and then."""
    async with world(tmp_path, sqlite_url, migrated_file, nest, webhook="") as here:
        port = here.servers[0].port
        slow = [await asyncio.open_connection("127.0.0.1", port) for _number in range(500)]
        for _round in range(5):
            for _reader, writer in slow:
                writer.write(HIDDEN[:1])
            assert max([await health(here) for _time in range(20)]) < 5
        for _reader, writer in slow:
            writer.transport.abort()


async def exchange(here: World, sent: bytes, within: float = 60) -> bytes:
    """All that comes back until the server closes the connection, or does not go on for a while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.servers[0].port)
    answer = b""
    try:
        writer.write(sent)
        async with asyncio.timeout(within):
            while data := await reader.read(1 << 16):
                answer += data
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
    return answer


async def health(here: World) -> float:
    """The seconds an honest request takes."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", here.servers[0].port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), 30)).startswith(b"HTTP/1.1 200 ")
    writer.close()
    return time.perf_counter() - began
