"""The evaluation at the desk: figures with their rows, other branches' never, files in the audit, targets, missions by two officers."""

from __future__ import annotations

import json
import re

import pytest

from bot.commands import demo
from bot.demo_traffic import plan
from console.monitoring_words import INDICATORS, TOPICS
from console.policies import Role
from storage import audit, effects, indicators, officers, rollups, targets
from storage.audit import Wanted
from storage.indicators import Group
from storage.officers import NewOfficer
from storage.reports import orders
from tests.console.conftest import NOW, Desk

PATH = "/desk/monitoring"


async def filled(desk: Desk, days: int = 12) -> None:
    acts = plan(days, 1, NOW, await demo.codes(desk.database))
    await demo.play(desk.database, acts, 1)
    await rollups.catch_up(desk.database.writer)
    await effects.settle(desk.database.writer, NOW)


async def actions(desk: Desk) -> list[str]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(), 50))
    return [row.action for row in rows]


async def test_every_figure_leads_to_its_meaning_and_to_as_many_rows(desk: Desk) -> None:
    await filled(desk)
    browser = await desk.signed_in(Role.OFFICER)
    page = await (await browser.get(f"{PATH}?period=2026-11")).text()
    tally = await desk.database.writer.read(lambda db: indicators.tally(db, Group("sidoarjo"), "2026-11"))
    for measure in ("reach", "checked", "interest"):
        assert f'href="/desk/monitoring/definitions#{measure}"' in page
        link = re.search(rf'href="(/desk/monitoring/rows\?period=2026-11&amp;measure={measure})"', page)
        assert link
        rows, more = 0, link[1].replace("&amp;", "&")
        while more:
            shown = await (await browser.get(more)).text()
            rows += shown.count("data-row")
            found = re.search(r'href="([^"]+)" rel="next"', shown)
            more = found[1].replace("&amp;", "&") if found else ""
        assert rows == tally[measure]


async def test_who_may_not_look_at_people_gets_numbers_without_rows(desk: Desk) -> None:
    await filled(desk, 3)
    page = await (await (await desk.signed_in(Role.AUTHOR)).get(PATH)).text()
    assert "/desk/monitoring/rows" not in page
    assert "/desk/monitoring/definitions#reach" in page


async def test_another_branch_sees_none_of_it(desk: Desk) -> None:
    await filled(desk, 3)
    browser = await desk.signed_in(Role.OFFICER, "malang")
    page = await (await browser.get(f"{PATH}?period=2026-11")).text()
    assert "Belum ada yang diketahui tentang periode ini" in page
    assert "data-row" not in await (await browser.get(f"{PATH}/rows?period=2026-11&measure=reach")).text()


async def test_a_national_officer_sees_the_branches_side_by_side(desk: Desk) -> None:
    await filled(desk, 3)
    browser = await desk.signed_in(Role.OFFICER, "*")
    page = await (await browser.get(f"{PATH}?period=2026-11")).text()
    assert 'id="branches"' in page
    assert "measure=reach&amp;branch=sidoarjo" in page
    assert "data-row" in await (await browser.get(f"{PATH}/rows?period=2026-11&measure=reach&branch=sidoarjo")).text()
    assert "data-row" not in await (await browser.get(f"{PATH}/rows?period=2026-11&measure=reach&branch=malang")).text()


async def test_of_one_partner_s_people_the_plan_is_the_partner_s(desk: Desk) -> None:
    await filled(desk, 3)
    for partner, many in (("", 999), ("parco-laut", 77)):
        wanted = {"reach": many}
        await desk.database.writer.run(
            lambda db, p=partner, w=wanted: targets.keep(db, desk.database.dialect, "sidoarjo", p, "2026-11", w, 1, NOW)  # type: ignore[misc]
        )
    browser = await desk.signed_in(Role.OFFICER)
    page = await (await browser.get(f"{PATH}?period=2026-11&partner=parco-laut")).text()
    assert "77 (tercapai" in page
    assert "999" not in page
    assert 'id="answers"' not in page
    assert "999 (tercapai" in await (await browser.get(f"{PATH}?period=2026-11&partner=another")).text()


@pytest.mark.parametrize("asked", ["2026-13", "abc", "2026-Q5", "1", "%00"])
async def test_a_period_that_is_none_is_explained(desk: Desk, asked: str) -> None:
    answer = await (await desk.signed_in(Role.OFFICER)).get(f"{PATH}?period={asked}")
    assert answer.status == 400
    assert "2026-Q4" in await answer.text()


async def test_a_period_without_data_says_so(desk: Desk) -> None:
    answer = await (await desk.signed_in(Role.OFFICER)).get(f"{PATH}?period=2031")
    assert answer.status == 200
    assert "Belum ada yang diketahui tentang periode ini" in await answer.text()


async def test_a_file_is_made_recorded_and_guarded_for_others(desk: Desk) -> None:
    await filled(desk, 8)
    browser = await desk.signed_in(Role.AUDITOR)
    exact = await browser.post(f"{PATH}/file", {"period": "2026-11", "format": "json", "whose": "ours"})
    shown = await browser.post(f"{PATH}/file", {"period": "2026-11", "format": "json", "whose": "others"})
    ours, others = json.loads(await exact.read()), json.loads(await shown.read())
    assert ours["figures"]["reach"] > others["figures"]["reach"] > 0
    assert others["guarded"]
    assert "" not in others["partners"]
    assert 'filename="sapa-2026-11-others.json"' in shown.headers["Content-Disposition"]
    pdf = await browser.post(f"{PATH}/file", {"period": "2026-11", "format": "pdf", "whose": "ours"})
    assert (await pdf.read()).startswith(b"%PDF-")
    assert (await actions(desk)).count("report.made") == 3


