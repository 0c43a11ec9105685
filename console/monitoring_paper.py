"""The paper of a report: A4 with our font, a head line and page numbers."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF, XPos, YPos

from console.monitoring_words import name_of
from locales import Text, _, render
from storage.reports.content import Report

FONTS = Path(__file__).parent / "fonts"
INK, FAINT, LINE, GREEN, AMBER, RED, GREY = (
    (23, 32, 27),
    (85, 96, 90),
    (211, 217, 213),
    (11, 107, 79),
    (176, 124, 0),
    (179, 38, 30),
    (125, 137, 130),
)
WIDE = 174.0  # millimetres between the margins
FOOT = _("Page {page}")


class Paper(FPDF):
    """A4 with our font, a head line and page numbers; the language is the report's."""

    def __init__(self, report: Report, language: str) -> None:
        super().__init__(format="A4")
        self.report, self.language = report, language
        self.add_font("Sapa", "", FONTS / "DejaVuSans.ttf")
        self.add_font("Sapa", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_lang(language)
        self.set_title(f"Sapa {report.period.name}")
        self.set_creation_date(report.made_at)

    def header(self) -> None:
        self.set_font("Sapa", "", 8)
        self.set_text_color(*FAINT)
        self.cell(0, 5, f"{self.report.name or 'Sapa'} · {self.say(name_of(self.report.period))}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("Sapa", "", 8)
        self.set_text_color(*FAINT)
        self.cell(0, 5, self.say(Text(FOOT.msgid, (("page", str(self.page_no())),))), align="R")

    def say(self, value: object) -> str:
        return render(value, self.language)

    def write_line(self, text: str, size: float = 10, style: str = "", colour: tuple[int, int, int] = INK, gap: float = 1.5) -> None:
        self.set_font("Sapa", style, size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)
