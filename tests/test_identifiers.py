"""Numbers people carry: right ones are read however they are typed, wrong ones are refused by the part that is wrong."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue import Question, Unclear
from dialogue.identifiers import kpj, kpj_or_nik, last_digits, nik
from locales import _, render

TODAY = date(2026, 11, 22)
KPJ, NIK, EITHER, LAST = kpj(_("Card?")), nik(_("NIK?")), kpj_or_nik(_("Number?")), last_digits(_("Last?"), 4)


def why(question: Question[str], said: str) -> str:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (Unclear, or that it is no number at all)
        question.parse(said, TODAY)
    return render(refused.value.hint, "en") if isinstance(refused.value, Unclear) else ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("3515001503900001", "3515001503900001"),
        ("3515005503900000", "3515005503900000"),  # a woman: day + 40; a demo member: district 00, serial 0000
        ("3515 0015 0390 0001", "3515001503900001"),
        ("3515.0015.0390.0001", "3515001503900001"),
        ("351500-150390-0001", "3515001503900001"),
        ("NIK: 3515001503900001", "3515001503900001"),
        ("nik sy 3515001503900001 kak", "3515001503900001"),
        ("３５１５００１５０３９００００１", "3515001503900001"),
        ("٣٥١٥٠٠١٥٠٣٩٠٠٠٠١", "3515001503900001"),
        ("3515\u200b001503900001", "3515001503900001"),
        ("1101000101000001", "1101000101000001"),  # the first province, 1 January 2000
        ("9601003112990001", "9601003112990001"),
        ("3515002902000001", "3515002902000001"),  # 29 February 2000
        ("3515006902880001", "3515006902880001"),
        ("3515007101900001", "3515007101900001"),  # a woman born on the 31st
    ],
)
def test_a_right_nik_is_read_however_it_is_typed(said: str, meant: str) -> None:
    assert NIK.parse(said, TODAY) == meant


PROVINCE = "The first two digits of the NIK are no province. Please check the beginning."
MONTH = "In the date of birth within the NIK, the month is not right. Please check digits 9 and 10."
DAY = "In the date of birth within the NIK, the day is not right. Please check digits 7 and 8."
LETTER = "There is a letter or a sign in the number. Please type digits only."


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("351500150390001", "A NIK has 16 digits. I counted 15 digits."),
        ("35150015039000012", "A NIK has 16 digits. I counted 17 digits."),
        ("7", "A NIK has 16 digits. I counted 1 digit."),
        ("35150O1503900001", LETTER),
        ("3515001503900OO1", LETTER),
        ("351500150390+0001", LETTER),
        ("0015001503900001", PROVINCE),
        ("9915001503900001", PROVINCE),
        ("1015001503900001", PROVINCE),
        ("0000000000000000", PROVINCE),
        ("3515003102900001", DAY),  # 31 February
        ("3515007102900001", DAY),
        ("3515003002900001", DAY),
        ("3515002902990001", DAY),  # 1999 and 2099 have no 29 February
        ("3515003104900001", DAY),
        ("3515000003900001", DAY),
        ("3515004003900001", DAY),
        ("3515003203900001", DAY),
        ("3515007203900001", DAY),
        ("3515009903900001", DAY),
        ("3515001500900001", MONTH),
        ("3515001513900001", MONTH),
    ],
)
def test_a_wrong_nik_is_refused_by_the_part_that_is_wrong(said: str, reason: str) -> None:
    assert why(NIK, said) == reason


@pytest.mark.parametrize("said", ["", "halo", "tidak ada", "berapa biayanya?", "😀"])
def test_what_holds_no_number_is_left_to_others(said: str) -> None:
    for question in (KPJ, NIK, EITHER, LAST):
        assert why(question, said) == ""


@pytest.mark.parametrize("said", ["26010000011", "2601 0000 011", "KPJ 26010000011", "no. kpj: 26-010000011", "２６０１００００011"])
def test_a_card_number_has_eleven_digits(said: str) -> None:
    assert KPJ.parse(said, TODAY) == EITHER.parse(said, TODAY) == "26010000011"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("2601000001", "A card number (KPJ) has 11 digits. I counted 10 digits."),
        ("260100000111", "A card number (KPJ) has 11 digits. I counted 12 digits."),
        ("2601000OO11", LETTER),
    ],
)
def test_a_wrong_card_number_is_refused(said: str, reason: str) -> None:
    assert why(KPJ, said) == reason


def test_either_number_is_told_by_its_length() -> None:
    assert EITHER.parse("3515005503900000", TODAY) == "3515005503900000"
    assert why(EITHER, "0015001503900001") == PROVINCE
    assert why(EITHER, "123456789012") == "A card number (KPJ) has 11 digits and a NIK 16. I counted 12 digits."


def test_the_last_digits_may_be_the_whole_card_number() -> None:
    assert LAST.parse("0011", TODAY) == LAST.parse("00-11", TODAY) == LAST.parse("26010000011", TODAY) == "0011"
    assert why(LAST, "011") == "Please type only the last 4 digits of the card number (KPJ)."


@given(st.text(alphabet="0123456789 .-O", max_size=30))
def test_no_hint_repeats_the_number(said: str) -> None:
    for question in (KPJ, NIK, EITHER, LAST):
        try:
            question.parse(said, TODAY)
        except Unclear as refused:
            told = render(refused.hint, "id")
            assert not re.search(r"\d{3,}", told)
        except ValueError:
            pass
