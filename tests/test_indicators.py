"""Every figure of the evaluation against a slow and obvious count of what happened."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from storage import Database, indicators, targets
from storage.indicators import Group
from storage.journeys import OUTCOMES
from storage.missions import REPORTS
from storage.periods import NoPeriod, between, containing, period
from storage.reports import content
from storage.requests import REQUESTS
from storage.small_cells import guarded
from storage.targets import of_period, valid
from tests.test_rollups import ZONES, World, database, expected, names, tallied  # noqa: F401 (database is a fixture)

AT = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.fixture
async def world(database: Database) -> World:  # noqa: F811
    made = World(database, random.Random(7))
    for _person in range(40):
        await made.arrive()
    for _step in range(260):
        await made.act()
    await made.count()
    return made


async def test_figures_of_any_group_and_period_are_those_of_its_people(world: World) -> None:
    right = expected(world)
    for name in ("2026-02", "2026-Q1", "2026"):
        for partner in (None, "", "parco-laut"):
            for country in (None, "", "HK"):
                group = Group("sidoarjo", partner, country)
                found = await world.database.writer.read(lambda db, name=name, group=group: indicators.tally(db, group, name))  # type: ignore[misc]
                slow: dict[str, int] = {}
                for (when, branch, by, where, measure), many in right.items():
                    if (when, branch) == (name, "sidoarjo") and partner in (None, by) and country in (None, where) and many:
                        slow[measure] = slow.get(measure, 0) + many
                assert found == slow


async def test_a_report_s_tables_add_up_to_its_figures(world: World) -> None:
    exact = await world.database.writer.read(lambda db: content.report(db, "*", period("2026"), AT))
    for table in (exact.partners, exact.countries, exact.branches):
        assert sum(line["reach"] for line in table.values()) == exact.now["reach"] > 0
    assert sum(exact.now.get(outcome, 0) for outcome in OUTCOMES) == exact.now["checked"]
    assert [len(exact.trend), min(exact.trend), max(exact.trend)] == [12, "2026-01", "2026-12"]
    assert exact.topics == dict(sorted(exact.topics.items(), key=lambda one: (-one[1], one[0])))


async def test_the_rows_behind_a_figure_are_as_many_as_it_says(world: World) -> None:
    for measure in ("reach", "checked", "interest", *OUTCOMES):
        for name in ("2026-02", "2026-Q1"):
            asked = Group("sidoarjo"), period(name), measure
            rows = await world.database.writer.read(lambda db, asked=asked: indicators.people_behind(db, *asked, most=1000))  # type: ignore[misc]
            tally = await world.database.writer.read(lambda db, name=name: indicators.tally(db, Group("sidoarjo"), name))  # type: ignore[misc]
            assert len(rows) == len(set(rows)) == tally.get(measure, 0)


async def test_a_guarded_report_shows_nothing_small_and_no_rest(world: World) -> None:
    exact = await world.database.writer.read(lambda db: content.report(db, "*", period("2026-Q1"), AT))
    shown = content.guard(exact)
    assert set(shown.now.values()) <= {guarded(many) for many in exact.now.values()} - {None}
    assert "" not in shown.partners
    assert "" not in shown.countries
    assert min([*shown.now.values(), *(many for line in shown.partners.values() for many in line.values())], default=5) >= 5
    assert shown.answers is None
    assert shown.effects == []


async def test_answer_times_are_those_of_the_requests_of_the_period(database: Database) -> None:  # noqa: F811
    start, end = period("2026-11").bounds("Asia/Jakarta")
    hours = [1, 2, 3, 30, None]
    rows = [
        {
            "id": number,
            "at": start + timedelta(hours=number),
            "contact_id": 1,
            "branch": "sidoarjo",
            "reason": "human",
            "urgent": False,
            "state": "open",
        }
        for number, _took in enumerate(hours, 1)
    ]
    late = {**rows[0], "id": 99, "at": end}

    async def work(db: object) -> None:
        await db.execute(insert(REQUESTS), [*rows, late])  # type: ignore[attr-defined]
        for number, took in enumerate(hours, 1):
            if took is not None:
                answered = start + timedelta(hours=number + took)
                await db.execute(update(REQUESTS).where(REQUESTS.c.id == number).values(answered_at=answered))  # type: ignore[attr-defined]

    await database.writer.run(work)
    found = await database.writer.read(lambda db: indicators.answers(db, "sidoarjo", start, end, urgent=False))
    assert (found.opened, found.answered, found.within_a_day) == (5, 4, 3)
    assert (found.usual, found.slow) == (2.5 * 3600, 30 * 3600)
    none = await database.writer.read(lambda db: indicators.answers(db, "sidoarjo", start, end, urgent=True))
    assert none == indicators.Answers(0, 0, None, None, 0)


async def test_workers_words_are_counted_by_mission(database: Database) -> None:  # noqa: F811
    votes = [("KDEI-TPE", True)] * 3 + [("KDEI-TPE", False)] + [("KJRI-HKG", False)] * 2
    rows = [
        {"id": number, "at": AT, "contact_id": number, "branch": "sidoarjo", "mission": mission, "asked": asked}
        for number, (mission, asked) in enumerate(votes, 1)
    ]
    await database.writer.run(lambda db: db.execute(insert(REPORTS), rows))
    found = await database.writer.read(lambda db: indicators.reported(db, "sidoarjo"))
    assert {mission: (share.many, share.of) for mission, share in found.items()} == {"KDEI-TPE": (3, 4), "KJRI-HKG": (0, 2)}


async def test_targets_count_for_a_longer_period_only_if_every_month_has_one(database: Database) -> None:  # noqa: F811
    for month, many in (("2026-10", 10), ("2026-11", 20), ("2026-12", 30)):
        await database.writer.run(
            lambda db, month=month, many=many: targets.keep(db, database.dialect, "sidoarjo", "", month, {"reach": many}, 1, AT)  # type: ignore[misc]
        )
    kept = await database.writer.read(lambda db: targets.of_year(db, "sidoarjo", 2026))
    assert of_period(kept, "2026-11") == {("", "reach"): 20}
    assert of_period(kept, "2026-Q4") == {("", "reach"): 60}
    assert of_period(kept, "2026") == {}
    await database.writer.run(lambda db: targets.keep(db, database.dialect, "sidoarjo", "", "2026-11", {"reach": None}, 1, AT))
    assert of_period(await database.writer.read(lambda db: targets.of_year(db, "sidoarjo", 2026)), "2026-Q4") == {}


@pytest.mark.parametrize("typed", ["-1", "2,5 juta", "abc", "99999999", "１２", "1e9"])
def test_a_target_that_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=typed.split(maxsplit=1)[0]):
        valid(typed)


def test_a_target_may_be_left_out_or_written_with_dots() -> None:
    assert [valid(typed) for typed in ("", "  ", "0", "1.200", "350")] == [None, None, 0, 1200, 350]


@pytest.mark.parametrize("name", ["", "2026-13", "2026-00", "2026-Q5", "1999", "26-11", "2026-11-22", "2026-Q4 ", "２０２６"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(NoPeriod):
        period(name)


def test_periods_follow_each_other() -> None:
    assert [period(name).before.name for name in ("2026-01", "2026-Q1", "2026")] == ["2025-12", "2025-Q4", "2025"]
    assert period("2026-Q1").a_year_before.name == "2025-Q1"
    assert [one.name for one in period("2026-01").trail(3)] == ["2025-11", "2025-12", "2026-01"]
    assert period("2026-Q4").months == ["2026-10", "2026-11", "2026-12"]
    assert between(date(2026, 10, 1), date(2026, 12, 31)) == period("2026-Q4")
    with pytest.raises(NoPeriod):
        between(date(2026, 10, 2), date(2026, 12, 31))


def test_a_moment_at_the_year_s_edge_belongs_to_the_year_of_the_branch() -> None:
    eve = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert containing("year", eve, ZONES["sidoarjo"]).name == "2025"
    assert containing("year", eve, ZONES["jayapura"]).name == "2026"
    start, end = period("2026").bounds("Asia/Jakarta")
    assert (start, end) == (datetime(2025, 12, 31, 17, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC))
