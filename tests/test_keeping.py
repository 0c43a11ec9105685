"""What keeps people safe in storage: sealing, masking, blind indexes, codes, ids, keys and office hours."""

import os
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.house import NotSetUp, secret_key
from bot.ids import Ids
from bot.logs import hide, redact
from bot.settings import Settings
from storage import Branch, Sealer, Unsealable
from storage.codes import LETTERS, check, encode, read
from storage.masking import mask

SEALER = Sealer("a key of the tests, long enough to be one", os.urandom)
ANOTHER = Sealer("another key of the tests, as long as it has to be", os.urandom)


def test_what_is_sealed_opens_only_in_its_place_and_with_its_key() -> None:
    """P3"""
    sealed = SEALER.seal("3515005503900000", "interests", "nik", 7)
    assert SEALER.open(sealed, "interests", "nik", 7) == "3515005503900000"
    assert b"3515" not in sealed
    assert sealed != SEALER.seal("3515005503900000", "interests", "nik", 7), "a fresh nonce each time"
    for sealer, place in ((SEALER, ("interests", "nik", 8)), (SEALER, ("interests", "phone", 7)), (ANOTHER, ("interests", "nik", 7))):
        with pytest.raises(Unsealable):
            sealer.open(sealed, *place)
    with pytest.raises(Unsealable):
        SEALER.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "interests", "nik", 7)


def test_an_index_finds_again_and_tells_nothing() -> None:
    """P4"""
    assert SEALER.index("nik", "1") == SEALER.index("nik", "1")
    assert len({SEALER.index("nik", "1"), SEALER.index("kpj", "1"), SEALER.index("nik", "2"), ANOTHER.index("nik", "1")}) == 4


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Sealer("short", os.urandom)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("nik sy 3515005503900000 ya", "nik sy •••••••••••••••• ya"),
        ("26010000011", "•••••••••••"),
        ("0812-3456-7890 tolong", "••••-••••-•••• tolong"),
        ("+852 6123 4567", "•••• •••• ••••"),
        ("paspor C12345678", "paspor •••••••••"),
        ("１２３４５６７８", "••••••••"),
        ("bayar Rp 370.000.000 ya", "bayar Rp 370.000.000 ya"),
        ("332500 atau 494.500", "332500 atau 494.500"),
        ("12 maret 2027", "12 maret 2027"),
    ],
)
def test_numbers_of_a_person_are_dotted_out_and_sums_stay(said: str, kept: str) -> None:
    assert mask(said).replace("+", "•") == kept.replace("+", "•")


def test_the_code_of_the_sample_talk_is_a_right_one() -> None:
    assert read("7gq2k") == "7GQ2K"
    assert read("7GQ-2K") == "7GQ2K"


@given(st.integers(0, 32**6 - 1))
@settings(deadline=None)
def test_a_wrong_letter_and_a_swap_of_neighbours_are_always_noticed(number: int) -> None:
    code = encode(number, 6)
    assert read(code) == code
    for place, letter in enumerate(code):
        for other in LETTERS:
            wrong = code[:place] + other + code[place + 1 :]
            assert other == letter or read(wrong) is None
    for place in range(len(code) - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or read(swapped) is None


@pytest.mark.parametrize("typed", ["", "7GQ2", "7GQ2X", "7GQ2K7GQ2K", "../../x", "7GQ2U", "x" * 65, "７ＧＱ２Ｋ\0"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read(typed) is None


def test_letters_that_look_alike_are_understood() -> None:
    code = "1" + "0" + "AB"
    assert read("iO" + "ab" + check(code)) == code + check(code)


def test_ids_grow_also_when_the_clock_goes_back() -> None:
    times = iter([5_000, 5_000, 4_000, 4_000, 6_000] * 4_000)
    ids = Ids(node=1, milliseconds=lambda: 1_735_689_600_000 + next(times))
    made = [ids() for _number in range(10_000)]
    assert made == sorted(set(made))
    assert made[-1] < 2**63


def test_a_key_is_made_once_for_its_owner_alone_and_never_without_being_asked(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    empty = Settings(secret_key=None, _env_file=None)
    with pytest.raises(NotSetUp, match="SAPA_SECRET_KEY"):
        secret_key(empty, make=False, path=path)
    made = secret_key(empty, make=True, path=path)
    assert len(made) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_key(empty, make=True, path=path) == made


def test_a_log_line_hides_numbers_and_secrets() -> None:
    event = redact(None, "info", {"event": "x 3515005503900000", "token": "t", "detail": {"phone": "1"}, "list": ["+852 6123 4567"]})
    assert "3515" not in str(event)
    assert "6123" not in str(event)
    assert (event["token"], event["detail"]["phone"]) == ("[hidden]", "[hidden]")
    assert hide("took 12 ms") == "took 12 ms"


SIDOARJO = Branch("sidoarjo", "BPJS Ketenagakerjaan Sidoarjo", "Asia/Jakarta", time(8), time(16, 30))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 23, 3, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)),  # Monday 10:00: open
        (datetime(2026, 11, 22, 5, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),  # Sunday
        (datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),  # Friday 17:00
        (datetime(2026, 11, 23, 0, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),  # Monday 07:00
    ],
)
def test_the_truth_about_when_an_officer_reads(now: datetime, opens: datetime) -> None:
    assert SIDOARJO.opens_next(now) == opens
