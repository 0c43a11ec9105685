"""Officers are called to an emergency by their own chat: at once, after two and five minutes, then the head; each call once, and never a word of the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot import house
from bot.calls import Calls
from bot.engine import Engine
from bot.failpoints import arm
from storage import Database, Inbound, answering, duty, officer_chats, officers
from storage.deliveries import DELIVERIES
from storage.history import after
from storage.officer_chats import CHATS, CODES
from storage.officers import NewOfficer, Officer
from storage.requests import REQUESTS
from storage.templates import TEMPLATES
from tests.talk import BRANCH, KEY

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # a Monday, 12:00 in Sidoarjo
WORKER = "siti-rahasia"
CRY = "tolong saya dipukul majikan"


@dataclass
class House:
    """The bot at work, with officers who may be called."""

    database: Database
    engine: Engine
    now: datetime = NOON
    told: list[set[str]] = field(default_factory=list)
    messages: int = 0

    def calls(self) -> Calls:
        """As a process that has just been started."""
        return Calls(self.database, lambda: self.now, self.told.append, "https://sapa.example/")

    async def officer(self, login: str, role: str = "officer", branch: str = "sidoarjo", chat: str = "telegram", **more: Any) -> Officer:
        """An officer with a chat of their own, linked by a code that they sent from it."""
        new = NewOfficer(branch, role, login, login.title(), **more)
        officer = await self.database.writer.run(lambda db: officers.add(db, self.database.tools, new, self.now))
        if chat:
            await self.says(login, f"/tugas {await self.code(officer)}", chat)
        return officer

    async def code(self, officer: Officer, chance: int = 7) -> str:
        tools = self.database.tools
        return await self.database.writer.run(lambda db: officer_chats.new_code(db, tools, officer.id, chance, self.now))

    async def on_duty(self, officer: Officer, day: int = 0, starts: str = "08:00", ends: str = "16:00") -> None:
        tools, begins, finishes = self.database.tools, time.fromisoformat(starts), time.fromisoformat(ends)
        await self.database.writer.run(lambda db: duty.add(db, tools, officer.id, day, begins, finishes))

    async def says(self, sender: str, text: str, channel: str = "telegram") -> str:
        """What the bot answers."""
        self.messages += 1
        inbound, before = Inbound(channel, sender, f"m{self.messages}", self.now, text, language="id"), self.database.tools.new_id()
        await self.engine.receive([inbound])
        entries = await self.database.writer.read(lambda db: after(db, self.database.address(inbound), before))
        return "\n".join(entry.text for entry in entries if entry.page)

    async def called(self) -> list[tuple[str, str]]:
        """Who was called, and with which words, in order."""
        tools = self.database.tools
        chats = {tools.sealer.index("address", f"{channel}:{login}"): login for channel in ("telegram", "whatsapp") for login in LOGINS}
        mine = select(DELIVERIES.c.address, DELIVERIES.c.page).where(DELIVERIES.c.key.startswith("p:")).order_by(DELIVERIES.c.id)
        rows = await self.database.writer.read(lambda db: db.execute(mine))
        return [(chats[row.address], json.loads(row.page)["text"]) for row in rows]

    async def whom(self) -> list[str]:
        return [login for login, _words in await self.called()]

    async def look(self, minutes: float = 0) -> None:
        self.now += timedelta(minutes=minutes)
        await self.calls().look()


LOGINS = ("ani", "budi", "citra", "dewi")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[House]:
    database = house.open_database(database_url, KEY)
    await house.load(database, BRANCH, NOON)
    here = House(database, None)  # type: ignore[arg-type]
    here.engine = house.new_engine(database, "sidoarjo", lambda: here.now)
    here.engine.start()
    yield here
    await here.engine.close()
    await database.close()


async def test_those_on_duty_are_called_at_once_again_after_two_and_five_minutes_then_the_head(desk: House) -> None:
    await desk.on_duty(await desk.officer("ani"))
    await desk.officer("budi")
    await desk.officer("citra", "approver")
    await desk.says(WORKER, CRY)
    for minutes, whom in (
        (0, ["ani"]),
        (1, ["ani"]),
        (1, ["ani"] * 2),
        (2.9, ["ani"] * 2),
        (0.1, ["ani"] * 3),
        (3, [*["ani"] * 3, "citra"]),
    ):
        await desk.look(minutes)
        assert await desk.whom() == whom
    await desk.look(60)
    assert await desk.whom() == ["ani", "ani", "ani", "citra"]


async def test_nobody_is_called_twice_by_two_processes_or_after_a_restart(desk: House) -> None:
    """F5"""
    await desk.on_duty(await desk.officer("ani"))
    await desk.says(WORKER, CRY)
    await asyncio.gather(*(desk.calls().look() for _process in range(4)))
    await desk.look()
    assert await desk.whom() == ["ani"]
    assert len(desk.told) == 1


async def test_after_a_long_rest_each_is_called_once_and_not_for_every_round_that_passed(desk: House) -> None:
    await desk.on_duty(await desk.officer("ani"))
    await desk.officer("citra", "approver")
    await desk.says(WORKER, CRY)
    await desk.look(40)
    assert await desk.whom() == ["ani", "citra"]


async def test_who_has_read_it_ends_the_calls(desk: House) -> None:
    officer = await desk.officer("ani")
    await desk.on_duty(officer)
    await desk.says(WORKER, CRY)
    await desk.look()
    request = (await desk.database.writer.read(lambda db: db.execute(select(REQUESTS.c.id)))).scalar_one()
    assert await desk.database.writer.run(lambda db: answering.read(db, request, officer.id, desk.now))
    await desk.look(10)
    assert await desk.whom() == ["ani"]


async def test_with_nobody_on_duty_the_head_is_called_at_once_and_again(desk: House) -> None:
    await desk.on_duty(await desk.officer("ani"), day=1)
    await desk.officer("citra", "approver")
    await desk.says(WORKER, CRY)
    for minutes in (0, 2, 3, 3):
        await desk.look(minutes)
    assert await desk.whom() == ["citra"] * 3


async def test_without_a_head_who_can_be_called_it_is_the_administrator(desk: House) -> None:
    await desk.officer("citra", "approver", chat="")
    await desk.officer("dewi", "administrator", branch="*")
    await desk.says(WORKER, CRY)
    await desk.look()
    assert await desk.whom() == ["dewi"]


async def test_another_branch_is_not_called_and_a_national_officer_is(desk: House) -> None:
    """W2"""
    await desk.on_duty(await desk.officer("ani", branch="surabaya"))
    await desk.on_duty(await desk.officer("budi", branch="*"))
    await desk.says(WORKER, CRY)
    await desk.look()
    assert await desk.whom() == ["budi"]


async def test_a_shift_over_midnight_holds_on_both_days_in_the_officers_own_time(desk: House) -> None:
    await desk.on_duty(await desk.officer("ani", zone="Asia/Jayapura"), day=0, starts="22:00", ends="06:00")
    held = []
    for hour in range(48):
        at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)
        if await desk.database.writer.read(lambda db, at=at: duty.on_duty(db, "sidoarjo", at)):  # type: ignore[misc]
            held.append(hour)
    assert held == list(range(13, 21))  # 22:00 to 06:00 where it is nine hours later than UTC


async def test_a_call_names_nobody_and_leads_to_the_conversation(desk: House) -> None:
    """P1"""
    await desk.on_duty(await desk.officer("ani"))
    await desk.says(WORKER, f"{CRY}, nomor saya 081234567890")
    await desk.look(2)
    [(_whom, words)] = await desk.called()
    contact = (await desk.database.writer.read(lambda db: db.execute(select(REQUESTS.c.contact_id)))).scalar_one()
    assert (
        words
        == f"Darurat: ada yang meminta tolong. Mohon dibaca di meja petugas.\n\nBelum ada yang membacanya selama 2 menit.\n\nBuka: https://sapa.example/desk/inbox/{contact}"
    )
    for secret in (WORKER, "dipukul", "0812"):
        assert secret not in words


async def test_an_officer_who_is_shut_out_or_blocked_the_bot_is_not_called(desk: House) -> None:
    ani, budi = await desk.officer("ani"), await desk.officer("budi")
    for officer in (ani, budi):
        await desk.on_duty(officer)
    await desk.database.writer.run(lambda db: officers.change(db, ani.id, disabled_at=NOON))
    await desk.says(WORKER, CRY)
    await desk.look()
    assert await desk.whom() == ["budi"]


async def test_outside_whatsapps_window_the_approved_call_is_sent(desk: House) -> None:
    ani = await desk.officer("ani", chat="whatsapp")
    await desk.on_duty(ani, day=2)
    row = {"name": "duty_call", "language": "id", "state": "APPROVED", "category": "utility", "parts": "[]", "changed_at": NOON}
    await desk.database.writer.run(lambda db: db.execute(insert(TEMPLATES), [{"reason": "", "quality": "", **row}]))
    desk.now += timedelta(days=2)
    await desk.says(WORKER, CRY)
    await desk.look()
    kept = await desk.database.writer.read(lambda db: db.execute(select(DELIVERIES.c.template).where(DELIVERIES.c.key.startswith("p:"))))
    assert json.loads(kept.scalar_one())["name"] == "duty_call"


async def test_an_old_emergency_calls_nobody_out_any_more(desk: House) -> None:
    await desk.says(WORKER, CRY)
    desk.now += timedelta(hours=25)
    await desk.on_duty(await desk.officer("ani"), day=1)
    await desk.look()
    assert await desk.whom() == []


async def test_a_code_links_one_chat_once_and_not_for_long(desk: House) -> None:
    """W23: no power comes from a chat's id, only from a code that its officer saw at the desk."""
    ani = await desk.officer("ani", chat="")
    code = await desk.code(ani)
    assert "Kode ini tidak berlaku" in await desk.says("orang", "/tugas 00000000")
    assert "Kode ini tidak berlaku" in await desk.says("orang", "/tugas")
    assert "Ani, dalam keadaan darurat" in await desk.says("ani", f"/tugas {code.lower()}")
    assert "Kode ini tidak berlaku" in await desk.says("orang", f"/tugas {code}")
    late, newer = await desk.code(ani, 8), await desk.code(ani, 9)
    assert "Kode ini tidak berlaku" in await desk.says("orang", f"/tugas {late}")
    desk.now += timedelta(minutes=16)
    assert "Kode ini tidak berlaku" in await desk.says("orang", f"/tugas {newer}")
    linked = await desk.database.writer.read(lambda db: db.execute(select(CHATS.c.officer_id)))
    assert list(linked.scalars()) == [ani.id]


