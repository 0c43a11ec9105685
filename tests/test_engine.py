"""Turns in groups: every message is handled once, in order, whatever its neighbours do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot.engine import Engine
from bot.house import load, open_database
from dialogue import Dialogue, Go, Next, Script, State, Turn, go
from dialogue import text as words
from locales import _
from storage import Database, Inbound, Unavailable
from storage.turns import Group
from storage.writer import Connection
from tests.talk import BRANCH, KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


class Count(State):
    heard: int = 0


count = Dialogue("count", Count)


@count.step(words(_("Say something.")))
async def more(turn: Turn[Count], answer: str) -> Next:
    if answer == "broken":
        raise RuntimeError("a bug in a step")
    if answer == "broken after writing":
        turn.store.events.add("check", "lost")
        await turn.store.requests.open("human")
        await turn.store.requests.waiting("human")  # reads, so what was added is written already
        raise RuntimeError("a bug after a write")
    if answer == "sleeps":
        await asyncio.sleep(0.01)
    turn.state.heard += 1
    turn.store.events.add("check", answer)
    return more


async def begin(_turn: Turn[State]) -> Go:
    return go("count")


async def arrive(_turn: Turn[State]) -> None:
    return None


SCRIPT = Script(
    {"count": count}, dict.fromkeys(("other", "emergency", "unreadable", "greeting", "edited"), begin), {}, arrive, _("Menu"), "1"
)


@asynccontextmanager
async def engine_on(url: str, script: Script = SCRIPT) -> AsyncIterator[tuple[Engine, Database]]:
    database = open_database(url, KEY)
    await load(database, BRANCH, NOW)
    engine = Engine(database, script, lambda: NOW, "sidoarjo", lanes=2)
    engine.start()
    try:
        yield engine, database
    finally:
        await engine.close()
        await database.close()


def said(sender: int, number: int, what: str) -> Inbound:
    return Inbound("telegram", f"{sender}", f"{sender}-{number}", NOW, text=what)


async def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    async def work(db: Connection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await db.execute(text(query))]

    return await database.writer.read(work)


async def test_many_people_at_once_are_each_answered_once(database_url: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await asyncio.gather(*(engine.receive([said(person, turn, "word")]) for turn in range(3) for person in range(100)))
        assert await rows(database, "SELECT count(*), count(DISTINCT contact_id) FROM deliveries") == [(300, 100)]
        assert await rows(database, "SELECT count(*) FROM inbound WHERE state = 'done'") == [(300,)]
        assert await rows(database, "SELECT count(*) FROM said") == [(300,)]


async def test_the_same_message_again_changes_nothing(database_url: str) -> None:
    """W22"""
    async with engine_on(database_url) as (engine, database):
        for _time in range(3):
            await asyncio.gather(*(engine.receive([said(1, 1, "hello"), said(1, 1, "hello")]) for _copy in range(4)))
        assert await rows(database, "SELECT count(*) FROM deliveries") == [(1,)]
        assert await rows(database, "SELECT count(*) FROM said") == [(1,)]


async def test_what_one_person_says_stays_in_order(database_url: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await engine.receive([said(1, 0, "word")])
        await engine.receive([said(1, number, f"w{number}") for number in range(1, 40)])
        heard = await rows(database, "SELECT subject FROM events WHERE kind = 'check' ORDER BY id")
        assert [subject for (subject,) in heard] == [f"w{number}" for number in range(1, 40)]


@pytest.mark.parametrize("bad", ["broken", "broken after writing"])
async def test_a_turn_that_breaks_is_put_aside_and_hurts_nobody(database_url: str, bad: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await asyncio.gather(*(engine.receive([said(person, 0, "hello")]) for person in range(20)))
        await asyncio.gather(*(engine.receive([said(person, 1, bad if person == 7 else "word")]) for person in range(20)))
        assert await rows(database, "SELECT count(*) FROM events WHERE subject = 'word'") == [(19,)]
        assert await rows(database, "SELECT count(*) FROM events WHERE subject = 'lost'") == [(0,)]
        [(state, reason, raw)] = await rows(database, "SELECT state, reason, raw FROM inbound WHERE id = 'telegram:7-1'")
        assert (state, reason) == ("quarantined", "_Tainted" if "writing" in bad else "RuntimeError")
        assert b"broken" not in bytes(raw)
        assert await rows(database, "SELECT count(*) FROM deliveries WHERE key = 'r:telegram:7-1:0'") == [(1,)], "an apology"
        await engine.receive([said(7, 2, "word")])
        assert await rows(database, "SELECT count(*) FROM deliveries WHERE key = 'r:telegram:7-2:0'") == [(1,)], "the chat goes on"


async def test_what_was_put_aside_did_arrive(database_url: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await engine.receive([said(1, 0, "hello")])
        await engine.receive([replace(said(1, 1, "broken"), number=4_711)])
        assert await rows(database, "SELECT number, state FROM inbound WHERE number IS NOT NULL") == [(4_711, "quarantined")]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, True])
async def test_a_number_that_no_platform_gives_blocks_nobody(database_url: str, number: int) -> None:
    async with engine_on(database_url) as (engine, database):
        await engine.receive([replace(said(1, 0, "hello"), number=number)])
        await engine.receive([replace(said(1, 1, "broken"), number=number)])
        assert await rows(database, "SELECT count(*), count(DISTINCT state) FROM inbound") == [(2, 2)]


async def test_a_conversation_that_cannot_be_read_blocks_nobody_not_even_itself(database_url: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await asyncio.gather(*(engine.receive([said(person, 0, "hello")]) for person in range(5)))
        broken = "UPDATE conversations SET memory = :nonsense WHERE contact_id = (SELECT min(contact_id) FROM conversations)"
        await database.writer.run(lambda db: db.execute(text(broken), {"nonsense": b"nonsense"}))
        await asyncio.gather(*(engine.receive([said(person, 1, "word")]) for person in range(5)))
        assert await rows(database, "SELECT count(*) FROM events WHERE subject = 'word'") == [(4,)]
        assert await rows(database, "SELECT reason FROM inbound WHERE state = 'quarantined'") == [("Unsealable",)]


async def test_a_step_that_waits_for_the_world_is_a_bug_on_sqlite(sqlite_url: str) -> None:
    async with engine_on(sqlite_url) as (engine, database):
        await engine.receive([said(1, 0, "hello")])
        await engine.receive([said(1, 1, "sleeps")])
        assert await rows(database, "SELECT reason FROM inbound WHERE id = 'telegram:1-1'") == [("RuntimeError",)]


async def test_a_database_that_is_away_is_said_and_nothing_is_half_done(sqlite_url: str) -> None:
    async with engine_on(sqlite_url) as (engine, database):
        run: Callable[..., Awaitable[object]] = database.writer.run

        async def away(_work: object) -> object:
            raise Unavailable("gone")

        database.writer.run = away  # type: ignore[method-assign, assignment]
        with pytest.raises(Unavailable):
            await engine.receive([said(1, 0, "hello")])
        database.writer.run = run  # type: ignore[method-assign, assignment]
        await engine.receive([said(1, 0, "hello")])
        assert await rows(database, "SELECT count(*) FROM deliveries") == [(1,)]


async def test_two_replicas_and_one_person_lose_and_double_nothing(postgresql_url: str) -> None:
    async with engine_on(postgresql_url) as (one, database), engine_on(postgresql_url) as (other, _again):
        await one.receive([said(1, 0, "hello")])
        await asyncio.gather(*((one if number % 2 else other).receive([said(1, number, "word")]) for number in range(1, 60)))
        assert await rows(database, "SELECT count(*) FROM events WHERE subject = 'word'") == [(59,)]
        assert await rows(database, "SELECT count(*) FROM deliveries") == [(60,)]
        assert await rows(database, "SELECT count(*) FROM contacts") == [(1,)]


async def test_no_replica_forgets_what_the_other_has_just_heard(postgresql_url: str) -> None:
    async with engine_on(postgresql_url) as (one, database), engine_on(postgresql_url) as (other, _again):
        await one.receive([said(1, 0, "hello")])
        await asyncio.gather(*((one if number % 2 else other).receive([said(1, number, "word")]) for number in range(1, 60)))
        assert await heard(database, said(1, 0, "")) == 59


async def heard(database: Database, inbound: Inbound) -> int:
    """What the conversation itself remembers."""
    address = database.address(inbound)

    async def work(db: Connection) -> int:
        loaded = await Group(db, database.dialect, database.tools, NOW, "sidoarjo").load({address: inbound})
        return int(loaded[address].conversation.trail[-1].state["heard"])

    return await database.writer.run(work)


async def test_what_no_database_keeps_is_left_out(database_url: str) -> None:
    async with engine_on(database_url) as (engine, database):
        await engine.receive([said(1, 0, "a\0b\ud800c")])
        assert await rows(database, "SELECT text FROM said") == [("ab?c",)]
