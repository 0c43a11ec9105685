"""The report of the demo branch: every number is what the simulated people did, recomputed from the list of what they did; and its files."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bot.commands import demo
from bot.demo_traffic import TOPICS, Act, plan
from bot.house import load, open_database
from console.monitoring_files import made
from console.monitoring_json import numbers
from storage import Database, effects, rollups
from storage.partners import LINKS
from storage.periods import period
from storage.reports.content import Report, guard, report
from tests.talk import BRANCH, KEY

UNTIL = datetime(2026, 11, 22, 5, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
EXPLAINS = {
    "programme": {"benefits_overview", "death", "work_accident", "mandatory"},
    "access": {"contribution", "register", "extension", "payment"},
    "claims": {"claim", "claim_documents"},
}
OUTCOME = {
    "covered": "covered",
    "ended": "ended",
    "not_covered": "ended",
    "ends_soon": "ending",
    "not_found": "unknown",
    "not_known": "unknown",
}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = open_database(url, KEY)
    await load(database, BRANCH, UNTIL)
    yield database
    await database.close()


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with opened(sqlite_url) as found:
        yield found


@pytest.fixture
async def either(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as found:
        yield found


async def simulated(database: Database, days: int, seed: int = 1) -> list[Act]:
    acts = plan(days, seed, UNTIL, await demo.codes(database))
    await demo.play(database, acts, seed)
    await demo.plan_year(database, acts)
    await rollups.catch_up(database.writer)
    await effects.settle(database.writer, UNTIL)
    return acts


async def reported(database: Database, name: str) -> Report:
    return await database.writer.read(lambda db: report(db, "sidoarjo", period(name), UNTIL))


def is_in(act: Act, name: str) -> bool:
    here = act.at.astimezone(ZONE)
    return name in (f"{here:%Y-%m}", f"{here.year}-Q{(here.month - 1) // 3 + 1}", str(here.year))


def figures(acts: Sequence[Act], name: str) -> dict[str, int]:
    """Slow and obvious, of a group of people in a period."""
    mine = [act for act in acts if is_in(act, name) and act.kind not in ("country", "answered", "campaign", "held")]
    who: dict[str, set[int]] = defaultdict(set)
    last: dict[int, str] = {}
    for act in mine:
        who["reach"].add(act.who)
        kinds = {"arrive": "new", "touch": "touched", "check": "checked", "interest": "interest", "moved": "registered", "ask": "helped"}
        if act.kind in kinds:
            who[kinds[act.kind]].add(act.who)
        if act.kind in ("topic", "check", "interest", "ask"):
            who["talked"].add(act.who)
        if act.kind == "check":
            last[act.who] = OUTCOME[act.subject]
        for part, topics in EXPLAINS.items():
            if act.kind == "topic" and act.subject in topics:
                who[part].add(act.who)
    found = {measure: len(people) for measure, people in who.items()} | Counter(last.values())
    return found | Counter(f"topic:{act.subject}" for act in mine if act.kind == "topic")


def grouped(acts: Sequence[Act], of: dict[int, str], name: str) -> dict[str, dict[str, int]]:
    groups: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        groups[of.get(act.who, "")].append(act)
    return {group: found for group, its in groups.items() if (found := figures(its, name))}


async def partner_of(database: Database, acts: Sequence[Act]) -> dict[int, str]:
    """Each person's first link belongs to one partner."""
    rows = await database.writer.read(lambda db: db.execute(select(LINKS.c.code, LINKS.c.partner)))
    owners = {row.code: row.partner for row in rows}
    found: dict[int, str] = {}
    for act in acts:
        if act.kind == "touch":
            found.setdefault(act.who, owners[act.subject])
    return found


async def test_every_number_of_the_demo_branch_s_report_is_what_its_people_did(either: Database) -> None:
    """As `sapa demo traffic --days 90 --seed 1` fills it; on PostgreSQL fewer days, since each thing done goes there and back."""
    acts = await simulated(either, 90 if either.dialect == "sqlite" else 25)
    for name in ("2026-11", "2026-Q4", "2026"):
        await _recomputed(either, acts, name)


async def _recomputed(database: Database, acts: Sequence[Act], name: str) -> None:
    found = numbers(await reported(database, name))
    wanted = period(name)
    countries = {act.who: act.subject for act in acts if act.kind == "country"}
    assert found["figures"] == figures(acts, name)
    assert found["before"]["figures"] == figures(acts, wanted.before.name)
    assert found["a_year_before"]["figures"] == {}
    assert found["months"] == {month: figures(acts, month) for month in found["months"]}
    assert found["partners"] == grouped(acts, await partner_of(database, acts), name)
    assert found["countries"] == grouped(acts, countries, name)
    assert found["answers"] == answers(acts, name)
    assert found["urgent"]["opened"] == 0
    assert {one["mission"]: one["word"] for one in found["missions"] if one["word"]} == words(acts)
    assert found["campaigns"] == ([] if not any(is_in(act, name) and act.kind == "campaign" for act in acts) else campaigns(acts, found))
    targets = {"reach": 420, "checked": 260, "interest": 75, "registered": 30}
    months = {f"{act.at.astimezone(ZONE):%Y-%m}" for act in acts}
    whole = {one["measure"]: one["target"] for one in found["targets"]}
    assert whole == ({measure: many * len(wanted.months) for measure, many in targets.items()} if set(wanted.months) <= months else {})


