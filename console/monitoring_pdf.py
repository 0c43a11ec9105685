"""The report as PDF for a coordination meeting: A4, a section a page, charts drawn as lines and boxes, definitions at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF, XPos, YPos
from fpdf.enums import MethodReturnValue

from console.monitoring_parts import Section, Series, Stroke, Table, Trend
from console.monitoring_view import sections
from console.monitoring_words import INDICATORS, name_of
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
TONES = {"good": GREEN, "waits": AMBER, "bad": RED, "other": GREY}
TREND = (GREEN, AMBER, GREY)
DASHES: Sequence[tuple[float, float]] = ((0, 0), (3, 1.5), (1, 1))
WIDE, STROKE, FIRST = 174.0, 6.2, 1.6  # millimetres; how much wider the first column of a table is
TITLE = _("Evaluation report")
OTHERS = _("for readers outside the branch: small numbers are not told")
TOGETHER = ("branches", "questions")  # sections that go on where the one before ended
FOOT = _("Page {page}")
MEANS = _("What the figures mean")


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


def pdf(report: Report, language: str) -> bytes:
    paper = Paper(report, language)
    for number, section in enumerate(sections(report, known_only=True)):
        if section.code not in TOGETHER:
            paper.add_page()
        if number == 0:
            _title(paper, report)
        _section(paper, section)
    paper.add_page()
    paper.write_line(paper.say(MEANS), 15, "B", gap=3)
    for indicator in INDICATORS.values():
        paper.write_line(paper.say(indicator.name), 8, "B", gap=0)
        paper.write_line(paper.say(indicator.means), 7.5, colour=FAINT, gap=1.2)
    return bytes(paper.output())


def _title(paper: Paper, report: Report) -> None:
    paper.write_line(paper.say(TITLE), 22, "B", gap=1)
    paper.write_line(f"{report.name or 'Sapa'}, {paper.say(name_of(report.period))}", 13, colour=GREEN, gap=1)
    if report.guarded:
        paper.write_line(paper.say(OTHERS), 10, colour=FAINT)
    paper.ln(4)


def _section(paper: Paper, section: Section) -> None:
    paper.ln(4 if section.code in TOGETHER else 0)
    paper.write_line(paper.say(section.title), 15, "B", gap=3)
    for sentence in section.sentences:
        paper.write_line(paper.say(sentence), 10)
    if section.strokes:
        paper.ln(2)
        _strokes(paper, section.strokes)
    if section.trend:
        paper.ln(3)
        _trend(paper, section.trend)
    for table in section.tables:
        paper.ln(3)
        _table(paper, table)


def _strokes(paper: Paper, strokes: Sequence[Stroke]) -> None:
    most = max((stroke.many for stroke in strokes), default=0) or 1
    label, track = 58.0, 84.0
    for stroke in strokes:
        top = paper.get_y()
        paper.set_font("Sapa", "", 9)
        paper.set_text_color(*INK)
        paper.cell(label, STROKE, _fit(paper, paper.say(stroke.label), label - 2))
        paper.set_fill_color(240, 243, 241)
        paper.rect(paper.l_margin + label, top + 1.2, track, STROKE - 2.4, "F")
        paper.set_fill_color(*TONES[stroke.tone])
        if stroke.many:
            paper.rect(paper.l_margin + label, top + 1.2, max(stroke.many / most * track, 0.6), STROKE - 2.4, "F")
        paper.set_xy(paper.l_margin + label + track + 2, top)
        paper.cell(0, STROKE, paper.say(stroke.told), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _trend(paper: Paper, trend: Trend) -> None:
    paper.write_line(paper.say(trend.title), 10, "B")
    most = max((value for series in trend.series for value in series.values if value is not None), default=0) or 1
    left, top, wide, high = paper.l_margin + 12, paper.get_y() + 2, WIDE - 14, 46.0
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    for part in range(3):
        paper.line(left, top + high * part / 2, left + wide, top + high * part / 2)
    paper.set_font("Sapa", "", 7)
    paper.set_text_color(*FAINT)
    for part, value in ((0, most), (2, 0)):
        paper.set_xy(paper.l_margin, top + high * part / 2 - 2)
        paper.cell(11, 4, paper.say(value), align="R")
    for at, series in enumerate(trend.series):
        _line(paper, series, at, (left, top, wide, high), most)
    for at, align in ((0, "L"), (len(trend.labels) - 1, "R")):
        paper.set_xy(left, top + high + 1)
        paper.cell(wide, 4, paper.say(trend.labels[at]), align=align)
    paper.set_xy(left, top + high + 6)
    _legend(paper, trend.series)
    paper.ln(4)


def _line(paper: Paper, series: Series, at: int, box: tuple[float, float, float, float], most: int) -> None:
    left, top, wide, high = box
    step = wide / max(len(series.values) - 1, 1)
    paper.set_draw_color(*TREND[at % 3])
    paper.set_line_width(0.7)
    dash, space = DASHES[at % 3]
    paper.set_dash_pattern(dash=dash, gap=space)
    before: tuple[float, float] | None = None
    for number, value in enumerate(series.values):
        here = None if value is None else (left + number * step, top + high - value / most * high)
        if before and here:
            paper.line(*before, *here)
        before = here
    paper.set_dash_pattern()


def _legend(paper: Paper, every: Sequence[Series]) -> None:
    paper.set_font("Sapa", "", 8)
    for at, series in enumerate(every):
        x, y = paper.get_x(), paper.get_y()
        paper.set_draw_color(*TREND[at % 3])
        paper.set_line_width(0.9)
        dash, space = DASHES[at % 3]
        paper.set_dash_pattern(dash=dash, gap=space)
        paper.line(x, y + 2, x + 8, y + 2)
        paper.set_dash_pattern()
        paper.set_xy(x + 9, y)
        paper.set_text_color(*INK)
        name = paper.say(series.name)
        paper.cell(paper.get_string_width(name) + 6, 4, name)
    paper.ln(5)


def _table(paper: Paper, table: Table) -> None:
    paper.write_line(paper.say(table.title), 10, "B")
    if not table.rows:
        paper.write_line("–", 9, colour=FAINT)
        return
    widths = _widths(table)
    head = [paper.say(column.name) for column in table.columns]
    rows = [[paper.say(linked.cell) for linked in cells] for cells in table.rows]
    sides = ["L", *("R" if all(_is_number(row[at]) for row in rows) else "L" for at in range(1, len(head)))]
    _row(paper, head, widths, sides, head=True)
    for texts in rows:
        if paper.get_y() + _height(paper, texts, widths, head=False) > paper.h - 20:
            paper.add_page()
            _row(paper, head, widths, sides, head=True)
        _row(paper, texts, widths, sides, head=False)


def _is_number(text: str) -> bool:
    return text == "–" or text[:1].isdigit() or (text[:1] in "+-" and text[1:2].isdigit())


def _widths(table: Table) -> list[float]:
    """The first column gets more; all together are as wide as the page."""
    share = WIDE / (len(table.columns) + FIRST - 1)
    return [share * FIRST, *([share] * (len(table.columns) - 1))]


def _height(paper: Paper, texts: Sequence[str], widths: Sequence[float], *, head: bool) -> float:
    """As high as its longest cell; sets the font of the row."""
    paper.set_font("Sapa", "B" if head else "", 7 if head else 8)
    lines = [
        paper.multi_cell(width, 4, text, dry_run=True, output=MethodReturnValue.LINES) for text, width in zip(texts, widths, strict=True)
    ]
    return max(len(found) if isinstance(found, list) else 1 for found in lines) * 4 + 1.6


def _row(paper: Paper, texts: Sequence[str], widths: Sequence[float], sides: Sequence[str], *, head: bool) -> None:
    high, top, left = _height(paper, texts, widths, head=head), paper.get_y(), paper.l_margin
    paper.set_text_color(*(FAINT if head else INK))
    for text, width, side in zip(texts, widths, sides, strict=True):
        paper.set_xy(left, top + 0.8)
        paper.multi_cell(width, 4, text, align=side)
        left += width
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    paper.line(paper.l_margin, top + high, paper.l_margin + WIDE, top + high)
    paper.set_xy(paper.l_margin, top + high)


def _fit(paper: Paper, text: str, width: float) -> str:
    """Cut, with a sign that it was, if a line is too long."""
    if paper.get_string_width(text) <= width:
        return text
    while text and paper.get_string_width(text + "…") > width:
        text = text[:-1]
    return text + "…"
