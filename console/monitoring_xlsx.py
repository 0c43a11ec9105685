"""The report as a workbook: a sheet for each section, whole tables, numbers as numbers, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from console.exports import harmless
from console.monitoring_parts import Cell, Section, Table
from console.monitoring_view import sections
from console.monitoring_words import INDICATORS, name_of
from locales import Text, _, render
from storage.reports.content import Report

ALL = 10_000  # rows of a table
# Without these a text that begins with "=" or "http" becomes a formula or a link.
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FORBIDDEN = str.maketrans("", "", "[]:*?/\\'")  # in the name of a sheet


def workbook(report: Report, language: str) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, PLAIN)
    # A date of its own: the same report is the same file.
    book.set_properties({"title": "Sapa", "created": report.made_at.replace(tzinfo=None)})
    styles = {"bold": book.add_format({"bold": True}), "wrap": book.add_format({"text_wrap": True, "valign": "top"})}
    for section in sections(report, most=ALL):
        _sheet(book, section, report, language, styles)
    _definitions(book, language, styles)
    book.close()
    return kept.getvalue()


def _sheet(book: Any, section: Section, report: Report, language: str, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(render(section.title, language).translate(FORBIDDEN)[:31])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 9, 18)
    _write(sheet, 0, 0, f"{report.name} · {render(name_of(report.period), language)}", styles["bold"])
    row = 1
    for sentence in section.sentences:
        _write(sheet, row, 0, render(sentence, language))
        row += 1
    for stroke in section.strokes if not section.tables else ():
        _write(sheet, row, 0, render(stroke.label, language))
        _cell(sheet, row, 1, stroke.told, language)
        row += 1
    for table in section.tables:
        row = _table(sheet, row + 1, table, language, styles)


def _table(sheet: Any, row: int, table: Table, language: str, styles: dict[str, Any]) -> int:
    _write(sheet, row, 0, render(table.title, language), styles["bold"])
    for at, column in enumerate(table.columns):
        _write(sheet, row + 1, at, render(column.name, language), styles["bold"])
    for down, cells in enumerate(table.rows, row + 2):
        for at, linked in enumerate(cells):
            _cell(sheet, down, at, linked.cell, language)
    return row + 2 + len(table.rows)


def _definitions(book: Any, language: str, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(render(DEFINITIONS, language)[:31])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for row, indicator in enumerate(INDICATORS.values()):
        _write(sheet, row, 0, render(indicator.name, language), styles["bold"])
        _write(sheet, row, 1, render(indicator.means, language), styles["wrap"])


def _cell(sheet: Any, row: int, column: int, value: Cell, language: str) -> None:
    if isinstance(value, int):
        sheet.write_number(row, column, value)
    else:
        _write(sheet, row, column, render(value, language))


def _write(sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:
    sheet.write_string(row, column, harmless(text), style)


DEFINITIONS: Text = _("What the figures mean")
