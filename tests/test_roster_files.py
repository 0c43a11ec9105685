"""Lists as people keep them are read, whatever wrote them; what could hurt is refused in a sentence, at once, in little memory (B15, B16)."""

from __future__ import annotations

import contextlib
import io
import random
import resource
import time
import zipfile

import pytest

from console.roster_files import read
from console.roster_sheet import LARGEST, MOST_COLUMNS, MOST_ROWS, Figure, Formula, Unreadable
from locales import render
from tests.workbooks import LINKS, NS, packed, workbook

LIST = "KPJ;Nama;Tgl Lahir\r\n26010000011;Siti Contoh;15/03/1990\r\n"
ROWS = [(1, ["KPJ", "Nama", "Tgl Lahir"]), (2, ["26010000011", "Siti Contoh", "15/03/1990"])]


def rows(content: bytes) -> list[tuple[int, list[str]]]:
    return list(read(content).rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", list(";,\t|"))
def test_every_usual_encoding_and_separator_is_understood(encoding: str, separator: str) -> None:
    """B15"""
    assert rows(LIST.replace(";", separator).encode(encoding)) == ROWS


def test_letters_of_western_windows_are_read() -> None:
    assert rows("Nama;KPJ\nJosé Müller;26010000011\n".encode("cp1252"))[1][1][0] == "José Müller"


def test_lines_may_end_in_every_way_and_rows_keep_their_numbers() -> None:
    """B15"""
    assert rows(b"a,b\r\n1,2\n\n3,4\r5,6") == [(1, ["a", "b"]), (2, ["1", "2"]), (4, ["3", "4"]), (5, ["5", "6"])]


def test_excels_own_line_about_the_separator_is_no_row() -> None:
    assert rows(b"sep=;\r\na;b,c\r\n1;2\r\n") == [(2, ["a", "b,c"]), (3, ["1", "2"])]


def test_digits_kept_as_text_are_digits_and_formulas_are_marked() -> None:
    found = rows(b'a,b\n"=""0123""",=1+1\n')[1][1]
    assert found == ["0123", "=1+1"]
    assert [isinstance(cell, Formula) for cell in found] == [False, True]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "nothing in this file"),
        (b"  \r\n", "nothing in this file"),
        (b'a,b\n1,"2\n3,4\n', "quotation mark"),
        (b'a,b\n1,"2"x\n', "quotation mark"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "far too long"),
        (b",".join([b"x"] * 10_000) + b"\n", f"more than {MOST_COLUMNS} columns"),
        (b"1,2\n" * (MOST_ROWS + 1), "more than 100,000 rows"),
        (b"a" * (LARGEST + 1), "larger than 10 MB"),
        (b"\xd0\xcf\x11\xe0old excel", "old or locked"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither CSV nor"),
        (b"a,b\n1,\0\0\n", "neither CSV nor"),
        (b"\xff\xfea\0,\0\xd8", "neither CSV nor"),
    ],
    ids=["empty", "blank", "open quote", "quote", "huge cell", "wide", "long", "large", "xls", "png", "NUL", "half a UTF-16"],
)
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    """B15"""
    with pytest.raises(Unreadable) as refused:
        rows(content)
    assert said in render(refused.value.text, "en")


def test_a_workbook_is_read_with_its_gaps_numbers_and_formulas() -> None:
    book = workbook([["KPJ", None, "Tgl"], [], ["26010000011", None, 45747], [26010000029, ("A1", "x"), "2026-01-01"]])
    found = rows(book)
    assert found == [(1, ["KPJ", "", "Tgl"]), (3, ["26010000011", "", "45747"]), (4, ["26010000029", "x", "2026-01-01"])]
    assert [type(cell) for cell in found[2][1]] == [Figure, Formula, str]


def test_a_workbook_with_its_texts_in_place_prefixes_and_readings_is_read() -> None:
    sheet = '<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>KPJ</x:t></x:is></x:c><x:c/><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    assert rows(workbook([], parts={"xl/worksheets/sheet1.xml": sheet})) == [(1, ["KPJ", "", "7"])]
    strings = f"<sst {NS}><si><r><t>Si</t></r><r><t>ti</t></r><rPh><t>x</t></rPh></si></sst>"
    assert rows(workbook([["any"]], parts={"xl/sharedStrings.xml": strings})) == [(1, ["Siti"])]


