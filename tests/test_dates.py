"""Dates in any usual writing become the right day; what cannot be is refused with the reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue import Unclear
from dialogue.dates import born, day, day_of, day_within
from locales import Month, _, render

TODAY = date(2026, 11, 22)  # a Sunday
AHEAD, PAST, WITHIN, BORN = day(_("When?")), day(_("When?"), past=True), day_within(_("Which day?")), born(_("Born when?"))


def why(read: object, said: str, language: str = "en") -> str:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (Unclear, or that it is no date at all)
        read.parse(said, TODAY)  # type: ignore[attr-defined]
    return render(refused.value.hint, language) if isinstance(refused.value, Unclear) else ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        # numbers, the Indonesian way round
        ("3/12/24", date(2024, 12, 3)),
        ("12-03-2027", date(2027, 3, 12)),
        ("12.3.2027", date(2027, 3, 12)),
        ("12 3 2027", date(2027, 3, 12)),
        ("12 / 3 / 27", date(2027, 3, 12)),
        ("2027-03-12", date(2027, 3, 12)),
        ("2027/3/12", date(2027, 3, 12)),
        ("12032027", date(2027, 3, 12)),
        ("20270312", date(2027, 3, 12)),
        ("120327", date(2027, 3, 12)),
        ("１２／０３／２０２７", date(2027, 3, 12)),
        ("١٢/٣/٢٠٢٧", date(2027, 3, 12)),
        ("12\u200b/03/2027", date(2027, 3, 12)),
        ("3/12", date(2026, 12, 3)),
        ("3/10", date(2027, 10, 3)),
        ("03/2027", Month(2027, 3)),
        ("3/27", Month(2027, 3)),
        ("2027-03", Month(2027, 3)),
        # months by name
        ("12 maret 2025", date(2025, 3, 12)),
        ("12 Maret 2027.", date(2027, 3, 12)),
        ("tgl 12 maret 2027 kak", date(2027, 3, 12)),
        ("12mar27", date(2027, 3, 12)),
        ("12-Mar-27", date(2027, 3, 12)),
        ("12 mar", date(2027, 3, 12)),
        ("12 des", date(2026, 12, 12)),
        ("22 november", date(2026, 11, 22)),
        ("21 nopember", date(2027, 11, 21)),
        ("1 agt 27", date(2027, 8, 1)),
        ("march 12, 2025", date(2025, 3, 12)),
        ("March 12th", date(2027, 3, 12)),
        ("the 12th of March 2027", date(2027, 3, 12)),
        ("2027 maret 12", date(2027, 3, 12)),
        ("Maret 2027", Month(2027, 3)),
        ("MARET", Month(2027, 3)),
        ("desember", Month(2026, 12)),
        ("november", Month(2026, 11)),
        ("maret '27", Month(2027, 3)),
        ("maret 27", Month(2027, 3)),
        ("maret 12", date(2027, 3, 12)),
        ("bulan 3 2027", Month(2027, 3)),
        ("bulan 3 tahun depan", Month(2027, 3)),
        ("tanggal 5 bulan 3 2027", date(2027, 3, 5)),
        ("akhir maret 2027", Month(2027, 3)),
        # seen from today
        ("hari ini", TODAY),
        ("besok", date(2026, 11, 23)),
        ("lusa", date(2026, 11, 24)),
        ("day after tomorrow", date(2026, 11, 24)),
        ("kemarin", date(2026, 11, 21)),
        ("yesterday", date(2026, 11, 21)),
        ("3 hari lagi", date(2026, 11, 25)),
        ("in two weeks", date(2026, 12, 6)),
        ("2 minggu lagi", date(2026, 12, 6)),
        ("seminggu yang lalu", date(2026, 11, 15)),
        ("minggu depan", date(2026, 11, 29)),
        ("senin depan", date(2026, 11, 23)),
        ("minggu lalu", date(2026, 11, 15)),
        ("bulan ini", Month(2026, 11)),
        ("bulan depan", Month(2026, 12)),
        ("bln dpn", Month(2026, 12)),
        ("next month", Month(2026, 12)),
        ("bulan kemarin", Month(2026, 10)),
        ("tgl 5 bulan depan", date(2026, 12, 5)),
        ("5 bulan depan", date(2026, 12, 5)),
        ("5 bulan ke depan", Month(2027, 4)),
        ("2 bulan lagi", Month(2027, 1)),
        ("1 bln lagi", Month(2026, 12)),
        ("dua bulan lagi", Month(2027, 1)),
        ("sebulan lagi", Month(2026, 12)),
        ("in 2 months", Month(2027, 1)),
        ("1,5 tahun lagi", Month(2028, 5)),
        ("1 tahun 3 bulan lagi", Month(2028, 2)),
        ("2 th lagi", Month(2028, 11)),
        ("2 months ago", Month(2026, 9)),
        ("maret tahun depan", Month(2027, 3)),
        ("12 maret tahun depan", date(2027, 3, 12)),
        ("tahun lalu bulan juni", Month(2025, 6)),
        ("juni thn lalu", Month(2025, 6)),
        ("march next year", Month(2027, 3)),
        ("maret depan", Month(2027, 3)),
        ("last june", Month(2026, 6)),
        ("akhir tahun", Month(2026, 12)),
        ("akhir tahun depan", Month(2027, 12)),
        ("end of the year", Month(2026, 12)),
        ("awal 2027", Month(2027, 1)),
        # among other words
        ("kontrak sy hbs tgl 12 maret 2027 kak", date(2027, 3, 12)),
        ("kontrak 3 tahun, maret 2027", Month(2027, 3)),
        ("kontrak 2 tahun sampai bulan depan", Month(2026, 12)),
        ("12 maret 2025 sampai 12 maret 2027", date(2027, 3, 12)),
        ("tdk tau pasti, mungkin maret", Month(2027, 3)),
        # not known
        ("tidak tahu", None),
        ("gatau", None),
        ("lupa kak tanggalnya", None),
        ("I don't know", None),
        ("?", None),
    ],
)
def test_a_date_in_any_usual_writing_is_understood(said: str, meant: date | Month | None) -> None:
    assert AHEAD.parse(said, TODAY) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12 mar", date(2026, 3, 12)),
        ("3/12", date(2025, 12, 3)),
        ("22/11", TODAY),
        ("desember", Month(2025, 12)),
        ("november", Month(2026, 11)),
        ("juni 24", Month(2024, 6)),
        ("maret 27", date(2026, 3, 27)),
        ("2 tahun yang lalu", Month(2024, 11)),
        ("udah 2 tahun", Month(2024, 11)),
        ("senin lalu", date(2026, 11, 16)),
        ("barusan", TODAY),
    ],
)
def test_without_a_year_a_day_in_the_past_is_the_last_one(said: str, meant: date | Month) -> None:
    assert PAST.parse(said, TODAY) == meant


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("31 februari 2027", "February 2027 has 28 days. Which day do you mean?"),
        ("29/2/27", "February 2027 has 28 days. Which day do you mean?"),
        ("32 maret 2027", "March 2027 has 31 days. Which day do you mean?"),
        ("0/3/2027", "March 2027 has 31 days. Which day do you mean?"),
        ("45/13/2020", "There is no month 13. Please write the day first, then the month: 12 March 2027."),
        ("3/25/2027", "There is no month 25. Please write the day first, then the month: 12 March 2027."),
        ("1/1/1900", "The year 1900 does not seem right here. Please type the whole date again."),
        ("1 januari 2200", "The year 2200 does not seem right here. Please type the whole date again."),
        ("2027", "Please say the month too, for example March 2027."),
        ("tahun depan", "Please say the month too, for example March 2027."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_reason(said: str, reason: str) -> None:
    assert why(AHEAD, said) == reason


def test_the_reason_is_said_in_indonesian_too() -> None:
    assert why(AHEAD, "31 februari 2027", "id") == "Februari 2027 hanya punya 28 hari. Tanggal berapa maksud Anda?"


def test_a_day_to_come_is_no_day_in_the_past() -> None:
    assert why(PAST, "12 maret 2027") == "12 March 2027 is still to come. I mean a day in the past."
    assert why(PAST, "bulan depan") == "December 2026 is still to come. I mean a day in the past."


@pytest.mark.parametrize(
    "said",
    ["", "halo", "3 th brp", "3515005503900000", "26010000011", "0812-9007-0027", "%s {name} <b>", "😀😀", "'; DROP TABLE x;--", "٪", "²"],
)
def test_what_is_no_date_is_left_to_others(said: str) -> None:
    assert why(AHEAD, said) == ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12", 12),
        ("tgl 12", 12),
        ("12th", 12),
        ("１２", 12),
        ("31", 31),
        ("gatau", None),
        ("akhir bulan", None),
        ("awal", None),
    ],
)
def test_the_day_of_a_month_is_a_number_or_not_known(said: str, meant: int | None) -> None:
    assert WITHIN.parse(said, TODAY) == meant


def test_a_whole_date_is_a_day_after_all_but_another_month_is_not() -> None:
    assert WITHIN.parse("12 april 2027", TODAY) == date(2027, 4, 12)
    assert "back" in why(WITHIN, "april 2027")


def test_a_month_has_no_more_days_than_it_has() -> None:
    assert day_of(Month(2028, 2), 29) == date(2028, 2, 29)
    with pytest.raises(Unclear):
        day_of(Month(2027, 2), 29)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("15/3/90", date(1990, 3, 15)),
        ("15 maret 1990", date(1990, 3, 15)),
        ("15031990", date(1990, 3, 15)),
        ("150390", date(1990, 3, 15)),
        ("1990-03-15", date(1990, 3, 15)),
        ("1/2/03", date(2003, 2, 1)),
        ("29 feb 1988", date(1988, 2, 29)),
    ],
)
def test_a_day_of_birth_may_be_written_in_any_way(said: str, meant: date) -> None:
    assert BORN.parse(said, TODAY) == meant


@pytest.mark.parametrize("said", ["maret 1990", "15 maret", "31/2/1990", "12/3/2027", "1 jan 2020", "15 mar 1900"])
def test_a_day_of_birth_needs_day_month_and_a_year_that_can_be(said: str) -> None:
    assert why(BORN, said)


@pytest.mark.parametrize("said", ["tidak tahu", "makasih kak", "berapa biayanya"])
def test_what_is_no_day_at_all_may_be_something_else(said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        BORN.parse(said, TODAY)
    assert not isinstance(refused.value, Unclear), "there is nothing to correct in it"


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_is_refused(said: str) -> None:
    for question in (AHEAD, PAST, WITHIN, BORN):
        try:
            answer = question.parse(said, TODAY)
        except ValueError:
            continue
        assert answer is None or isinstance(answer, (date, Month, int))


@given(st.dates(date(2000, 1, 1), date(2046, 1, 1)))
def test_every_day_is_understood_as_we_write_it_in_both_languages(meant: date) -> None:
    for language in ("id", "en"):
        assert AHEAD.parse(render(meant, language), TODAY) == meant
    assert AHEAD.parse(meant.isoformat(), TODAY) == meant
    assert AHEAD.parse(f"{meant.day}/{meant.month}/{meant.year}", TODAY) == meant
