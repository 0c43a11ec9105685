"""What the worker types is understood: topics, lengths of contracts, sums, and above all danger."""

from __future__ import annotations

import pytest

from understanding import TOPICS, amounts_in, hear, is_emergency, months_in


@pytest.mark.parametrize(
    ("said", "months"),
    [
        ("3 th", 36),
        ("dua tahun", 24),
        ("18 bln", 18),
        ("2 years", 24),
        ("kontrak 24 bulan", 24),
        ("setahun", 12),
        ("setengah tahun", 6),
        ("1,5 tahun", 18),
        ("dua setengah tahun", 30),
        ("2 and a half years", 30),
        ("2 tahun 3 bulan", 27),
        ("delapan belas bulan", 18),
        ("kerja baru 2 bln, kontrak 3 th", 36),
        ("klo 3 taun?", 36),
    ],
)
def test_the_length_of_a_contract_is_read_however_it_is_written(said: str, months: int) -> None:
    assert months_in(said) == months


@pytest.mark.parametrize(
    "said", ["", "umur 40 tahun", "kecelakaan 3 th lalu", "3 years ago", "tgl 3 bulan 5", "thn 2024", "bulan maret", "900 tahun", "24"]
)
def test_ages_dates_and_the_past_are_no_length_of_a_contract(said: str) -> None:
    assert months_in(said) is None


@pytest.mark.parametrize(
    ("said", "amounts"),
    [
        ("1,5jt", (1_500_000,)),
        ("370rb apa 332500", (370_000, 332_500)),
        ("Rp 370.000", (370_000,)),
        ("sejuta", (1_000_000,)),
        ("dua ratus ribu", (200_000,)),
        ("rp. 13.500,- per bulan", (13_500,)),
        ("500k", (500_000,)),
    ],
)
def test_sums_in_rupiah_are_read_however_they_are_written(said: str, amounts: tuple[int, ...]) -> None:
    assert amounts_in(said) == amounts


@pytest.mark.parametrize(
    "said", ["1500 nt", "30rb dirham", "NT$ 1500", "nik 3515010101010001", "wa 08123456789", "20%", "tahun 2024", "telp 175"]
)
def test_other_currencies_and_numbers_are_no_sums(said: str) -> None:
    assert amounts_in(said) == ()


@pytest.mark.parametrize(
    "said",
    [
        "tolong sy dikurung majikan ga boleh kluar",
        "tmn pingsan di mess, hrs hub siapa skrg",
        "majikan mukulin aku tiap hari",
        "i dont want to live anymore",
        "my boss locked me in the room",
        "pengen bunuh diri aja",
        "kena razia imigrasi tadi pagi",
        "paspor ditahan majikan diancam dilaporin polisi kalo plg",
    ],
)
def test_danger_is_heard(said: str) -> None:
    assert is_emergency(said)
    assert hear(said).topic == "emergency"


@pytest.mark.parametrize(
    "said",
    [
        "jari kejepit pintu",
        "chat sini cuma bunuh waktu",
        "capek mau mati rasanya panas",
        "bpjs ku udah mati",
        "kecelakaan kerja 3 tahun lalu, msh bs klaim?",
        "bapak meninggal, santunan berapa?",
        "akun jmo terkunci",
        "kalau diperkosa majikan dapat santunan berapa?",
        "killing time before my flight",
    ],
)
def test_a_figure_of_speech_or_a_question_about_money_pages_nobody(said: str) -> None:
    assert not is_emergency(said)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("iuran", "contribution"),
        ("beasiswa?", "scholarship"),
        ("cara daftar", "register"),
        ("halo", "greeting"),
        ("makasih ya", "thanks"),
        ("scam", "scam"),
    ],
)
def test_a_menu_word_typed_by_hand_is_its_topic(said: str, topic: str) -> None:
    assert hear(said).topic == topic


def test_a_follow_up_leans_on_what_was_asked_before() -> None:
    assert hear("kalau 3 tahun?", "contribution").topic == "contribution"


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "x",
        "😀😀😀",
        "a" * 4000,
        "kata " * 900,
        "مرحبا كيف حالك",
        "你好,我想問保險",
        "kumusta po",
        "{name} %s '; DROP TABLE",
        "\u202e\u200b",
        "https://a.b/c",
    ],
)
def test_anything_may_be_typed(said: str) -> None:
    heard = hear(said)
    assert heard.topic is None or heard.topic in TOPICS
    assert len(heard.alternatives) <= 3
