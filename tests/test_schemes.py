"""By which way somebody goes abroad is heard in what they write."""

import pytest

from understanding.schemes import by_government, scheme_in


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("perpanjang 2 tahun", "extension"),
        ("direct hiring perpanjang 3 th bayarnya brp", "extension"),
        ("I want to extend, 2 years", "extension"),
        ("mau renew kontrak sm majikan lama", "extension"),
        ("rehiring taiwan 3 th lagi", "extension"),
        ("mandiri 18 bulan", "perseorangan"),
        ("sy ga lwt pt, visa udh jd", "perseorangan"),
        ("kontrak 2 thn tanpa agency", "perseorangan"),
        ("without an agency, 12 months", "perseorangan"),
        ("independent worker going to Germany 36 months", "perseorangan"),
        ("lewat pt 2 tahun", "placed"),
        ("sama agen, 24 bln", "placed"),
        ("through my agency for 2 years", "placed"),
        ("G to G korea 36 bulan", "placed"),
        ("bayar lwt bank mandiri bisa?", None),
        ("kontrak 3 th korea brp totalnya", None),
        ("", None),
    ],
)
def test_the_way_abroad_is_heard_in_plain_words(said: str, scheme: str | None) -> None:
    assert scheme_in(said) == scheme


def test_a_placement_between_governments_is_told_from_other_placements() -> None:
    assert by_government("saya g2g korea")
    assert not by_government("lewat pt ke korea")