async def test_targets_are_kept_all_at_once_or_not_at_all(desk: Desk) -> None:
    boss = await desk.signed_in(Role.APPROVER)
    form = {"partner": "all", "2026-11.reach": "1.200", "2026-11.checked": "", "2026-12.reach": "0"}
    assert (await boss.post(f"{PATH}/targets?period=2026", form)).status == 303
    kept = await desk.database.writer.read(lambda db: targets.of_year(db, "sidoarjo", 2026))
    assert kept == {("", "2026-11", "reach"): 1200, ("", "2026-12", "reach"): 0}
    for wrong in ("-5", "banyak", "1000001"):
        answer = await boss.post(f"{PATH}/targets?period=2026", {**form, "2026-11.reach": "7", "2026-12.interest": wrong})
        assert answer.status == 422
        assert wrong in await answer.text()
        assert await desk.database.writer.read(lambda db: targets.of_year(db, "sidoarjo", 2026)) == kept
    assert (await (await desk.signed_in(Role.OFFICER)).post(f"{PATH}/targets?period=2026", form)).status == 403


async def test_a_national_officer_is_told_that_a_plan_is_a_branch_s(desk: Desk) -> None:
    answer = await (await desk.signed_in(Role.APPROVER, "*")).post(f"{PATH}/targets?period=2026", {"partner": "all"})
    assert answer.status == 409


async def test_what_a_mission_asks_is_proposed_by_one_and_approved_by_another(desk: Desk) -> None:
    one, other = await desk.signed_in(Role.OFFICER), await desk.signed_in(Role.APPROVER)
    form = {
        "required": "yes",
        "required_for": "extension",
        "source": "https://kjri.example/1",
        "checked_on": "2026-11-20",
        "since": "2026-11-01",
    }
    for wrong in ({"source": ""}, {"checked_on": "2026-11-31"}, {"checked_on": "2026-12-01"}, {"since": "soon"}):
        assert (await one.post("/desk/missions/KJRI-JED", {**form, **wrong})).status == 422
    assert (await one.post("/desk/missions/KJRI-JED", {**form, "advice": "<b>Bawa kartu</b>"})).status == 303
    page = await (await other.get("/desk/missions")).text()
    link = re.search(r"/desk/missions/findings/(\d+)", page)
    assert link
    assert "&lt;b&gt;Bawa kartu" in page
    assert (await one.post(link[0], {"answer": "yes"})).status == 403
    assert (await other.post(link[0], {"answer": "yes"})).status == 303
    assert "https://kjri.example/1" in await (await other.get("/desk/missions")).text()
    assert {"mission.proposed", "mission.approved"} <= set(await actions(desk))
    assert (await one.get("/desk/missions/KBRI-ATL")).status == 404


async def test_a_link_from_the_chat_gives_the_report_once(desk: Desk) -> None:
    await filled(desk, 3)
    who = await desk.database.writer.run(
        lambda db: officers.add(db, desk.database.tools, NewOfficer("sidoarjo", "approver", "budi", "Budi"), NOW)
    )
    work = ("a" * 32, who.id, "sidoarjo", "2026-11", NOW)
    await desk.database.writer.run(lambda db: orders.new_link(db, desk.database.tools, *work))
    stranger = desk.stranger()
    path = f"/desk/report/{'a' * 32}"
    for _look in range(2):
        looked = await stranger.get(path)
        assert looked.status == 200
    for cookie in looked.cookies.values():
        stranger.keep(cookie.key, cookie.value)
    got = await stranger.post(path)
    assert got.status == 200
    assert (await got.read()).startswith(b"%PDF-")
    assert (await stranger.post(path)).status == 404
    assert "report.fetched" in await actions(desk)


async def test_who_gets_it_each_month_is_chosen_at_the_desk(desk: Desk) -> None:
    boss = await desk.signed_in(Role.APPROVER)
    chosen = await desk.officer(Role.OFFICER, login="ani@sidoarjo", name="Ani")
    await boss.post(f"{PATH}/orders", {str(chosen.id): "yes"})
    assert await desk.database.writer.read(lambda db: orders.ordered_by(db, "sidoarjo")) == {chosen.id}
    await boss.post(f"{PATH}/orders", {})
    assert await desk.database.writer.read(lambda db: orders.ordered_by(db, "*")) == set()


def test_every_topic_has_a_word() -> None:
    import tomllib
    from pathlib import Path

    codes = tomllib.loads((Path(__file__).parents[2] / "understanding" / "topics.toml").read_text())["topics"]
    small = {"language", "opt_out", "delete_data", "greeting", "thanks"}  # answered without an answer
    assert set(codes) - small == set(TOPICS)


def test_the_page_of_definitions_and_the_document_say_the_same() -> None:
    from pathlib import Path

    document = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text()
    assert re.findall(r"^### `(\w+)`", document, re.MULTILINE) == list(INDICATORS)
