"""Looks at a PDF as a scanner would: paints its rectangles, upright or turned, and reads the QR codes among them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import zxingcpp
from pypdf import PdfReader
from pypdf.generic import ContentStream

DOTS = 3  # a point
Matrix = tuple[float, float, float, float, float, float]
PLAIN: Matrix = (1, 0, 0, 1, 0, 0)


def codes_on(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page hold."""
    reader = PdfReader(io.BytesIO(pdf))
    return [sorted(found.text for found in zxingcpp.read_barcodes(painted(page, reader))) for page in reader.pages]


def words_on(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def sizes_of(pdf: bytes) -> set[tuple[int, int]]:
    """In millimetres."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return {(round(float(page.mediabox.width) * 25.4 / 72), round(float(page.mediabox.height) * 25.4 / 72)) for page in pages}


def painted(page: Any, reader: PdfReader) -> Any:
    """The page in grey. Letters and curves are left out: no code is made of them."""
    width, height = int(page.mediabox.width * DOTS), int(page.mediabox.height * DOTS)
    canvas = np.full((height, width), 255, dtype=np.uint8)
    kept: list[tuple[Matrix, int]] = []
    matrix, grey, boxes = PLAIN, 0, list[tuple[float, ...]]()
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        values = [float(value) for value in operands] if operator in (b"cm", b"rg", b"g", b"re") else []
        match operator:
            case b"q":
                kept.append((matrix, grey))
            case b"Q":
                matrix, grey = kept.pop()
            case b"cm":
                matrix = _times(values, matrix)
            case b"rg" | b"g":
                grey = int(255 * sum(values) / len(values))
            case b"re":
                boxes.append(tuple(values))
            case b"f" | b"F" | b"B":
                for box in boxes:
                    _paint(canvas, _corners(box, matrix), grey)
                boxes = []
            case b"n" | b"S":
                boxes = []
    return canvas


def _times(first: list[float], then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _corners(box: tuple[float, ...], matrix: Matrix) -> tuple[float, float, float, float]:
    x, y, width, height = box
    a, b, c, d, e, f = matrix
    points = [(a * p + c * q + e, b * p + d * q + f) for p, q in ((x, y), (x + width, y + height))]
    (left, right), (low, high) = (sorted(values) for values in zip(*points, strict=True))
    return left, low, right, high


def _paint(canvas: Any, corners: tuple[float, float, float, float], grey: int) -> None:
    left, low, right, high = (round(value * DOTS) for value in corners)
    height = canvas.shape[0]
    canvas[max(0, height - high) : max(0, height - low), max(0, left) : max(0, right)] = grey
