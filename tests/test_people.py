"""Names and telephone numbers as people type them: what is understood, what is asked again, and how much of a number is shown."""

from datetime import date

import pytest

from dialogue import Unclear, name, phone, shown
from dialogue.people import INCOMPLETE, ONE, SHORT, SPECIAL
from locales import Text, _
from tests.hostile import PAYLOADS

TODAY = date(2026, 11, 22)
PHONE, NAME = phone(_("Number?")), name(_("Name?"))


@pytest.mark.parametrize(
    ("typed", "country", "meant"),
    [
        ("0812-3456-7890", None, "+6281234567890"),
        ("0812 3456 7890 (wa)", "TW", "+6281234567890"),
        ("(0812) 3456 7890", None, "+6281234567890"),
        ("wa saya 0812 3456 7890", "HK", "+6281234567890"),
        ("8123456789", None, "+628123456789"),
        ("62812 3456 7890", "TW", "+6281234567890"),
        ("０８１２３４５６７８９０", None, "+6281234567890"),
        ("+852 6123 4567", None, "+85261234567"),
        ("6123 4567", "HK", "+85261234567"),
        ("85261234567", "HK", "+85261234567"),
        ("00886 912 345 678", None, "+886912345678"),
        ("0912 345 678", "TW", "+886912345678"),
        ("012-345 6789", "MY", "+60123456789"),
        ("010-1234-5678", "KR", "+821012345678"),
        ("080-1234-5678", "JP", "+818012345678"),
        ("0501234567", "SA", "+966501234567"),
        ("\u202a+62 812\u00a03456 7890\u202c", None, "+6281234567890"),
    ],
)
def test_a_number_in_any_usual_writing_is_understood(typed: str, country: str | None, meant: str) -> None:
    assert PHONE.parse(typed, TODAY).e164(country) == meant


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("175", SHORT),
        ("081234", SHORT),
        ("0812 3456 7890 / 0813 4567 8901", ONE),
        ("05x1234567", ONE),
        ("999999999999999999999", ONE),
        ("+1 900 555 0123", SPECIAL),
        ("+999 123456789", INCOMPLETE),
    ],
)
def test_what_cannot_be_a_number_gets_a_hint_that_says_why(typed: str, hint: Text) -> None:
    with pytest.raises(Unclear) as unclear:
        PHONE.parse(typed, TODAY)
    assert unclear.value.hint == hint


@pytest.mark.parametrize(("typed", "country", "hint"), [("0809 1 234 567", None, SPECIAL), ("1234567", "HK", INCOMPLETE)])
def test_a_number_no_country_knows_is_not_kept(typed: str, country: str | None, hint: Text) -> None:
    dialled = PHONE.parse(typed, TODAY)
    assert dialled.e164(country) is None
    assert dialled.why_not(country) == hint


@pytest.mark.parametrize("number", ["+6281234567890", "+85261234567", "+6591234567"])
def test_only_the_end_of_a_number_is_shown(number: str) -> None:
    assert shown(number).endswith(number[-4:])
    assert number[4:-4] not in shown(number).replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Siti", "Siti"),
        ("  nama saya   Siti Aminah ", "Siti Aminah"),
        ("saya Budi", "Budi"),
        ("Nama: joko", "joko"),
        ("I am Sri Wahyuni.", "Sri Wahyuni"),
        ("D'Arcy-Putri, S.Pd", "D'Arcy-Putri, S.Pd"),
        ("陳小明", "陳小明"),
        ("ꦱꦶꦠꦶ", "ꦱꦶꦠꦶ"),
    ],
)
def test_a_name_is_taken_as_it_is_said(typed: str, meant: str) -> None:
    assert NAME.parse(typed, TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "🙂",
        "a",
        "ya",
        "tidak",
        "gatau",
        "Siti123",
        "{name}",
        "<b>x</b>",
        "x" * 81,
        "saya mau daftar",
        "0812",
        "hapus data saya",
        "klaim",
    ],
)
def test_what_is_no_name_is_asked_again(typed: str) -> None:
    with pytest.raises(Unclear):
        NAME.parse(typed, TODAY)


@pytest.mark.parametrize("typed", PAYLOADS)
def test_hostile_text_is_a_plain_name_or_none(typed: str) -> None:
    try:
        said = NAME.parse(typed, TODAY)
    except ValueError:
        return
    assert not set(said) & set('<>{}()[]=;:/\\"%$&#@|*_~\r\n\t\u202e\u2066')
