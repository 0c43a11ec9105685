"""Forms that bring a file: read part by part, never more than allowed, and only after the form's token was seen in its first part."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import BodyPartReader, MultipartReader, web

MULTIPART = "multipart/form-data"
PARTS = web.RequestKey("parts", MultipartReader)
LONGEST_FIELD = 4096  # bytes
SLACK = 1 << 16  # bytes of a form besides its file


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a form, and its other fields."""

    name: str
    content: bytes
    fields: dict[str, str]


async def first_field(request: web.Request, name: str) -> str:
    """The value of the form's first part if it is called so; the rest stays unread."""
    try:
        parts = await request.multipart()
        part = await parts.next()
    except (ValueError, AssertionError):
        return ""
    if not isinstance(parts, MultipartReader) or not isinstance(part, BodyPartReader) or part.name != name:
        return ""
    request[PARTS] = parts
    return await _text(part)


async def take(request: web.Request, largest: int) -> Upload:
    """The form's file and fields. Raises HTTPRequestEntityTooLarge before more than `largest` was read, HTTPBadRequest for another form."""
    if (request.content_length or 0) > largest + SLACK:
        raise web.HTTPRequestEntityTooLarge(largest, request.content_length or 0)
    parts = request.get(PARTS)
    if parts is None:
        raise web.HTTPBadRequest
    name, content, fields = "", b"", dict[str, str]()
    while isinstance(part := await _next(parts), BodyPartReader):
        if part.filename is None:
            fields[part.name or ""] = await _text(part)
        else:
            name, content = part.filename, await _content(part, largest)
    return Upload(name, content, fields)


async def _next(parts: MultipartReader) -> object:
    try:
        return await parts.next()
    except ValueError:
        raise web.HTTPBadRequest from None


async def _text(part: BodyPartReader) -> str:
    sent = await part.read_chunk(LONGEST_FIELD)
    if not part.at_eof() and await part.read_chunk(1):
        raise web.HTTPBadRequest
    return sent.decode("utf-8", "replace").strip()


async def _content(part: BodyPartReader, largest: int) -> bytes:
    read = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        read += chunk
        if len(read) > largest:
            raise web.HTTPRequestEntityTooLarge(largest, len(read))
    return bytes(read)
