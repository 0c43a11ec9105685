"""A list of members as rows of cells, whatever file it came in, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from locales import Text, _

LARGEST = 10 << 20  # bytes of a file
MOST_ROWS, MOST_COLUMNS = 100_000, 200
LONGEST_CELL = 500  # characters that are kept of a cell; no name or number is as long

TOO_WIDE = _("The list has more than {most} columns. Keep the columns about members in a file of their own.", most=MOST_COLUMNS)
TOO_LONG = _("The list has more than {most} rows. Import it in parts.", most=MOST_ROWS)


class Unreadable(Exception):
    """The file cannot be read as a list; the text says why, and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


class Figure(str):
    """A cell in which a workbook holds a number, not letters."""

    __slots__ = ()


class Formula(str):
    """A cell that is computed."""

    __slots__ = ()


Row = tuple[int, list[str]]  # the number that a spreadsheet shows beside it, and its cells


@dataclass(frozen=True)
class Sheet:
    """Rows, read one after the other; `rows_at_most` is a guess of how many there are. `notes` is filled while they are read."""

    rows: Iterator[Row]
    rows_at_most: int
    notes: list[Text]
    days_begin_1904: bool = False
