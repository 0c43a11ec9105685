"""Makes Excel workbooks cell by cell, right and wrong ones, for tests of what reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
BOOK = f'<workbook {NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr{{date}}/><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
LINKS = f'<Relationships xmlns="{RELS}"><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/></Relationships>'

Cell = str | int | float | tuple[str, str] | None  # a tuple is a formula and the value it last had


def workbook(
    rows: Sequence[Sequence[Cell]], *, after: str = "", date1904: bool = False, parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """`after` follows the rows in the sheet; `parts` replace files or add them."""
    shared: dict[str, int] = {}
    sheet = "".join(_row(number, cells, shared) for number, cells in enumerate(rows, 1))
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    files: dict[str, str | bytes] = {
        "xl/workbook.xml": BOOK.format(date=' date1904="1"' if date1904 else ""),
        "xl/_rels/workbook.xml.rels": LINKS,
        "xl/sharedStrings.xml": f"<sst {NS}>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {NS}><sheetData>{sheet}</sheetData>{after}</worksheet>",
    }
    return packed({**files, **(parts or {})})


def packed(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _row(number: int, cells: Sequence[Cell], shared: dict[str, int]) -> str:
    made = "".join(_cell(f"{letters(column)}{number}", cell, shared) for column, cell in enumerate(cells) if cell is not None)
    return f'<row r="{number}">{made}</row>'


def _cell(place: str, cell: Cell, shared: dict[str, int]) -> str:
    if isinstance(cell, tuple):
        return f'<c r="{place}" t="str"><f>{escape(cell[0])}</f><v>{escape(cell[1])}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="s"><v>{shared.setdefault(cell, len(shared))}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name
