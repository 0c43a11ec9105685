"""A link, number or sum pasted without a word is compared with what is official."""

from __future__ import annotations

import pytest

from understanding import hear, pasted_in


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("https://bantuan-tki.top/cek?id=7", "link"),
        ("  www.klaim-cepat.com  ", "link"),
        ("bpjs-hadiah.xyz", "link"),
        ("pmi.bpjsketenagakerjaan.go.id", "link"),
        ("+62 812-3456-7890", "number"),
        ("0812 3456 7890", "number"),
        ("00886912345678", "number"),
        ("Rp 750.000", "sum"),
        ("1,5 juta?", "sum"),
        ("850rb", "sum"),
        ("rp. 500.000,-", "sum"),
    ],
)
def test_what_is_pasted_alone_is_looked_at(said: str, kind: str) -> None:
    assert pasted_in(said) == kind
    assert hear(said).topic == "scam"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "w1",
        "2",
        "3 th",
        "3515010101010001",
        "6203010101900001",
        "01234567890",
        "12345678901",
        "iuran 370rb",
        "no saya 081234567890",
        "24",
        "12-03-2027",
    ],
)
def test_anything_else_is_not_taken_for_it(said: str) -> None:
    assert pasted_in(said) is None


def test_a_link_among_words_is_looked_at_too() -> None:
    assert hear("min ini bener ga https://s.id/bantuan-pmi").topic == "scam"


def test_a_sum_after_a_question_about_cost_belongs_to_that_question() -> None:
    assert hear("Rp 750.000", "contribution").topic == "contribution"


@pytest.mark.parametrize(
    "said", ["nomor saya 0857 1234 5678, nik 3507014404880002", "3507014404880002", "my nik is 3507014404880002", "kpj 12345678901"]
)
def test_numbers_of_ones_own_are_asked_about(said: str) -> None:
    heard = hear(said)
    assert heard.topic is None
    assert heard.alternatives[0] == "coverage_check"


def test_a_number_in_a_question_does_not_hide_it() -> None:
    assert hear("kartu saya hilang, nik 3507014404880002").topic == "lost_card"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.1/x",
        "http://10.0.0.1:8080",
        "http://169.254.169.254/latest/meta-data",
        "http://0x7f.1",
        "https://evil.example/?u=http://localhost",
    ],
)
def test_a_pasted_address_is_compared_and_never_opened(address: str) -> None:
    """W19: whoever would open it would fail this test, since no test may reach a network; and nothing in the house opens what people type."""
    assert hear(address).topic == "scam"
