"""Charts of a report on paper: bars, and lines that differ without colour too."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import XPos, YPos

from console.monitoring_paper import AMBER, FAINT, GREEN, GREY, INK, LINE, RED, WIDE, Paper
from console.monitoring_parts import Series, Stroke, Trend

TONES = {"good": GREEN, "waits": AMBER, "bad": RED, "other": GREY}
TREND = (GREEN, AMBER, GREY)
DASHES: Sequence[tuple[float, float]] = ((0, 0), (3, 1.5), (1, 1))
STROKE = 6.2  # millimetres


def bars(paper: Paper, strokes: Sequence[Stroke]) -> None:
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


def lines(paper: Paper, trend: Trend) -> None:
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


def _fit(paper: Paper, text: str, width: float) -> str:
    """Cut, with a sign that it was, if a line is too long."""
    if paper.get_string_width(text) <= width:
        return text
    while text and paper.get_string_width(text + "…") > width:
        text = text[:-1]
    return text + "…"
