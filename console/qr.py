"""QR codes of a link: as SVG and PNG to hand out, and as squares for who draws them on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

import segno

BORDER = 4  # modules of quiet around it, as the standard asks (ISO/IEC 18004)
PIXELS = 12  # a module, in a picture


@lru_cache(maxsize=256)
def _made(words: str) -> segno.QRCode:
    """Level M: a sixth of it may be dirty or torn."""
    return segno.make(words, error="m", micro=False)


def svg(words: str) -> bytes:
    out = io.BytesIO()
    _made(words).save(out, kind="svg", border=BORDER, scale=PIXELS, dark="#000", light="#fff", xmldecl=True)
    return out.getvalue()


def png(words: str) -> bytes:
    out = io.BytesIO()
    _made(words).save(out, kind="png", border=BORDER, scale=PIXELS, dark="#000", light="#fff")
    return out.getvalue()


def inline(words: str, name: str) -> str:
    """For a page of ours, named for who cannot see it."""
    return _made(words).svg_inline(border=BORDER, dark="#000", light="#fff", svgclass="qr", title=name, omitsize=True)


def squares(words: str) -> tuple[int, Iterator[tuple[int, int, int]]]:
    """How many modules a side has, the border among them; and runs of dark ones as row, column, length."""
    rows = [bytes(row) for row in _made(words).matrix]
    return len(rows) + 2 * BORDER, _runs(rows)


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    for number, row in enumerate(rows):
        column = 0
        while column < len(row):
            length = 1
            while column + length < len(row) and row[column + length] == row[column]:
                length += 1
            if row[column]:
                yield number + BORDER, column + BORDER, length
            column += length
