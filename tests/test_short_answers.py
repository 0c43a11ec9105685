"""Short answers are understood as people write them: with courtesy, with a reason, in the spelling of a chat."""

import re
from datetime import date

import pytest

from dialogue.questions import choice, maybe, text, yes_no
from locales import _

TODAY = date(2026, 11, 22)
OWNS = yes_no(_("Do you have your card number (KPJ) or your NIK at hand?"), _("Yes, I do"), _("No, I don't"))
WHERE = choice(_("Where are you now?"), {"before": _("Before departure"), "during": _("Working abroad"), "after": _("On leave or back")})


@pytest.mark.parametrize(
    "said",
    [
        *(
            "ya",
            "iya kak",
            "ada",
            "iya ada",
            "punya nik",
            "udah kak",
            "iya punya min",
            "saya setuju",
            "ok",
            "oke kak",
            "inggih",
            "Ya, ini kartunya",
        ),
        *("yes", "yes i have it", "i do", "of course", "yes please", "yes you can", "yes, here it is", "i agree"),
    ],
)
def test_a_yes_is_heard(said: str) -> None:
    assert OWNS.parse(said, TODAY) is True


@pytest.mark.parametrize(
    "said",
    [
        *(
            "ga",
            "ga ada kak",
            "belum ada",
            "gak bawa",
            "blm punya kartu",
            "tidak, kartunya hilang",
            "ya gak punya",
            "mboten",
            "saya tidak setuju",
        ),
        *(
            "no",
            "no thanks",
            "no thank you",
            "no, i don't have it",
            "no i dont",
            "not yet",
            "i do not agree",
            "No, but I have my passport",
            "no. it is with the agency",
        ),
    ],
)
def test_a_no_is_heard(said: str) -> None:
    assert OWNS.parse(said, TODAY) is False


@pytest.mark.parametrize(
    "said",
    [
        *("ga tau", "mungkin", "terima kasih", "ok makasih", "punya nik ga", "ada biaya ga", "iya, tapi jangan disebar", "belum daftar"),
        *("tidak bisa bayar dari sini", "sudah pulang", "apa itu kpj", "yes, but it expired", "ok thanks", "no idea", "kartu", "12345"),
    ],
)
def test_what_may_mean_something_else_is_no_yes_and_no_no(said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        OWNS.parse(said, TODAY)


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ("belum berangkat kak", "before"),
        ("saya masih kerja di luar negeri", "during"),
        ("cuti", "after"),
        ("sudah pulang kak", "after"),
        ("i am working abroad", "during"),
        ("saya kerja di luar negeri", "during"),
    ],
)
def test_an_option_is_known_by_its_words(said: str, stage: str) -> None:
    assert WHERE.parse(said, TODAY) == stage


@pytest.mark.parametrize(
    "said", ["tidak bekerja di luar negeri", "cuti dibayar ga", "belum berangkat atau cuti", "suami saya cuti sakit parah", "luar"]
)
def test_an_option_that_is_denied_asked_about_or_only_touched_is_not_chosen(said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        WHERE.parse(said, TODAY)


@pytest.mark.parametrize("said", ["ga tau kak", "saya tidak tahu", "lupa min", "i don't know", "idk", "kurang tau", "-", "?"])
def test_who_does_not_know_may_say_so_in_any_way(said: str) -> None:
    assert maybe(text(_("Who sent you?"))).parse(said, TODAY) is None
