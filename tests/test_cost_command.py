"""`sapa cost` gives every sum worked out by hand, and says what would be right where an option is wrong."""

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import facts
from bot.__main__ import app

VECTORS = tomllib.loads((Path(__file__).parent / "data" / "contribution_vectors.toml").read_text(encoding="utf-8"))["vector"]


def run(*options: object) -> Result:
    return CliRunner().invoke(app, ["cost", *(str(option) for option in options)])


def told(*options: object) -> dict[str, object]:
    result = run(*options, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['scheme']}-{vector['months']}")
def test_every_sum_worked_out_by_hand_is_what_it_prints(vector: dict[str, object]) -> None:
    found = told("--months", vector["months"], "--scheme", vector["scheme"])
    assert (found["scheme"], found["months"], found["total"]) == (vector["scheme"], vector["months"], vector["total"])


def test_each_part_names_its_article_and_when_it_is_due() -> None:
    assert told("--months", 36) == {
        "scheme": "placed",
        "months": 36,
        "parts": [
            {"what": "before_work", "amount": 37500, "article": "Permenaker 4/2023 Ps 18(1)a", "due": "after_signing"},
            {"what": "package", "amount": 332500, "article": "Permenaker 4/2023 Ps 18(1)b.1", "due": "after_orientation"},
            {"what": "extra_months", "amount": 162000, "article": "Permenaker 4/2023 Ps 18(3)", "due": "with_package"},
        ],
        "total": 532000,
        "decided": True,
        "alternatives": [],
    }


@pytest.mark.parametrize(("months", "totals"), [(23, [337500, 332500]), (5, [108000]), (1, [108000])])
def test_where_the_articles_leave_a_choice_every_reading_is_printed(months: int, totals: list[int]) -> None:
    found = told("--months", months, "--scheme", "perseorangan")
    readings = found["alternatives"]
    assert isinstance(readings, list)
    assert found["decided"] is False
    assert [reading["total"] for reading in readings] == totals
    assert all(set(reading) == {"scheme", "months", "parts", "total", "decided"} for reading in readings)


def test_a_total_is_the_sum_of_its_parts_for_every_length_and_scheme() -> None:
    from bot.commands.cost import told as as_values

    for scheme in ("placed", "perseorangan", "extension"):
        for months in range(1, 121):
            found = as_values(facts.cost(scheme, months))
            for reading in (found, *found["alternatives"]):  # type: ignore[misc]
                assert reading["total"] == sum(part["amount"] for part in reading["parts"])


def test_savings_stand_beside_the_total() -> None:
    with_savings, without = told("--months", 24, "--jht", 100000), told("--months", 24)
    assert with_savings["total"] == without["total"]
    assert with_savings["jht_monthly"] == {
        "what": "jht",
        "amount": 100000,
        "article": "Kementerian Ketenagakerjaan (article not read)",
        "due": "monthly",
    }
    assert "jht_monthly" not in without


def test_the_text_says_what_the_bot_would_say() -> None:
    said = run("--months", 36, "--scheme", "perseorangan").stdout
    assert "Rp494,500" in said
    assert "Permenaker 4/2023 art. 18(3)" in said
    both = run("--months", 23, "--scheme", "perseorangan").stdout
    assert "Rp337,500" in both
    assert "Rp332,500" in both
    assert "Ask 175" in both or "ask 175" in both


@pytest.mark.parametrize(
    ("options", "help"),
    [
        (("--months", 0), "greater than or equal to 1"),
        (("--months", 121), "less than or equal to 120"),
        (("--months", "two"), "valid integer"),
        (("--months", 24, "--scheme", "tourist"), "perseorangan"),
        (("--months", 24, "--jht", 60000), "50000"),
        (("--months", 24, "--jht", -1), "50000"),
        ((), "--months"),
    ],
)
def test_a_wrong_option_is_told_what_would_be_right(options: tuple[object, ...], help: str) -> None:
    result = run(*options, "--json")
    assert result.exit_code == 2
    assert help in result.output
    assert "Traceback" not in result.output
