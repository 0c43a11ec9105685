"""What membership costs: every sum worked out by hand, and what must hold for any contract."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import facts

VECTORS = tomllib.loads((Path(__file__).parent / "data" / "contribution_vectors.toml").read_text(encoding="utf-8"))["vector"]
contracts = st.sampled_from(("placed", "perseorangan"))
schemes = st.sampled_from(("placed", "perseorangan", "extension"))
months = st.integers(1, 120)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['scheme']}-{vector['months']}")
def test_every_sum_worked_out_by_hand_is_what_we_say(vector: dict[str, object]) -> None:
    cost = facts.cost(str(vector["scheme"]), int(str(vector["months"])))
    assert cost.total.amount == vector["total"]


@pytest.mark.parametrize(
    ("scheme", "length", "total"),
    [("perseorangan", 22, 324000), ("perseorangan", 11, 175500), ("placed", 25, 383500), ("extension", 1, 13500)],
)
def test_a_contract_between_two_packages_pays_its_extra_months(scheme: str, length: int, total: int) -> None:
    cost = facts.cost(scheme, length)
    assert (cost.total.amount, cost.decided, cost.alternatives) == (total, True, ())


@settings(deadline=None)
@given(schemes, months)
def test_a_total_is_the_sum_of_its_parts(scheme: str, length: int) -> None:
    cost = facts.cost(scheme, length)
    for reading in (cost, *cost.alternatives):
        assert reading.total.amount == sum(part.amount.amount for part in reading.parts)
        assert all(part.citation.article and part.amount.fact == part.citation.fact for part in reading.parts)
        assert all(
            part.each is None or part.each.amount * (part.months.value if part.months else 0) == part.amount.amount
            for part in reading.parts
        )


@settings(deadline=None)
@given(schemes, st.integers(1, 119))
def test_a_longer_contract_never_costs_less_where_the_articles_decide(scheme: str, length: int) -> None:
    shorter, longer = facts.cost(scheme, length), facts.cost(scheme, length + 1)
    if shorter.decided and longer.decided:
        assert shorter.total.amount < longer.total.amount


@settings(deadline=None)
@given(contracts, months)
def test_the_package_covers_every_month_of_the_contract(scheme: str, length: int) -> None:
    cost = facts.cost(scheme, length)
    assert sum(part.months.value for part in cost.parts if part.months) == max(length, 6)


@settings(deadline=None)
@given(months)
def test_the_agency_route_costs_exactly_the_time_before_work_more(length: int) -> None:
    placed, alone = facts.cost("placed", length), facts.cost("perseorangan", length)
    before = next(part for part in placed.parts if part.what == "before_work")
    assert placed.total.amount == alone.total.amount + before.amount.amount
    assert before.citation.article == "18(1)a"


@pytest.mark.parametrize("scheme", ["placed", "perseorangan"])
def test_only_contracts_under_six_months_and_of_23_leave_a_choice(scheme: str) -> None:
    assert [length for length in range(1, 121) if not facts.cost(scheme, length).decided] == [1, 2, 3, 4, 5, 23]


def test_23_months_show_both_readings_ours_first() -> None:
    cost = facts.cost("perseorangan", 23)
    assert [reading.total.amount for reading in cost.alternatives] == [337500, 332500]
    assert [part.what for part in cost.alternatives[1].parts] == ["package"]
    assert not any(reading.decided for reading in cost.alternatives)


def test_under_six_months_the_smallest_package_is_the_one_reading_we_found() -> None:
    cost = facts.cost("placed", 3)
    assert [reading.total.amount for reading in cost.alternatives] == [145500]
    assert cost.alternatives[0].parts == cost.parts


def test_savings_stand_beside_the_total_never_in_it() -> None:
    without, saving = facts.cost("placed", 24), facts.cost("placed", 24, 50000)
    assert saving.total == without.total
    assert saving.jht_monthly is not None
    assert (saving.jht_monthly.amount.amount, saving.jht_monthly.due) == (50000, "monthly")
    assert without.jht_monthly is None


@pytest.mark.parametrize("amount", [0, -50000, 49999, 60000, 700000])
def test_savings_come_in_the_allowed_steps_only(amount: int) -> None:
    assert amount not in [choice.amount for choice in facts.jht_choices()]
    with pytest.raises(ValueError, match="JHT must be one of 50000"):
        facts.cost("placed", 24, amount)


@pytest.mark.parametrize("length", [0, -1, 121])
def test_an_impossible_length_is_refused_with_the_reason(length: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 120"):
        facts.cost("placed", length)


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="placed, perseorangan, extension"):
        facts.cost("tourist", 12)
