"""A sheet to print: colours, letters that fit their place, QR codes as squares. What is drawn with it stands in the modules that use it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from console import qr

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
A4, A5 = (210.0, 297.0), (148.0, 210.0)  # millimetres
SIZES = {"a4": A4, "a5": A5}
Colour = tuple[int, int, int]
GREEN, DEEP, TINT, INK, FAINT, WHITE, LINE = (
    (11, 107, 79),
    (8, 74, 55),
    (227, 241, 235),
    (23, 32, 27),
    (85, 96, 90),
    (255, 255, 255),
    (211, 217, 213),
)
FAMILY = "DejaVu"
POINT = 0.3528  # millimetres


class Sheet:
    """Pages of one size. Places and sizes are given for A4 and scaled, so that one drawing serves every size."""

    def __init__(self, size: tuple[float, float], title: str, language: str) -> None:
        from fpdf import FPDF  # takes a fifth of a second, which only who prints should wait for

        self.pdf: FPDF = FPDF(unit="mm", format=size)
        self.scale = size[0] / A4[0]
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_title(title)
        self.pdf.set_author("Sapa")
        self.pdf.set_lang(language)
        self.pdf.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.pdf.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")

    def page(self) -> None:
        self.pdf.add_page()

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())

    def fill(self, x: float, y: float, width: float, height: float, colour: Colour, round_: float = 0) -> None:
        self.pdf.set_fill_color(*colour)
        self._box(x, y, width, height, "F", round_)

    def frame(self, x: float, y: float, width: float, height: float, colour: Colour, round_: float = 3, thick: float = 0.4) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thick * self.scale)
        self._box(x, y, width, height, "D", round_)

    def _box(self, x: float, y: float, width: float, height: float, style: str, round_: float) -> None:
        left, top, wide, high, corner = (value * self.scale for value in (x, y, width, height, round_))
        self.pdf.rect(left, top, wide, high, style=style, round_corners=bool(round_), corner_radius=corner)

    def write(
        self,
        words: str,
        x: float,
        y: float,
        width: float,
        size: float,
        colour: Colour = INK,
        *,
        bold: bool = False,
        align: str = "L",
        lines: int = 3,
        leading: float = 1.3,
    ) -> float:
        """Words within a width and a number of lines, smaller where they would need more; where they end."""
        size = self._fitting(words, width, size, lines, bold=bold)
        self._font(size, colour, bold=bold)
        height = size * POINT * leading * self.scale
        self.pdf.set_xy(x * self.scale, y * self.scale)
        self.pdf.multi_cell(width * self.scale, height, words, align=align, new_x="LEFT", new_y="NEXT")
        return self.pdf.get_y() / self.scale

    def _fitting(self, words: str, width: float, size: float, lines: int, *, bold: bool) -> float:
        while size > 5:
            self._font(size, INK, bold=bold)
            broken = self.pdf.multi_cell(width * self.scale, 1, words, dry_run=True, output="LINES")
            if isinstance(broken, list) and len(broken) <= lines:
                break
            size *= 0.94
        return size

    def _font(self, size: float, colour: Colour, *, bold: bool) -> None:
        self.pdf.set_font(FAMILY, "B" if bold else "", size * self.scale)
        self.pdf.set_text_color(*colour)

    def code(self, words: str, x: float, y: float, side: float) -> None:
        """A QR code, its quiet border within the side."""
        count, runs = qr.squares(words)
        module = side / count
        self.fill(x, y, side, side, WHITE)
        for row, column, length in runs:
            # A hair wider, or viewers draw white lines between neighbours.
            self.fill(x + column * module, y + row * module, length * module + 0.01, module + 0.01, (0, 0, 0))

    def tick(self, x: float, y: float, size: float, colour: Colour = GREEN) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(size / 5 * self.scale)
        points = ((x, y + size * 0.55), (x + size * 0.38, y + size * 0.9), (x + size, y + size * 0.12))
        for (left, top), (right, bottom) in pairwise(points):
            self.pdf.line(left * self.scale, top * self.scale, right * self.scale, bottom * self.scale)

    def bubble(self, x: float, y: float, size: float, colour: Colour) -> None:
        """Our sign: a speech bubble."""
        self.fill(x, y, size, size * 0.78, colour, size * 0.2)
        self.pdf.set_fill_color(*colour)
        tail = ((x + size * 0.2, y + size * 0.6), (x + size * 0.2, y + size * 1.02), (x + size * 0.55, y + size * 0.7))
        self.pdf.polygon([(left * self.scale, top * self.scale) for left, top in tail], style="F")