async def test_a_page_that_is_silent_once_it_is_closed_is_no_chat_to_be_called_in(desk: House) -> None:
    ani = await desk.officer("ani", chat="")
    assert "Kirim kodenya dari Telegram atau WhatsApp" in await desk.says("ani", f"/tugas {await desk.code(ani)}", "webchat")
    assert (await desk.database.writer.read(lambda db: db.execute(select(CHATS)))).first() is None


async def test_a_chat_belongs_to_who_linked_it_last(desk: House) -> None:
    await desk.officer("ani")
    budi = await desk.officer("budi", chat="")
    await desk.says("ani", f"/tugas {await desk.code(budi, 99)}")
    assert list((await desk.database.writer.read(lambda db: db.execute(select(CHATS.c.officer_id)))).scalars()) == [budi.id]
    assert list((await desk.database.writer.read(lambda db: db.execute(select(CODES.c.id)))).scalars()) == []


async def test_a_process_that_dies_while_it_calls_calls_nobody_or_once(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: at both sides of the commit; who comes after finds what is still to do."""
    await desk.on_duty(await desk.officer("ani"))
    await desk.says(WORKER, CRY)

    class Killed(BaseException):
        pass

    def die(_process: int, _signal: int) -> None:
        raise Killed

    monkeypatch.setattr("os.kill", die)
    for place in ("calls uncommitted", "calls committed"):
        arm(place)
        with pytest.raises(Killed):
            await desk.look()
        arm("")
    await desk.look()
    assert await desk.whom() == ["ani"]


async def test_the_loop_calls_by_itself_and_ends_when_told(desk: House) -> None:
    await desk.on_duty(await desk.officer("ani"))
    await desk.says(WORKER, CRY)
    calls = desk.calls()
    running = asyncio.create_task(calls.run())
    async with asyncio.timeout(20):
        while not desk.told:
            calls.wake()
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await desk.whom() == ["ani"]
    await desk.database.writer.run(lambda db: db.execute(update(REQUESTS).values(state="closed")))


async def test_told_to_end_in_the_very_moment_that_something_happens_it_ends(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.calls.CALM", 0.0)
    calls = desk.calls()
    running = asyncio.create_task(calls.run())
    await asyncio.sleep(0.2)  # it waits for news by now
    calls.wake()
    asyncio.get_running_loop().call_soon(running.cancel)
    done, _pending = await asyncio.wait([running], timeout=3)
    assert done, "it has heard both: that something happened, and that it is to end"
