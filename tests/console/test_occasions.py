"""A socialisation day: planned with its own code, counted as people come, asked before and after, told on one page the same day."""

from __future__ import annotations

from typing import Any

import pytest

from bot.house import new_engine
from console.occasion_words import QUESTIONS
from console.policies import Role
from handlers.occasions import RIGHT
from storage import Inbound, audit, doors, occasions
from storage.audit import Wanted
from storage.history import after
from storage.links import Doors
from storage.privacy import erase_of
from tests.console.conftest import Browser, Desk
from tests.console.test_partners import other_branch
from tests.printed import words_on
from tests.talk import EVERY

DAY = {
    "partner": "p4mi-sidoarjo",
    "name": "Sosialisasi PMI di Buduran",
    "place": "Balai Desa Buduran",
    "day": "2026-11-22",
    "starts": "13:00",
    "ends": "15:00",
}


async def planned(desk: Desk) -> tuple[Browser, int, str]:
    """An officer, a day, and its code."""
    await desk.database.writer.run(
        lambda db: doors.keep(db, desk.database.dialect, Doors("https://sapa.example", "sapa_test_bot", "6281234567890"))
    )
    browser = await desk.signed_in(Role.OFFICER)
    answer = await browser.post("/desk/occasions/new", DAY)
    assert answer.status == 303, await answer.text()
    number = int(answer.headers["Location"].rpartition("/")[2])
    code = await desk.database.writer.read(lambda db: occasions.code_of(db, number))
    assert code
    return browser, number, code


async def say(desk: Desk, sender: str, text: str = "/start", ref: str = "", press: str | None = None) -> Any:
    engine = new_engine(desk.database, "sidoarjo", desk.clock, pulled=EVERY)
    engine.start()
    kind = "text" if press is None else "press"
    number = desk.database.tools.new_id()
    inbound = Inbound("telegram", sender, f"{number}", desk.clock(), text=text if press is None else "", pressed=press, kind=kind, ref=ref)
    await engine.receive([inbound])
    await engine.close()
    address = desk.database.address(inbound)
    entries = await desk.database.writer.read(lambda db: after(db, address, number))
    return next(entry.page for entry in reversed(entries) if entry.page)


async def answers(desk: Desk, sender: str, *keys: str) -> Any:
    await say(desk, sender, press="day")
    page = None
    for step, key in zip(("must", "after_contract", "illness"), keys, strict=True):
        page = await say(desk, sender, press=f"day.{step}={key}")
    return page


async def test_a_day_is_planned_shown_and_counted_as_people_come(both: Desk) -> None:
    browser, number, code = await planned(both)
    for sender in ("sri", "budi", "ani"):
        assert "Sosialisasi PMI di Buduran" in (await say(both, sender, ref=code)).text
    await say(both, "sri", ref=code)
    for path in (f"/desk/occasions/{number}", f"/desk/occasions/{number}/screen"):
        page = await (await browser.get(path)).text()
        assert code in page
        assert "<b>3</b>" in page, "each person once"
        assert 'hx-trigger="news from:body"' in page
    assert "Buduran" in await (await browser.get("/desk/occasions?partner=p4mi-sidoarjo")).text()
    assert "Buduran" not in await (await browser.get("/desk/occasions?partner=parco-laut")).text()


