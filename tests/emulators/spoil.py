"""Spoils an HTTP answer: the connection breaks, hangs, or brings less, later or other than was meant."""

from __future__ import annotations

import asyncio
import socket
import struct

from aiohttp import web

from tests.emulators.faults import Fault

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
MEGABYTE = bytes(1 << 20)
GIGABYTE = 1 << 30


async def spoil(request: web.Request, fault: Fault, answer: bytes, *, whole: bool) -> web.StreamResponse:
    """What the caller gets instead of `answer`. Unless `whole`, it never sees the end of one that is true."""
    match fault.kind:
        case "reset":
            return _reset(request)
        case "5xx":
            return web.Response(status=fault.status, body=HTML, content_type="text/html")
        case "hang":
            await asyncio.sleep(fault.seconds)
        case "half":
            await _write(request, answer, answer[: len(answer) // 2])
        case "slow":
            return await _slowly(request, fault, answer, whole)
        case "garbage":
            return await _garbage(request, fault)
    return _end(request)


def _end(request: web.Request) -> web.StreamResponse:
    """A polite end (FIN) of a connection that owed an answer."""
    if request.transport:
        request.transport.close()
    return web.Response()


def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport:
        connection: socket.socket | None = request.transport.get_extra_info("socket")
        if connection:
            # A linger of nothing makes the close an RST.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


async def _write(request: web.Request, answer: bytes, part: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(answer))})
    await response.prepare(request)
    await response.write(part)
    return response


async def _slowly(request: web.Request, fault: Fault, answer: bytes, whole: bool) -> web.StreamResponse:
    response = await _write(request, answer, b"")
    pause = fault.seconds / len(answer)
    for at in range(len(answer) - (0 if whole else 1)):
        await response.write(answer[at : at + 1])
        await asyncio.sleep(pause)
    return response if whole else _end(request)


async def _garbage(request: web.Request, fault: Fault) -> web.StreamResponse:
    bodies = {"html": HTML, "empty": b"", "null": b"null", "list": b"[1]", "other": b'{"ok":true}', "binary": bytes(range(256))}
    if fault.body != "huge":
        return web.Response(body=bodies[fault.body], content_type="application/json")
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(GIGABYTE)})
    await response.prepare(request)
    for _ in range(GIGABYTE // len(MEGABYTE)):
        await response.write(MEGABYTE)
    return response