def test_merged_cells_are_told() -> None:
    sheet = read(workbook([["a", "b"], ["1", "2"]], after='<mergeCells count="1"><mergeCell ref="A2:A5"/></mergeCells>'))
    assert list(sheet.rows)
    assert "A2:A5" in render(sheet.notes[0], "en")


def test_days_may_count_from_1904() -> None:
    assert read(workbook([["a"]], date1904=True)).days_begin_1904
    assert not read(workbook([["a"]])).days_begin_1904


def _bomb(beginning: bytes, again: bytes) -> bytes:
    """Some hundred kB that unpack to 200 MB."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(beginning)
            for _part in range(200):
                part.write(again * (1_000_000 // len(again)))
    return made.getvalue()


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>'
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_bomb(b"<worksheet><sheetData><row><c><v>", b"a"), "unpacks to far more"),
        (_bomb(b"<worksheet><sheetData>", b"<row/>"), "more than 100,000 rows"),
        (_bomb(b"<worksheet><sheetData><row>", b"<c/>"), "columns"),
        (packed({f"xl/{number}.xml": "" for number in range(2100)}), "unpacks to far more"),
        (workbook([], parts={SHEET: ENTITY}), "macros or links"),
        (workbook([], parts={SHEET: OUTSIDE}), "macros or links"),
        (workbook([["a"]], parts={"xl/vbaProject.bin": b"x"}), "macros or links"),
        (workbook([["a"]], parts={"xl/externalLinks/externalLink1.xml": "<x/>"}), "macros or links"),
        (workbook([["a"]], parts={SHEET: "<worksheet><sheetData><row>"}), "damaged"),
        (workbook([["a"]], parts={SHEET: '<worksheet><sheetData><row r="x"/></sheetData></worksheet>'}), "damaged"),
        (workbook([["a"]])[:-40], "damaged"),
        (workbook([["a"]], parts={SHEET: '<worksheet><sheetData><row><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'}), "columns"),
        (packed({"word/document.xml": "<x/>", "../../etc/passwd": "x"}), "no Excel workbook"),
        (b"PK\x03\x04", "damaged"),
    ],
    ids=[
        "bomb",
        "rows",
        "cells",
        "entries",
        "entities",
        "outside",
        "macros",
        "links",
        "torn",
        "numbers",
        "cut",
        "wide",
        "docx",
        "head alone",
    ],
)
def test_a_workbook_that_could_hurt_is_refused_at_once(content: bytes, said: str) -> None:
    """B16: at most a second and 200 MiB, counted by what is unpacked."""
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable) as refused:
        rows(content)
    took, grown = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert said in render(refused.value.text, "en")
    assert took < 1
    assert grown < 100 << 10  # KiB


def test_a_locked_workbook_is_refused() -> None:
    """B16"""
    content = bytearray(workbook([["a"]]))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # general purpose flag, bit 0: encrypted
    with pytest.raises(Unreadable) as refused:
        rows(bytes(content))
    assert "password" in render(refused.value.text, "en")


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed: int) -> None:
    """B2: thousands of files with bytes exchanged, cut or doubled."""
    chance = random.Random(seed)
    book = workbook([["KPJ", "Nama", "Tgl"], ["26010000011", "Siti", 45747], [1.5, ("A1", "x"), None]], date1904=True)
    plain = _unpacked(book)
    for number in range(150):
        source = bytearray([LIST.encode(), LIST.encode("utf-16"), book, plain][number % 4])
        for _change in range(chance.randrange(1, 6)):
            at = chance.randrange(len(source))
            source[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
        with contextlib.suppress(Unreadable):
            for _number, cells in read(bytes(source)).rows:
                assert len(cells) <= MOST_COLUMNS
                assert all(isinstance(cell, str) for cell in cells)


def _unpacked(book: bytes) -> bytes:
    """The same workbook without packing, so that a changed byte is a changed letter."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()