async def test_the_same_questions_are_asked_before_and_after_and_the_sheet_says_what_changed(both: Desk) -> None:
    browser, number, code = await planned(both)
    for at in range(12):
        await say(both, f"w{at}", ref=code)
        page = await answers(both, f"w{at}", "jht", "months" if at < 6 else "ever", "no")
        assert "Rp" not in page.text, "the answers come in the talk"
    version = {"version": "0"}
    assert (await browser.post(f"/desk/occasions/{number}/again", version)).status == 303
    assert (await browser.post(f"/desk/occasions/{number}/again", version)).status == 409, "once"
    invited = await both.database.writer.read(lambda db: occasions.attendants(db, number))
    assert len(invited) == 12
    for at in range(12):
        page = await answers(both, f"w{at}", "both", "months", "yes")
        assert "Rp85.000.000" in page.text
    found = await both.database.writer.read(lambda db: occasions.understood(db, number, list(QUESTIONS)))
    assert [(one.before, one.before_right, one.after, one.after_right) for one in found] == [
        (12, 0, 12, 12),
        (12, 6, 12, 12),
        (12, 0, 12, 12),
    ]
    for language, changed in (("id", "lebih banyak yang benar"), ("en", "more of a hundred answers were right")):
        answer = await browser.get(f"/desk/occasions/{number}/sheet-{language}.pdf")
        words = " ".join(words_on(await answer.read())[0].split())
        assert "Sosialisasi PMI di Buduran" in words
        assert "BPJS Ketenagakerjaan Sidoarjo" in words
        assert changed in words
        assert "12" not in words.replace("2026", ""), "numbers are guarded on what is handed out"
    rows = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    assert [row.action for row in reversed(rows)] == ["occasion.added", "occasion.asked_again"]


async def test_everybody_who_came_is_asked_again_in_their_chat(both: Desk) -> None:
    browser, number, code = await planned(both)
    await say(both, "sri", ref=code)
    before = both.database.tools.new_id()
    await browser.post(f"/desk/occasions/{number}/again", {"version": "0"})
    address = both.database.address(Inbound("telegram", "sri", "", both.clock()))
    told = await both.database.writer.read(lambda db: after(db, address, before))
    assert [(entry.page.text, [button.payload for button in entry.page.buttons]) for entry in told if entry.page] == [
        ("Paparan Sosialisasi PMI di Buduran sudah selesai. Tiga pertanyaan yang sama sekali lagi?", ["day"])
    ]


async def test_the_first_answer_counts_and_questions_end_with_the_day(both: Desk) -> None:
    _browser, number, code = await planned(both)
    await say(both, "sri", ref=code)
    await answers(both, "sri", "jht", "months", "yes")
    await say(both, "sri", press="day.must=both")
    found = await both.database.writer.read(lambda db: occasions.understood(db, number, list(QUESTIONS)))
    assert [(one.before, one.before_right) for one in found] == [(1, 0), (1, 1), (1, 1)]
    both.clock.move(days=2)
    assert "Sosialisasi" not in (await say(both, "late", ref=code)).text, "it is over; the link still counts for the partner"


async def test_an_erased_person_leaves_their_answers_as_counts(both: Desk) -> None:
    _browser, number, code = await planned(both)
    await say(both, "sri", ref=code)
    await answers(both, "sri", "both", "months", "yes")
    [contact] = await both.database.writer.read(lambda db: occasions.attendants(db, number))
    await both.database.writer.run(lambda db: erase_of(db, both.database.tools, contact, both.clock()))
    assert await both.database.writer.read(lambda db: occasions.attendants(db, number)) == []
    found = await both.database.writer.read(lambda db: occasions.understood(db, number, list(QUESTIONS)))
    assert [one.before for one in found] == [1, 1, 1]


async def test_another_branch_s_day_is_not_found(both: Desk) -> None:
    _browser, number, _code = await planned(both)
    stranger = await other_branch(both)
    assert "Buduran" not in await (await stranger.get("/desk/occasions?all")).text()
    for path in ("", "/screen", "/sheet-id.pdf"):
        assert (await stranger.get(f"/desk/occasions/{number}{path}")).status == 404
    assert (await stranger.post(f"/desk/occasions/{number}/again", {"version": "0"})).status == 404
    assert (await stranger.post("/desk/occasions/new", DAY)).status == 400


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"place": "x" * 101}, {"day": "2026-02-30"}, {"starts": "15:00", "ends": "13:00"}, {"ends": ""}, {"partner": "nobody"}],
)
async def test_a_day_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, str]) -> None:
    browser = await desk.signed_in(Role.OFFICER)
    assert (await browser.post("/desk/occasions/new", {**DAY, **wrong})).status in (400, 422)


def test_the_desk_names_every_question_that_is_asked() -> None:
    assert list(QUESTIONS) == list(RIGHT)