def answers(acts: Sequence[Act], name: str) -> dict[str, Any]:
    asked = {act.who: act.at for act in acts if act.kind == "ask" and is_in(act, name)}
    took = sorted((act.at - asked[act.who]).total_seconds() for act in acts if act.kind == "answered" and act.who in asked)
    slow = next(one for at, one in enumerate(took, 1) if at >= len(took) * 0.9)
    within = sum(one <= 86400 for one in took)
    return {"opened": len(asked), "answered": len(took), "usual": median(took), "slow": slow, "within_a_day": within}


def words(acts: Sequence[Act]) -> dict[str, dict[str, int]]:
    said = [act.subject.split("=") for act in acts if act.kind == "mission"]
    return {
        one: {"many": sum(yes == "yes" for to, yes in said if to == one), "of": sum(to == one for to, _yes in said)} for one, _yes in said
    }


def campaigns(acts: Sequence[Act], found: dict[str, Any]) -> list[dict[str, Any]]:
    """What both groups did within a week of the day it went out."""
    groups = [{act.who for act in acts if act.kind == kind} for kind in ("campaign", "held")]
    at = next(act.at for act in acts if act.kind == "campaign")
    doers = {act.who for act in acts if act.kind == "check" and 0 <= (act.at - at).total_seconds() < 7 * 86400}
    did = [{"many": len(group & doers), "of": len(group)} for group in groups]
    return [{"id": found["campaigns"][0]["id"], "name": demo.CAMPAIGN, "checked": did}]


async def test_the_same_seed_is_the_same_traffic_and_another_is_not(database: Database) -> None:
    codes = await demo.codes(database)
    assert plan(10, 1, UNTIL, codes) == plan(10, 1, UNTIL, codes) != plan(10, 2, UNTIL, codes)
    assert {act.subject for act in plan(60, 1, UNTIL, codes) if act.kind == "topic"} == set(TOPICS)


async def test_the_pdf_has_six_to_eight_pages_in_both_languages_and_says_the_numbers(database: Database) -> None:
    await simulated(database, 40)
    found = await reported(database, "2026-Q4")
    for language, title in (("id", "Laporan evaluasi"), ("en", "Evaluation report")):
        pages = PdfReader(io.BytesIO(made(found, "pdf", language))).pages
        text = [page.extract_text() for page in pages]
        assert 6 <= len(pages) <= 8
        assert title in text[0]
        assert str(found.now["reach"]) in text[0]
        assert "PT Parco Laut" in text[2]


async def test_the_workbook_holds_numbers_and_nothing_that_runs(database: Database) -> None:
    await simulated(database, 20)
    found = await reported(database, "2026-11")
    evil = replace(found, names={code: f'=HYPERLINK("http://x";"{name}")' for code, name in found.names.items()})
    book = made(evil, "xlsx", "id")
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        whole = b"".join(parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels")))
    assert b"<f>" not in whole
    assert b"relationships/hyperlink" not in whole
    assert b"&apos;=HYPERLINK" in whole or b"'=HYPERLINK" in whole
    assert f"<v>{found.now['reach']}</v>".encode() in whole


async def test_json_is_read_back_with_every_figure(database: Database) -> None:
    await simulated(database, 10)
    found = await reported(database, "2026-11")
    assert json.loads(made(found, "json", "id")) == json.loads(json.dumps(numbers(found)))


async def test_a_report_for_others_tells_nothing_small_in_any_file(database: Database) -> None:
    await simulated(database, 30)
    shown = guard(await reported(database, "2026-11"))
    every = [
        many for tally in (shown.now, *shown.partners.values(), *shown.countries.values(), *shown.trend.values()) for many in tally.values()
    ]
    assert every
    assert all(many % 5 == 0 and many > 0 for many in every)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made(shown, "pdf", "en"))).pages)
    assert "more than" in text
    assert json.loads(made(shown, "json", "en"))["guarded"] is True


async def test_an_empty_period_makes_an_honest_report_and_no_crash(database: Database) -> None:
    found = await reported(database, "2031-Q2")
    assert found.is_empty
    for form in ("pdf", "xlsx", "json"):
        assert made(found, form, "en")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made(found, "pdf", "en"))).pages)
    assert "Nothing happened in this period." in text


def test_a_day_that_is_no_edge_of_a_period_is_explained() -> None:
    from bot.commands.report import _period
    from bot.house import NotSetUp

    assert _period(date(2026, 10, 1), date(2026, 12, 31), "Asia/Jakarta").name == "2026-Q4"
    for days in ((date(2026, 10, 2), date(2026, 12, 31)), (date(2026, 12, 31), date(2026, 10, 1)), (date(2026, 10, 1), None)):
        with pytest.raises(NotSetUp, match="Nothing was written"):
            _period(days[0], days[1], "Asia/Jakarta")
