"""No count from one to four leaves the branch, and none can be worked out of what does: every small world is tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.small_cells import guarded, guarded_all, share

World = tuple[int, ...]
SMALL = range(1, 5)


def leaks(worlds: Iterable[World], outputs: Callable[[World], object]) -> list[World]:
    """The worlds in which somebody who knows the rule and sees all the outputs can tell one of the small cells."""
    alike: dict[object, list[World]] = defaultdict(list)
    for world in worlds:
        alike[outputs(world)].append(world)
    return [
        world
        for group in alike.values()
        for world in group
        for cell, count in enumerate(world)
        if count in SMALL and len({other[cell] for other in group}) == 1
    ]


def shown(*counts: int) -> tuple[int | None, ...]:
    return tuple(guarded(count) for count in counts)


def test_nothing_up_to_five_is_shown() -> None:
    assert [guarded(count) for count in (0, 1, 4, 5, 6, 10, 11, 15, 16)] == [None, None, None, None, 5, 5, 10, 10, 15]


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        guarded(-1)


@given(st.integers(min_value=0, max_value=10**9))
def test_what_is_shown_is_less_than_there_are_and_at_most_five_less(count: int) -> None:
    more_than = guarded(count)
    assert (more_than is None) == (count <= 5)
    assert more_than is None or (more_than % 5 == 0 and 1 <= count - more_than <= 5)


def test_a_table_with_its_total_gives_no_small_cell_away() -> None:
    assert leaks(product(range(13), repeat=3), lambda world: shown(*world, sum(world))) == []


def test_a_wider_table_at_the_top_of_its_ranges_gives_nothing_away() -> None:
    """The corner at which plain rounding fails: all cells at their greatest and a total that says so."""
    assert leaks(product(range(11), repeat=4), lambda world: shown(*world, sum(world))) == []


def test_quarters_and_years_beside_their_months_give_no_month_away() -> None:
    def outputs(world: World) -> object:
        first, second = world[:2], world[2:]
        return shown(*world, sum(first), sum(second), sum(world))

    assert leaks(product(range(8), repeat=4), outputs) == []


def test_two_tables_of_the_same_people_give_no_cell_away() -> None:
    """A world is partner by destination; both one-way tables and the total are shown. The cells are those of the two tables."""

    def margins(world: World) -> World:
        a, b, c, d = world
        return (a + b, c + d, a + c, b + d)

    worlds = {margins(world) for world in product(range(11), repeat=4)}
    assert leaks(worlds, lambda cells: shown(*cells, cells[0] + cells[1])) == []


def test_two_looks_at_the_same_number_do_not_tell_who_came_between() -> None:
    assert leaks(product(range(31), range(31)), lambda world: shown(world[0], sum(world))) == []


@given(st.lists(st.integers(min_value=0, max_value=60), min_size=2, max_size=8), st.data())
def test_no_difference_of_any_two_outputs_is_a_small_number(cells: list[int], data: st.DataObject) -> None:
    """Any group and any part of it: what the two shown numbers say of the rest is always a range, never one number."""
    part = data.draw(st.sets(st.integers(min_value=0, max_value=len(cells) - 1)))
    whole, inner = guarded(sum(cells)), guarded(sum(cells[one] for one in part))

    def possible(more_than: int | None) -> range:
        return range(6) if more_than is None else range(more_than + 1, more_than + 6)

    rests = {w - i for w in possible(whole) for i in possible(inner) if w >= i}
    assert len(rests) > 1


def test_a_share_is_made_of_guarded_numbers_only() -> None:
    assert share(guarded(7), guarded(11)) == 0.5
    assert share(guarded(4), guarded(11)) is None
    assert share(guarded(0), guarded(0)) is None
    assert guarded_all({"PT Parco Laut": 12, "P4MI": 3}) == {"PT Parco Laut": 10, "P4MI": None}
