"""A length is understood as people write it, and what cannot be one is met with a hint that helps."""

from datetime import date

import pytest

from dialogue import Unclear, maybe, months
from dialogue.months import NOT_UNDERSTOOD, OUT_OF_RANGE, SEVERAL, label
from locales import LANGUAGES, Text, _, render

TODAY = date(2026, 11, 22)
QUESTION = months(_("How long?"), 12, 24, 36)


def refused(typed: str) -> Text | None:
    """What is said to an answer that makes no sense; None if it makes some."""
    try:
        QUESTION.parse(typed, TODAY)
    except ValueError as error:
        return error.hint if isinstance(error, Unclear) else QUESTION.hint
    return None


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("18", 18),
        ("18.", 18),
        ("１８", 18),
        ("3 th", 36),
        ("3thn aja", 36),
        ("dua tahun", 24),
        ("2 years", 24),
        ("1,5 tahun", 18),
        ("setahun setengah", 18),
        ("2 tahun 6 bulan", 30),
        ("24 bln", 24),
        ("setahun", 12),
        ("kontrak sy 3 tahun kak", 36),
        ("dua puluh empat", 24),
        ("six", 6),
        ("1", 1),
        ("120", 120),
        ("10 tahun", 120),
    ],
)
def test_a_length_is_read_as_people_write_it(typed: str, length: int) -> None:
    assert QUESTION.parse(typed, TODAY) == length


@pytest.mark.parametrize("typed", ["0", "121", "999999999999999999", "15 tahun", "1,3 tahun", "-5", "12 maret 2027", "umur 30"])
def test_a_number_that_cannot_be_a_contract_is_told_what_can(typed: str) -> None:
    assert refused(typed) == OUT_OF_RANGE


@pytest.mark.parametrize("typed", ["1 atau 2 tahun", "12-24 bulan", "1 or 2 years"])
def test_two_lengths_are_not_guessed_between(typed: str) -> None:
    assert refused(typed) == SEVERAL


@pytest.mark.parametrize("typed", ["", "lama", "👍", "{name}", "lama banget kak"])
def test_words_without_a_number_get_the_example(typed: str) -> None:
    assert refused(typed) == NOT_UNDERSTOOD


def test_the_usual_lengths_stand_on_buttons_that_answer_the_question() -> None:
    assert [QUESTION.parse(key, TODAY) for key, _label in QUESTION.options] == [12, 24, 36]
    for _key, shown in QUESTION.options:
        assert all(QUESTION.parse(render(shown, language), TODAY) in (12, 24, 36) for language in LANGUAGES)


def test_a_length_may_be_left_open() -> None:
    assert maybe(QUESTION).parse("tidak tahu", TODAY) is None
    assert maybe(QUESTION).parse("2 tahun", TODAY) == 24


def test_indonesian_says_one_month_and_many_the_same_way() -> None:
    assert [render(label(count), "id") for count in (1, 12)] == ["1 bulan", "12 bulan"]
    assert [render(label(count), "en") for count in (1, 12)] == ["1 month", "12 months"]
