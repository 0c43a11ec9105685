"""Rows of a list are judged cell by cell: what is right becomes a member, what is wrong is told with its column and how to mend it (B9, B15)."""

from __future__ import annotations

from datetime import date

import pytest

from console.roster_columns import Columns, guess, head
from console.roster_rows import Judge
from console.roster_sheet import Figure, Formula
from console.roster_words import FAULTS, mend, what
from locales import LANGUAGES, render
from storage.rosters import Member

TODAY = date(2026, 11, 22)
FIELDS = ["kpj", "nik", "name", "born", "starts_on", "ends_on", "scheme", "programmes"]
RIGHT = ["26010000011", "3515005503900000", "Siti Contoh", "1990-03-15", "2025-04-01", "2027-03-31", "placed", "JKK JKM"]
SITI = Member(
    "26010000011", "3515005503900000", "Siti Contoh", date(1990, 3, 15), "placed", ("JKK", "JKM"), date(2025, 4, 1), date(2027, 3, 31)
)


def judge() -> Judge:
    return Judge(Columns(1, {name: column for column, name in enumerate(FIELDS)}), TODAY)


def row(**values: str) -> list[str]:
    return [values.get(name, right) for name, right in zip(FIELDS, RIGHT, strict=True)]


def test_a_right_row_is_a_member() -> None:
    assert judge().judge(2, RIGHT) == SITI


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("kpj", "", "empty"),
        ("kpj", "2601000001", "digits_kpj"),
        ("kpj", "2601000001X", "letters"),
        ("kpj", "2.6E+10", "rounded"),
        ("kpj", Formula("=A1"), "formula"),
        ("nik", "351500550390000", "digits_nik"),
        ("nik", "35150055039000001", "digits_nik"),
        ("nik", "1.23E+15", "rounded"),
        ("nik", "3,515E+15", "rounded"),
        ("nik", "3515005503900000.0", "rounded"),
        ("nik", Figure("3515005503900000"), "rounded"),
        ("nik", "35150055o3900000", "letters"),
        ("nik", "0015005503900000", "nik_place"),
        ("nik", "3515003202900000", "nik_birth"),
        ("nik", "3515005513900000", "nik_birth"),
        ("nik", "0" * 16, "nik_place"),
        ("name", "", "empty"),
        ("name", "=HYPERLINK(1)", "formula"),
        ("name", "@SUM(1)", "formula"),
        ("name", "x" * 101, "long"),
        ("name", "12345", "name"),
        ("born", "31/02/1990", "date"),
        ("born", "kemarin", "date"),
        ("born", "15/03/90", "date_year"),
        ("born", "03/15/1990", "date_order"),
        ("born", "2027-01-01", "born_late"),
        ("born", Figure("1e400"), "date"),
        ("born", "1066-10-14", "date_far"),
        ("ends_on", "2025-03-31", "ends_first"),
        ("ends_on", Figure("-5"), "date_far"),
        ("ends_on", "x" * 501, "long"),
        ("starts_on", "", "empty"),
        ("scheme", "teman", "scheme"),
        ("programmes", "JKK JP", "programmes"),
        ("programmes", "-", "programmes"),
    ],
)
def test_a_wrong_cell_leaves_the_row_out_and_is_named(field: str, cell: str, code: str) -> None:
    """B9"""
    one = judge()
    assert one.judge(7, row(**{field: cell})) is None
    assert [(fault.row, fault.field, fault.code) for fault in one.report.faults] == [(7, field, code)]
    assert (one.report.rows, one.report.members, one.report.left_out) == (1, 0, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "1990-03-15",
        "15/03/1990",
        "15-3-1990",
        "15.03.1990",
        "15 Maret 1990",
        "15-Mar-1990",
        "1990-03-15 00:00:00",
        "15/03/1990 00:00",
        Figure("32947"),
        Figure("32947.0"),
    ],
)
def test_a_day_may_be_written_in_every_usual_way(cell: str) -> None:
    assert judge().day(cell) == date(1990, 3, 15)


