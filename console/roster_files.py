"""Reads the rows of a list as people keep them: CSV in the usual encodings and separators, or an Excel workbook. Refuses what could hurt."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from console import roster_xlsx
from console.roster_sheet import LARGEST, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TOO_LONG, TOO_WIDE, Formula, Row, Sheet, Unreadable
from locales import _

SEPARATORS = ";,\t|"
SNIFFED = 20  # rows that tell the separator, and among which the headings are
OLD_EXCEL, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"

EMPTY = _("There is nothing in this file. Choose the file with the list.")
NOT_TEXT = _("This is neither CSV nor an Excel workbook (.xlsx). Save the list as one of these and choose it again.")
TOO_LARGE = _("The file is larger than {most} MB. Import it in parts, or without pictures.", most=LARGEST >> 20)


def read(content: bytes) -> Sheet:
    """The rows of a file. Raises Unreadable, also while they are read."""
    if not content.strip():
        raise Unreadable(EMPTY)
    if len(content) > LARGEST:
        raise Unreadable(TOO_LARGE)
    if content.startswith(OLD_EXCEL):
        raise Unreadable(_("This is an old or locked Excel file. Open it, save it as .xlsx without a password, and choose that file."))
    if content.startswith(ZIP):
        return roster_xlsx.read(content)
    encoding = _encoding(content)
    return Sheet(_lines(content, encoding), content.count(b"\n") + 1, [])


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    elif content[1:200:2].count(0) > len(content[:200]) // 4:
        tries = ["utf-16-le"]
    elif content[:200:2].count(0) > len(content[:200]) // 4:
        tries = ["utf-16-be"]
    else:
        tries = ["utf-8-sig", "cp1252"]
    for encoding in tries:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return encoding
    raise Unreadable(NOT_TEXT)


def _lines(content: bytes, encoding: str) -> Iterator[Row]:
    def text() -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(content), encoding, newline="")

    named, separator = _named_separator(text().readline(200))
    lines = csv.reader(text(), delimiter=separator or _separator(text()), strict=True)
    number = 0
    try:
        for cells in lines:
            number += 1
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(TOO_WIDE)
            if number > MOST_ROWS:
                raise Unreadable(TOO_LONG)
            if any(cells) and not (named and number == 1):
                yield number, [_cell(cell) for cell in cells]
    except csv.Error:
        raise Unreadable(
            _(
                "After row {number} a quotation mark stands alone, or a cell is far too long. Mend it and choose the file again.",
                number=number,
            )
        ) from None


def _named_separator(first: str) -> tuple[bool, str]:
    """Excel may say in the first line what separates: sep=;"""
    line = first.strip("\ufeff\r\n").lower()
    named = line.startswith("sep=") and len(line) == len("sep=") + 1 and line[-1] in SEPARATORS
    return named, line[-1] if named else ""


def _separator(text: io.TextIOWrapper) -> str:
    """The one that makes most columns of the first rows."""
    head = [text.readline(100_000) for _row in range(SNIFFED)]
    columns = dict.fromkeys(SEPARATORS, 0)
    for separator in SEPARATORS:
        try:
            columns[separator] = sum(len(row) for row in csv.reader(head, delimiter=separator))
        except csv.Error:
            continue
    return max(columns, key=lambda separator: columns[separator])


def _cell(text: str) -> str:
    """Spreadsheets write ="0123" where digits must stay letters; anything else that begins a formula is one."""
    text = text.strip()
    if not text.startswith("="):
        return text[: LONGEST_CELL + 1]
    kept = text[2:-1] if text.startswith('="') and text.endswith('"') else ""
    return kept if kept.isascii() and kept.isalnum() else Formula(text[: LONGEST_CELL + 1])
