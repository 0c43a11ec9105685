"""Emergencies stand on top until an officer has read them; whoever called for help is told, once; and who may not answer people sees none."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, select, update

from bot.engine import Engine
from console.policies import Role
from storage import answering, duty, officer_chats
from storage.merging import ADDRESSES, move
from storage.officer_chats import CHATS, CODES
from storage.requests import REQUESTS
from storage.templates import TEMPLATES
from tests.console.conftest import NOW, Browser, Desk
from tests.console.talking import Talker, talking

CRY = "tolong saya dipukul majikan"


@pytest.fixture
async def engine(both: Desk) -> AsyncIterator[Engine]:
    async with talking(both) as engine:
        yield engine


@pytest.fixture
async def siti(both: Desk, engine: Engine) -> Talker:
    siti = Talker(both, engine, "siti", "webchat")
    await siti.says(CRY)
    return siti


async def request(desk: Desk) -> int:
    return int((await desk.database.writer.read(lambda db: db.execute(select(REQUESTS.c.id)))).scalar_one())


async def sri(desk: Desk) -> Browser:
    return await desk.enter(await desk.officer(name="Sri Wahyuni", login="sri"))


async def test_an_emergency_stands_on_top_of_inbox_and_overview_until_it_is_read(both: Desk, siti: Talker) -> None:
    officer, number = await sri(both), await request(both)
    for path in ("/desk", "/desk/inbox", "/desk/emergencies"):
        page = await (await officer.get(path)).text()
        assert f'action="/desk/emergencies/{number}/read"' in page, path
        assert 'data-emergencies="1"' in page
    assert (await officer.post(f"/desk/emergencies/{number}/read")).status == 303
    for path in ("/desk", "/desk/inbox", "/desk/emergencies"):
        assert "data-emergencies" not in await (await officer.get(path)).text(), path
    page = await (await officer.get("/desk/inbox?reason=emergency")).text()
    assert await siti.path() in page  # read, and not settled yet


async def test_the_worker_is_told_once_that_somebody_has_read_it(both: Desk, siti: Talker) -> None:
    number, before = await request(both), len(await siti.read())
    first, second = await sri(both), await both.signed_in(Role.APPROVER)
    for officer, said in ((first, "Pekerja sudah diberi tahu"), (second, "Rekan sudah membacanya"), (first, "Rekan sudah membacanya")):
        answer = await officer.post(f"/desk/emergencies/{number}/read")
        assert said in await (await officer.get(answer.headers["Location"])).text()
    told = (await siti.read())[before:]
    assert [entry.text.split("\n\n")[0] for entry in told] == [
        "Sri dari BPJS Ketenagakerjaan Sidoarjo sudah membaca permintaan tolong Anda dan akan menulis kepada Anda di sini."
    ]
    assert [news for news in both.told if siti.address in news] != []
    assert "Petugas sudah membaca pesan pertama Anda" in (await siti.says(CRY))[0].text


async def test_a_call_in_english_is_told_in_english(both: Desk, engine: Engine) -> None:
    worker = Talker(both, engine, "ani", "webchat", "en")
    await worker.says("my employer is beating me, help")
    await (await sri(both)).post(f"/desk/emergencies/{await request(both)}/read")
    assert (await worker.read())[-1].text.startswith("Sri of BPJS Ketenagakerjaan Sidoarjo has read your call for help")


async def test_where_they_are_is_shown_to_who_answers(both: Desk, siti: Talker) -> None:
    """P2: sealed in the database, opened for the officer."""
    await siti.says(kind="location", place=(22.3, 114.17))
    assert 'href="geo:22.3,114.17"' in await (await (await sri(both)).get(await siti.path())).text()
    kept = (await both.database.writer.read(lambda db: db.execute(select(REQUESTS.c.place)))).scalar_one()
    assert b"22.3" not in kept


async def test_another_branch_can_neither_see_nor_read_it(both: Desk, siti: Talker) -> None:
    """W2"""
    stranger, number = await both.signed_in(Role.OFFICER, "surabaya"), await request(both)
    assert (await stranger.post(f"/desk/emergencies/{number}/read")).status == 404
    assert "data-emergencies" not in await (await stranger.get("/desk")).text()
    assert [one.state for one in await both.database.writer.read(lambda db: answering.unread_emergencies(db, "*"))] == ["open"]


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
async def test_who_may_not_answer_people_sees_none(both: Desk, siti: Talker, role: Role) -> None:
    """W1"""
    browser = await both.signed_in(role)
    assert await siti.path() not in await (await browser.get("/desk")).text()
    assert (await browser.get("/desk/emergencies")).status == 403


async def test_the_head_of_the_branch_says_who_is_on_duty(both: Desk) -> None:
    head, officer = await both.signed_in(Role.APPROVER), await both.signed_in(Role.OFFICER)
    assert officer.officer
    form = {"officer": str(officer.officer.id), "starts": "20:00", "ends": "06:00", "day0": "1", "day6": "1"}
    assert (await officer.post("/desk/duty", form)).status == 403
    assert (await head.post("/desk/duty", form)).status == 303
    for wrong in ({**form, "starts": "25:00"}, {**form, "ends": ""}, {**form, "day0": "", "day6": ""}):
        assert (await head.post("/desk/duty", wrong)).status == 422
    shifts = await both.database.writer.read(lambda db: duty.shifts(db, "sidoarjo"))
    assert [(shift.weekday, f"{shift.starts:%H:%M}", f"{shift.ends:%H:%M}") for shift in shifts] == [
        (0, "20:00", "06:00"),
        (6, "20:00", "06:00"),
    ]
    assert "20.00–06.00" in await (await officer.get("/desk/duty")).text()
    for shift in shifts:
        assert (await head.post(f"/desk/duty/{shift.id}/drop")).status == 303
    assert await both.database.writer.read(lambda db: duty.shifts(db, "*")) == []


async def test_another_branchs_roster_is_closed(both: Desk) -> None:
    """W2, W4"""
    head, stranger = await both.signed_in(Role.APPROVER), await both.signed_in(Role.APPROVER, "surabaya")
    assert head.officer
    form = {"officer": str(head.officer.id), "starts": "08:00", "ends": "16:00", "day0": "1"}
    assert (await stranger.post("/desk/duty", form)).status == 400
    await head.post("/desk/duty", form)
    [shift] = await both.database.writer.read(lambda db: duty.shifts(db, "*"))
    assert (await stranger.post(f"/desk/duty/{shift.id}/drop")).status == 404
    assert str(head.officer.name) not in await (await stranger.get("/desk/duty")).text()


async def test_an_officer_links_their_chat_and_takes_it_off_again(both: Desk, engine: Engine) -> None:
    """W23: the code is shown once and not kept readable."""
    officer = await sri(both)
    page = await (await officer.post("/desk/duty/chat/code")).text()
    found = re.search(r"<code>/tugas ([0-9A-Z]{9})</code>", page)
    assert found
    assert found[1] not in str((await both.database.writer.read(lambda db: db.execute(select(CODES)))).all())
    chat = Talker(both, engine, "sris-own-phone")
    assert "Sri Wahyuni, dalam keadaan darurat" in (await chat.says(f"/tugas {found[1]}"))[0].text
    page = await (await officer.get("/desk/duty")).text()
    assert "Telegram" in page
    assert found[1] not in page
    colleague = await both.signed_in(Role.OFFICER)
    assert (await colleague.post("/desk/duty/chat/unlink", {"address": chat.address})).status == 404
    assert (await officer.post("/desk/duty/chat/unlink", {"address": chat.address})).status == 303
    assert (await both.database.writer.read(lambda db: db.execute(select(CHATS)))).first() is None


async def test_an_address_that_changed_its_id_is_still_the_officers(both: Desk, engine: Engine) -> None:
    officer = await sri(both)
    page = await (await officer.post("/desk/duty/chat/code")).text()
    code = re.findall(r"/tugas ([0-9A-Z]{9})<", page)[0]
    chat = Talker(both, engine, "old-id")
    await chat.says(f"/tugas {code}")
    await both.database.writer.run(lambda db: move(db, both.database.tools, chat.address, "telegram", "new-id"))
    assert officer.officer
    here = officer.officer.id
    [linked] = await both.database.writer.read(lambda db: officer_chats.of(db, [here]))
    assert linked.address == both.database.address_of("telegram", "new-id")


async def test_an_erased_persons_emergency_is_gone_from_the_desk(both: Desk, siti: Talker) -> None:
    """P6"""
    await siti.says("hapus data saya")
    for button in ("privacy.wish=erase", "privacy.erase=yes"):
        await siti.says(pressed=button, kind="press")
    assert "data-emergencies" not in await (await (await sri(both)).get("/desk")).text()


async def test_who_cannot_be_called_on_whatsapp_is_told_so_on_the_roster(both: Desk, engine: Engine) -> None:
    """Over a day after they wrote, and while no call is approved; a chat on Telegram is always open."""
    officer = await sri(both)
    chat = Talker(both, engine, "6281200000009", channel="whatsapp")
    code = re.findall(r"/tugas ([0-9A-Z]{9})<", await (await officer.post("/desk/duty/chat/code")).text())[0]
    await chat.says(f"/tugas {code}")
    silent = "duty_call belum"
    assert silent not in await (await officer.get("/desk/duty")).text()
    await both.database.writer.run(lambda db: db.execute(update(ADDRESSES).values(window_until=NOW)))
    assert silent in await (await officer.get("/desk/duty")).text()
    row = {"name": "duty_call", "language": "id", "state": "PENDING", "category": "utility", "parts": "[]", "changed_at": NOW}
    await both.database.writer.run(lambda db: db.execute(insert(TEMPLATES), [row]))
    assert silent in await (await officer.get("/desk/duty")).text()
    await both.database.writer.run(lambda db: db.execute(update(TEMPLATES).values(state="APPROVED")))
    assert silent not in await (await officer.get("/desk/duty")).text()
