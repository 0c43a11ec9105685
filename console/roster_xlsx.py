"""Reads the first sheet of an Excel workbook row by row, in little memory. Nothing in it is followed, computed or unpacked further than it says.

The parts are in https://ecma-international.org/publications-and-standards/standards/ecma-376/ (part 1, 12.3 and 18.2 to 18.4).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from console.roster_sheet import LARGEST, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TOO_LONG, TOO_WIDE, Figure, Formula, Row, Sheet, Unreadable
from locales import Text, _

MOST_PARTS = 2000  # files in the archive; a workbook has tens
RATIO, SLACK = 100, 1 << 20  # a part may be so many times as large as its packed form, and a little more
MOST_BYTES = 256 << 20  # of one part, unpacked
MOST_STRINGS = 1_000_000
CHUNK = 1 << 16
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other packings cannot be unpacked bit by bit

BROKEN = _("The workbook is damaged. Open it, save it once more as .xlsx, and choose that file.")
BOMB = _("The workbook unpacks to far more than a list of members. Copy the list into a new workbook and save that.")
ACTIVE = _("The workbook has macros or links to other files. Copy the list, values only, into a new workbook and save it as .xlsx.")
LOCKED = _("The workbook has a password. Save it without one and choose that file.")
NO_WORKBOOK = _("This archive is no Excel workbook. Save the list as .xlsx or CSV.")
MERGED = _("Cells are merged (for example {cells}): only the first of them holds the value. Unmerge them and fill in each row.")


def read(content: bytes) -> Sheet:
    """The first sheet. Raises Unreadable, also while the rows are read."""
    archive = _open(content)
    book = _Book()
    _parse(archive, "xl/workbook.xml", book.start)
    links = _Links()
    _parse(archive, "xl/_rels/workbook.xml.rels", links.start)
    path = links.targets.get(book.sheet, "worksheets/sheet1.xml").removeprefix("/xl/")
    strings = _Strings()
    if "xl/sharedStrings.xml" in archive.namelist():
        _parse(archive, "xl/sharedStrings.xml", strings.start, strings.end, strings.text)
    cells = _Cells(strings.all)
    notes: list[Text] = []
    return Sheet(_rows(archive, f"xl/{path}", cells, notes), _guess(archive, f"xl/{path}"), notes, book.days_begin_1904)


def _open(content: bytes) -> zipfile.ZipFile:
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise Unreadable(BOMB)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(BROKEN) from None
    names = archive.namelist()
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise Unreadable(LOCKED)
    if any(name.endswith("vbaProject.bin") or name.startswith("xl/externalLinks/") for name in names):
        raise Unreadable(ACTIVE)
    if "xl/workbook.xml" not in names:
        raise Unreadable(NO_WORKBOOK)
    return archive


def _guess(archive: zipfile.ZipFile, path: str) -> int:
    """How many rows there may be, by the size of the sheet: good enough for a bar that shows how far we are."""
    return max(min(archive.getinfo(path).file_size // 400, MOST_ROWS), 1) if path in archive.namelist() else 1


def _rows(archive: zipfile.ZipFile, path: str, cells: _Cells, notes: list[Text]) -> Iterator[Row]:
    for _chunk in _parsed(archive, path, cells.start, cells.end, cells.text):
        yield from cells.taken()
    if cells.merged:
        notes.append(Text(MERGED.msgid, (("cells", cells.merged),)))


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _parse(archive: zipfile.ZipFile, path: str, start: Start, end: End | None = None, text: End | None = None) -> None:
    for _chunk in _parsed(archive, path, start, end, text):
        pass


def _parsed(archive: zipfile.ZipFile, path: str, start: Start, end: End | None, text: End | None) -> Iterator[None]:
    """Feed a part to the parser, bit by bit; what it unpacks to is counted as it comes, whatever its header says."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype  # the way in of entities, which workbooks do not have
    try:
        info = archive.getinfo(path)
        if info.compress_type not in PLAIN:
            raise Unreadable(BROKEN)
        left = min(MOST_BYTES, RATIO * min(info.compress_size, LARGEST) + SLACK)
        with archive.open(info) as part:
            while chunk := part.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Unreadable(BOMB)
                parser.Parse(chunk)
                yield
            parser.Parse(b"", True)
            yield
    except (KeyError, expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise Unreadable(BROKEN) from None


def _no_doctype(*_declared: object) -> None:
    raise Unreadable(ACTIVE)


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


class _Book:
    """Which sheet is first, and from when days count."""

    def __init__(self) -> None:
        self.sheet, self.days_begin_1904 = "", False

    def start(self, name: str, values: dict[str, str]) -> None:
        local = _local(name)
        if local == "sheet" and not self.sheet:
            self.sheet = next((value for key, value in values.items() if key.endswith(":id")), "")
        if local == "workbookPr":
            self.days_begin_1904 = values.get("date1904") in ("1", "true")


class _Links:
    """Where the sheets are."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, values: dict[str, str]) -> None:
        if _local(name) == "Relationship" and values.get("TargetMode") != "External":
            self.targets[values.get("Id", "")] = values.get("Target", "")


class _Strings:
    """The texts that cells share, by their place."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._parts: list[str] = []
        self._reading = self._spoken = False

    def start(self, name: str, _values: dict[str, str]) -> None:
        local = _local(name)
        if local == "rPh":  # how it is pronounced
            self._spoken = True
        self._reading = local == "t" and not self._spoken

    def end(self, name: str) -> None:
        local = _local(name)
        self._reading = False
        if local == "rPh":
            self._spoken = False
        if local == "si":
            self.all.append("".join(self._parts)[: LONGEST_CELL + 1].strip())
            self._parts.clear()
            if len(self.all) > MOST_STRINGS:
                raise Unreadable(TOO_LONG)

    def text(self, text: str) -> None:
        if self._reading:
            self._parts.append(text[: LONGEST_CELL + 1])


class _Cells:
    """The rows of a sheet, as they come."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._ready: list[Row] = []
        self._row: list[str] = []
        self._number = self._count = self._column = 0
        self._kind, self._value, self._computed, self._reading = "", "", False, False
        self.merged = ""

    def taken(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, values: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._column = _column(values.get("r", ""), self._column + 1)
            if self._column >= MOST_COLUMNS:
                raise Unreadable(TOO_WIDE)
            self._kind, self._value, self._computed = values.get("t", "n"), "", False
        elif local == "f":
            self._computed = True
        elif local in ("v", "t"):
            self._reading = True
        elif local == "row":
            self._number = int(values.get("r") or self._number + 1)
            self._row, self._column = [], -1
            self._count += 1
            if self._count > MOST_ROWS:
                raise Unreadable(TOO_LONG)
        elif local == "mergeCell" and not self.merged:
            self.merged = values.get("ref", "")[:20]

    def text(self, text: str) -> None:
        if self._reading:
            self._value = (self._value + text)[: LONGEST_CELL + 1]

    def end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self._reading = False
        elif local == "c":
            cell = self._cell()
            if cell:
                self._row += [""] * (self._column - len(self._row))
                self._row.append(cell)
        elif local == "row" and any(self._row):
            self._ready.append((self._number, self._row))

    def _cell(self) -> str:
        value = self._value.strip()
        if self._computed:
            return Formula(value or "=")
        if self._kind == "s":
            return self._strings[int(value)] if value.isdecimal() and int(value) < len(self._strings) else ""
        return Figure(value) if self._kind == "n" and value else value


def _column(reference: str, following: int) -> int:
    """BC7 is column 54; a cell without a reference follows the one before it."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1 if column else following
