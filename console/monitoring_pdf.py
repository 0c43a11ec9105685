"""The report as PDF for a coordination meeting: A4, a section a page, charts drawn as lines and boxes, definitions at the end."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf.enums import MethodReturnValue

from console.monitoring_drawn import bars, lines
from console.monitoring_paper import FAINT, GREEN, INK, LINE, WIDE, Paper
from console.monitoring_parts import Section, Table
from console.monitoring_view import sections
from console.monitoring_words import INDICATORS, name_of
from locales import _
from storage.reports.content import Report

FIRST = 1.6  # how much wider the first column of a table is
TITLE = _("Evaluation report")
OTHERS = _("for readers outside the branch: small numbers are not told")
TOGETHER = ("branches", "questions")  # sections that go on where the one before ended
MEANS = _("What the figures mean")


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
        bars(paper, section.strokes)
    if section.trend:
        paper.ln(3)
        lines(paper, section.trend)
    for table in section.tables:
        paper.ln(3)
        _table(paper, table)


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