def test_days_of_a_workbook_may_count_from_1904() -> None:
    assert Judge(Columns(1, {}), TODAY, days_begin_1904=True).day(Figure("31485")) == date(1990, 3, 15)


def test_numbers_may_have_spaces_and_a_card_number_may_be_a_figure() -> None:
    found = judge().judge(2, row(kpj=Figure("26010000011"), nik="3515 0055 0390 0000"))
    assert found == SITI


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    one = judge()
    one.judge(3, row(kpj="", born="x", scheme="y"))
    assert [fault.code for fault in one.report.faults] == ["empty", "date", "scheme"]
    assert one.report.left_out == 1


def test_a_person_without_nik_or_birth_date_cannot_prove_themselves() -> None:
    one = judge()
    assert one.judge(2, row(nik="")) is not None
    assert one.judge(3, row(kpj="26010000029", nik="3515001207880000", born="")) is not None
    assert one.judge(4, row(kpj="26010000037", nik="", born="")) is None
    assert one.report.faults[0].code == "no_proof"


def test_doubles_are_told_with_the_row_they_double() -> None:
    """B15"""
    one = judge()
    one.judge(2, RIGHT)
    one.judge(3, RIGHT)
    one.judge(4, row(name="Somebody Else"))
    one.judge(5, row(kpj="26010000029"))
    assert [(fault.row, fault.field, fault.code, fault.other) for fault in one.report.faults] == [
        (3, "kpj", "same_row", 2),
        (4, "kpj", "same_kpj", 2),
        (5, "nik", "same_nik", 2),
    ]


def test_what_is_the_same_for_all_rows_need_not_stand_in_a_column() -> None:
    one = Judge(Columns(1, {name: at for at, name in enumerate(FIELDS[:6])}, {"scheme": "placed", "programmes": "JKK JKM"}), TODAY)
    assert one.judge(2, RIGHT[:6]) == SITI


def test_the_report_keeps_nothing_of_what_stood_there() -> None:
    """P1"""
    one = judge()
    one.judge(2, row(nik="351500550390", name="Siti Rahasia", born="15/03/90"))
    assert "3515" not in str(one.report.kept())
    assert "Rahasia" not in str(one.report.kept())


def test_headings_in_both_languages_are_understood_also_under_a_title() -> None:
    rows = [
        (1, ["DAFTAR PESERTA PMI"]),
        (3, ["No.", "No. KPJ", "NIK", "Nama Peserta", "Tgl. Lahir", "Mulai", "Berakhir", "Jenis PMI", "Program"]),
        (4, ["1", "26010000011"]),
    ]
    found = head(rows)
    assert found.number == 3
    assert guess(found.headings) == {name: column for column, name in enumerate(FIELDS, 1)}
    english = ["Card number", "National ID", "Full name", "Date of birth", "Start date", "End date", "Scheme", "Programmes"]
    assert guess(english) == {name: column for column, name in enumerate(FIELDS)}
    assert [found.rows[0][0], head([(1, ["x", "y"])]).number] == [4, 1]


def test_what_a_list_must_have_and_this_one_has_not_is_named() -> None:
    assert Columns(1, {"kpj": 0, "name": 1, "nik": 2}).missing == ["starts_on", "ends_on", "scheme", "programmes"]
    assert Columns(1, {name: 0 for name in FIELDS if name not in ("nik", "born")}).missing == ["born"]


def test_every_fault_says_what_it_is_and_how_to_mend_it() -> None:
    for code in FAULTS:
        for language in LANGUAGES:
            assert render(what(code, 17), language)
            assert render(mend(code), language).endswith(".")


def test_any_cell_at_all_is_judged_and_never_fails() -> None:
    """B6"""
    from tests.hostile import PAYLOADS

    one = judge()
    for number, payload in enumerate(PAYLOADS):
        for field in FIELDS:
            one.judge(number, row(**{field: payload}))
    assert set(one.report.counted) <= set(FAULTS)
