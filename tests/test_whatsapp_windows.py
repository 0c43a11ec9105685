"""WhatsApp lets us write freely for 24 hours after somebody wrote; outside it only templates go, to so many people a day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.engine import Engine
from bot.house import load, new_engine, open_database
from locales import Page
from storage import Database, Inbound, accounts, outbox, templates
from storage.changes import table_of
from storage.contacts import AddressRow
from storage.deliveries import CAMPAIGN, DELIVERIES, NOTICE, REPLY, reply_row
from storage.outbox import Claimed, Result
from storage.templates import Filled, Template, Unfillable
from storage.windows import DAY
from storage.writer import Connection
from tests.talk import BRANCH, KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
ADDRESSES = table_of(AddressRow)
INVITATION = Filled("ajakan", "id")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def hear(database: Database, *people: int, at: datetime = NOW, channel: str = "whatsapp", now: datetime = NOW) -> None:
    """Each writes once; their replies are sent away so that only what a test queues is there."""
    engine: Engine = new_engine(database, "sidoarjo", lambda: now)
    engine.start()
    await engine.receive([Inbound(channel, f"62812{person:08}", f"{person}-{at.timestamp()}", at, text="halo") for person in people])
    await engine.close()
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.state == "queued").values(state="sent")))


async def queue(database: Database, *people: int, lane: int = REPLY, template: Filled | None = None, **facts: Any) -> list[int]:
    async def work(db: Connection) -> list[int]:
        new = []
        for person in people:
            address = database.address_of("whatsapp", f"62812{person:08}")
            owner = (await db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == address))).scalar_one()
            id_ = database.tools.new_id()
            row = reply_row(id_, str(id_), owner, address, "whatsapp", Page("Halo"), NOW, pulled=False, follows=None)
            kept = templates.dump(template) if template else None
            late = {"expires_at": NOW + timedelta(days=30), "lane": lane, "template": kept}
            await db.execute(DELIVERIES.insert(), [row | late | facts])
            new.append(id_)
        return new

    return await database.writer.run(work)


async def claim(database: Database, now: datetime = NOW, count: int = 100) -> list[Claimed]:
    return await database.writer.run(lambda db: outbox.claim(db, database.tools, "whatsapp", 1, count, now, None))


async def states(database: Database, ids: list[int]) -> list[tuple[str, str | None]]:
    wanted = select(DELIVERIES.c.id, DELIVERIES.c.state, DELIVERIES.c.reason).where(DELIVERIES.c.id.in_(ids)).order_by(DELIVERIES.c.id)
    return [(row.state, row.reason) for row in await database.writer.read(lambda db: db.execute(wanted))]


async def window_of(database: Database, person: int, channel: str = "whatsapp") -> datetime | None:
    wanted = select(ADDRESSES.c.window_until).where(ADDRESSES.c.id == database.address_of(channel, f"62812{person:08}"))
    until: datetime | None = (await database.writer.read(lambda db: db.execute(wanted))).scalar()
    return until


async def limit(database: Database, people: int) -> None:
    await database.writer.run(lambda db: accounts.told(db, "whatsapp", NOW, daily_limit=people))


# The window


async def test_whoever_writes_may_be_answered_for_a_day(database: Database) -> None:
    await hear(database, 1, at=NOW - timedelta(hours=5))
    assert await window_of(database, 1) == NOW + timedelta(hours=19)
    await hear(database, 1, at=NOW - timedelta(hours=9))
    assert await window_of(database, 1) == NOW + timedelta(hours=19), "a message that comes late does not shorten it"
    await hear(database, 1, at=NOW + timedelta(days=3))
    assert await window_of(database, 1) == NOW + DAY, "a clock ahead of ours gains nothing"
    await hear(database, 2, channel="telegram")
    assert await window_of(database, 2, "telegram") is None


async def test_outside_the_window_nothing_goes_but_a_template(database: Database) -> None:
    await hear(database, 1, at=NOW)
    await hear(database, 2, 3, at=NOW - timedelta(hours=30))
    open_, shut = await queue(database, 1, 2)
    [template] = await queue(database, 3, template=INVITATION)
    assert {one.id: one.template for one in await claim(database)} == {open_: None, template: INVITATION}
    assert await states(database, [open_, shut, template]) == [("in_flight", None), ("skipped", "window"), ("in_flight", None)]


async def test_a_window_shuts_on_time(database: Database) -> None:
    await hear(database, 1, at=NOW)
    [early] = await queue(database, 1)
    assert [one.id for one in await claim(database, NOW + DAY - timedelta(seconds=1))] == [early]
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="sent")))
    [late] = await queue(database, 1)
    assert await claim(database, NOW + DAY) == []
    assert await states(database, [late]) == [("skipped", "window")]


async def test_what_the_platform_refuses_for_the_window_is_skipped_and_remembered(database: Database) -> None:
    await hear(database, 1)
    [first] = await queue(database, 1)
    [claimed] = await claim(database)
    result = Result(first, "skipped", "window", shut=True)
    await database.writer.run(lambda db: outbox.record(db, database.tools, "whatsapp", [(claimed, result)], NOW))
    [second] = await queue(database, 1)
    assert await claim(database) == []
    assert await states(database, [first, second]) == [("skipped", "window")] * 2


# So many people a day


async def test_the_daily_limit_is_kept_and_each_person_counts_once(database: Database) -> None:
    await limit(database, 3)
    await hear(database, *range(1, 7), at=NOW - timedelta(days=2))
    await hear(database, 7, at=NOW)
    first = await queue(database, 1, 2, lane=CAMPAIGN, template=INVITATION)
    assert len(await claim(database)) == 2
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="sent")))
    again = await queue(database, 1, lane=CAMPAIGN, template=INVITATION)
    inside = await queue(database, 7, lane=CAMPAIGN, template=INVITATION)
    more = await queue(database, 3, 4, 5, lane=CAMPAIGN, template=INVITATION)
    gone = {one.id for one in await claim(database, NOW + timedelta(hours=1))}
    assert gone == {*again, *inside, more[0]}, "one more is new; who was counted, or wrote, is free"
    assert await states(database, more[1:]) == [("queued", "daily_limit")] * 2
    assert await claim(database, NOW + timedelta(hours=23)) == []
    assert [one.id for one in await claim(database, NOW + timedelta(hours=24, seconds=1))] == [more[1]], (
        "as soon as one is no longer counted"
    )
    assert len(first) == 2


async def test_until_meta_says_otherwise_the_smallest_limit_holds_and_without_one_there_is_none(database: Database) -> None:
    people = range(1, 301)
    await hear(database, *people, at=NOW - timedelta(days=2))
    await queue(database, *people, lane=CAMPAIGN, template=INVITATION)
    assert len(await claim(database, count=400)) == 250
    await limit(database, accounts.UNLIMITED)
    await database.writer.run(lambda db: accounts.resume(db, "whatsapp"))
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.state == "queued").values(due_at=NOW)))
    assert len(await claim(database, count=400)) == 50


async def test_two_senders_together_never_pass_the_limit(postgresql_url: str) -> None:
    database = open_database(postgresql_url, KEY)
    await load(database, BRANCH, NOW)
    await limit(database, 20)
    await hear(database, *range(1, 101), at=NOW - timedelta(days=2))
    await queue(database, *range(1, 101), lane=CAMPAIGN, template=INVITATION)
    claimed = await asyncio.gather(*(claim(database, count=10) for _sender in range(8)))
    assert sum(map(len, claimed)) == 20
    await database.close()


# Rest


async def test_while_campaigns_rest_replies_go_on(database: Database) -> None:
    await hear(database, 1, 2, 3)
    await database.writer.run(lambda db: accounts.pause(db, "whatsapp", NOW + timedelta(hours=2), "flagged_as_spam"))
    await queue(database, 1, lane=CAMPAIGN)
    others = await queue(database, 2, lane=REPLY) + await queue(database, 3, lane=NOTICE)
    assert [one.id for one in await claim(database)] == others
    assert await database.writer.read(lambda db: outbox.next_due(db, "whatsapp", NOW)) is None, "nothing to wake up for"
    assert len(await claim(database, NOW + timedelta(hours=3))) == 1


async def test_a_pause_only_grows_until_staff_end_it(database: Database) -> None:
    await database.writer.run(lambda db: accounts.pause(db, "whatsapp", NOW + timedelta(hours=5), "flagged_as_spam"))
    await database.writer.run(lambda db: accounts.pause(db, "whatsapp", NOW + timedelta(hours=1), "daily_limit"))
    account = await database.writer.read(lambda db: accounts.account(db, "whatsapp"))
    assert (account.paused_until, account.paused_because) == (NOW + timedelta(hours=5), "flagged_as_spam")
    await database.writer.run(lambda db: accounts.resume(db, "whatsapp"))
    assert not (await database.writer.read(lambda db: accounts.account(db, "whatsapp"))).rests(NOW)


# Templates


PARTS = (
    {"type": "BODY", "text": "Halo {{1}}, dari {{2}}. Sampai jumpa {{1}}."},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Cek status"}, {"type": "URL", "text": "Situs"}]},
)
TEMPLATE = Template("ajakan", "id", "APPROVED", "marketing", parts=PARTS)


def test_every_blank_of_a_template_must_be_filled() -> None:
    filled = TEMPLATE.fill({"1": "Siti\n\tAisyah", "2": "Sidoarjo"}, ["coverage#77"])
    assert filled == Filled("ajakan", "id", (("1", "Siti Aisyah"), ("2", "Sidoarjo")), False, ("coverage#77",))
    assert templates.load(templates.dump(filled)) == filled
    assert TEMPLATE.shown({"1": "Siti", "2": "Sidoarjo"}) == "Halo Siti, dari Sidoarjo. Sampai jumpa Siti."
    for words, payloads in (
        ({"1": "Siti"}, ["x"]),
        ({"1": "a", "2": "b", "3": "c"}, ["x"]),
        ({"1": "a", "2": " "}, ["x"]),
        ({"1": "a", "2": "b"}, []),
    ):
        with pytest.raises(Unfillable):
            TEMPLATE.fill(words, payloads)
    with pytest.raises(Unfillable):
        TEMPLATE.fill({"1": "x" * 600, "2": "b"}, ["x"])
    named = Template("undangan", "id", "APPROVED", "utility", parts=({"type": "BODY", "text": "Halo {{nama}}"},))
    assert named.fill({"nama": "Siti"}).named


async def test_what_the_platform_lists_is_what_there_is(database: Database) -> None:
    other = Template("lama", "id", "APPROVED", "utility")
    dialect = database.dialect
    await database.writer.run(lambda db: templates.synchronise(db, dialect, [TEMPLATE, other], NOW))
    rejected = Template("ajakan", "id", "REJECTED", "marketing", "INVALID_FORMAT", "UNKNOWN", PARTS)
    await database.writer.run(lambda db: templates.synchronise(db, dialect, [rejected], NOW))
    known = await database.writer.read(templates.every)
    assert [(one.name, one.state, one.reason) for one in known] == [("ajakan", "REJECTED", "INVALID_FORMAT"), ("lama", "DELETED", "")]
    assert known[0].blanks == ("1", "2")
    assert known[0].quick_replies == ("Cek status",)
    assert await database.writer.run(lambda db: templates.change(db, "ajakan", "id", NOW, state="APPROVED", reason=""))
    assert not await database.writer.run(lambda db: templates.change(db, "nobody", "id", NOW, state="APPROVED"))
    found = await database.writer.read(lambda db: templates.find(db, "ajakan", "id"))
    assert found
    assert (found.state, found.reason) == ("APPROVED", "")
    assert await database.writer.read(lambda db: templates.find(db, "ajakan", "en")) is None
