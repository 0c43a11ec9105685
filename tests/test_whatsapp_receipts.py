"""What WhatsApp says of what we sent moves a delivery forward, never back, in any order and number; what is unknown waits for its delivery."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from bot.channels.whatsapp_storing import Storing
from bot.house import load, open_database
from locales import Page
from storage import Database, Unavailable, accounts, charges, receipts
from storage.changes import table_of
from storage.charges import Charge
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow
from storage.deliveries import CAMPAIGN, DELIVERIES, reply_row
from storage.events import EVENTS
from storage.orphans import ORPHANS
from storage.receipts import Receipt, follow
from storage.writer import Connection
from tests.talk import BRANCH, KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)
SITI = "6281200000001"
MARKETING = Charge("marketing", "regular", "ID", billable=True)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def deliver(database: Database, *, chat: str = SITI, **facts: Any) -> int:
    """A delivery to somebody, as it stands after its send."""
    address = database.address_of("whatsapp", chat)

    async def work(db: Connection) -> int:
        if (await db.execute(select(ADDRESSES.c.id).where(ADDRESSES.c.id == address))).first() is None:
            contact = database.tools.new_id()
            sealed = database.tools.sealer.seal(chat, "addresses", "external", address)
            row = {"id": address, "contact_id": contact, "channel": "whatsapp", "external": sealed, "created_at": NOW}
            await db.execute(insert(CONTACTS), [{"id": contact, "created_at": NOW, "branch": "sidoarjo", "language": "id"}])
            await db.execute(insert(table_of(ConversationRow)), [{"contact_id": contact, "seen_at": NOW}])
            await db.execute(insert(ADDRESSES), [row | {"window_until": NOW + timedelta(hours=1)}])
        owner = (await db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == address))).scalar_one()
        new = database.tools.new_id()
        row = reply_row(new, str(new), owner, address, "whatsapp", Page("Halo"), NOW, pulled=False, follows=None)
        await db.execute(insert(DELIVERIES), [row | {"state": "sent", "provider_id": f"p{new}", "attempts": 1} | facts])
        return new

    return await database.writer.run(work)


def says(state: str, delivery: int | None, provider: str | None = None, **facts: Any) -> Receipt:
    return Receipt("whatsapp", provider or f"p{delivery}", state, NOW + timedelta(seconds=5), delivery, **facts)


async def record(database: Database, *told: Receipt) -> None:
    await database.writer.run(lambda db: receipts.record(db, database.dialect, database.tools, told, NOW))


async def stands(database: Database, delivery: int) -> tuple[str, str | None, str | None]:
    wanted = select(DELIVERIES.c.state, DELIVERIES.c.reason, DELIVERIES.c.provider_id).where(DELIVERIES.c.id == delivery)
    row = (await database.writer.read(lambda db: db.execute(wanted))).one()
    return row.state, row.reason, row.provider_id


async def address_of(database: Database, chat: str = SITI) -> Any:
    wanted = select(ADDRESSES).where(ADDRESSES.c.id == database.address_of("whatsapp", chat))
    return (await database.writer.read(lambda db: db.execute(wanted))).first()


# Forward, never back

STATES = ("sent", "delivered", "read", "failed")


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=8), st.sampled_from(["in_flight", "in_doubt", "sent"]))
def test_any_order_and_number_of_receipts_ends_alike(told: list[str], begun: str) -> None:
    def end(order: list[str]) -> str:
        state = begun
        for said in order:
            state = follow(state, said)
        return state

    best = next((state for state in ("read", "delivered", "failed", "sent") if state in told), begun)
    orders = itertools.islice(itertools.permutations(told), 50)
    assert {end(list(order)) for order in orders} == {best}


@given(st.lists(st.sampled_from(STATES), max_size=8))
def test_a_delivery_never_goes_back(told: list[str]) -> None:
    rank = {"sent": 0, "failed": 1, "delivered": 2, "read": 3}
    state, before = "sent", 0
    for said in told:
        state = follow(state, said)
        assert rank[state] >= before
        before = rank[state]


@pytest.mark.parametrize("state", ["in_flight", "in_doubt", "sent"])
@pytest.mark.parametrize("said", STATES)
async def test_a_receipt_settles_what_was_under_way_or_in_doubt(database: Database, state: str, said: str) -> None:
    delivery = await deliver(database, state=state, provider_id=None, reason="timeout" if state == "in_doubt" else None, lane=CAMPAIGN)
    await record(database, says(said, delivery, "wamid", reason="media" if said == "failed" else None))
    assert await stands(database, delivery) == (said, "media" if said == "failed" else None, "wamid")


async def test_a_reply_that_was_to_go_again_stays_where_its_receipt_says_it_is(database: Database) -> None:
    delivery = await deliver(database, state="queued", provider_id=None, resent=True, reason="crash")
    await record(database, says("delivered", delivery, "first"))
    assert await stands(database, delivery) == ("delivered", None, "first")


async def test_the_failure_of_an_earlier_sending_says_nothing_of_the_later(database: Database) -> None:
    under_way = await deliver(database, state="in_flight", provider_id=None, resent=True)
    sent = await deliver(database, provider_id="second", resent=True)
    await record(database, says("failed", under_way, "first"), says("failed", sent, "first"))
    assert (await stands(database, under_way))[0] == "in_flight"
    assert (await stands(database, sent))[0] == "sent"
    await database.writer.run(
        lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.id == under_way).values(state="sent", provider_id="first"))
    )
    assert await database.writer.run(lambda db: receipts.join(db, database.dialect, database.tools, NOW)) == 1
    assert (await stands(database, under_way))[0] == "failed"


async def test_what_the_person_has_does_not_become_failed(database: Database) -> None:
    delivery = await deliver(database)
    await record(database, says("delivered", delivery), says("failed", delivery, reason="media"), says("sent", delivery))
    assert (await stands(database, delivery))[:2] == ("delivered", None)


async def test_a_receipt_without_our_id_is_matched_by_the_provider_s(database: Database) -> None:
    delivery = await deliver(database)
    await record(database, replace(says("read", delivery), delivery=None))
    assert (await stands(database, delivery))[0] == "read"


async def test_a_thousand_shuffled_doubled_receipts_in_groups_end_right(database: Database) -> None:
    dice = random.Random(3)
    ends: dict[int, str] = {}
    told = []
    for number in range(120):
        delivery = await deliver(database, chat=f"62812000{number:05}")
        course = dice.choice(
            [["sent"], ["sent", "delivered"], ["sent", "delivered", "read"], ["sent", "read"], ["failed"], ["failed", "delivered"]]
        )
        ends[delivery] = next(state for state in ("read", "delivered", "failed", "sent") if state in course)
        told += [says(state, delivery) for state in course * dice.randint(1, 4)]
    dice.shuffle(told)
    while told:
        size = dice.randint(1, 90)
        group, told = told[:size], told[size:]
        await record(database, *group)
    rows = await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.id, DELIVERIES.c.state)))
    assert {row.id: row.state for row in rows} == ends


# Unknown ids


async def test_unknown_receipts_wait_eight_days_for_their_delivery(database: Database) -> None:
    await record(database, says("read", None, "later"), says("delivered", None, "never"), says("delivered", None, "never"))

    async def join(at: datetime) -> int:
        return await database.writer.run(lambda db: receipts.join(db, database.dialect, database.tools, at))

    assert await join(NOW) == 0
    delivery = await deliver(database, provider_id="later")
    assert await join(NOW + timedelta(days=7)) == 1
    assert (await stands(database, delivery))[0] == "read"
    left = select(ORPHANS.c.provider_id)
    assert [row.provider_id for row in await database.writer.read(lambda db: db.execute(left))] == ["never"]
    await join(NOW + timedelta(days=9))
    assert (await database.writer.read(lambda db: db.execute(left))).all() == []


async def test_an_orphan_is_joined_by_our_own_id_too(database: Database) -> None:
    delivery = await deliver(database, state="in_doubt", provider_id=None)
    row = {
        "provider_id": "w",
        "state": "delivered",
        "delivery": delivery,
        "seen_at": NOW,
        "receipt": receipts._dump(says("delivered", delivery, "w")),
    }
    await database.writer.run(lambda db: db.execute(insert(ORPHANS), [row]))
    assert await database.writer.run(lambda db: receipts.join(db, database.dialect, database.tools, NOW)) == 1
    assert await stands(database, delivery) == ("delivered", None, "w")


# What it costs


async def test_each_message_is_counted_once_and_only_when_it_arrived(database: Database) -> None:
    first, second, failed = [await deliver(database) for _number in range(3)]
    free = Charge("service", "free_entry_point", "HK", billable=False)
    await record(database, says("sent", first, charge=MARKETING), says("delivered", first, charge=MARKETING))
    await record(database, says("delivered", first, charge=MARKETING), says("read", first, charge=MARKETING))
    await record(database, says("read", second, charge=free), says("sent", failed, charge=MARKETING), says("failed", failed))
    third = await deliver(database)
    await record(database, says("read", third, charge=MARKETING))
    counted = await database.writer.read(lambda db: charges.counted(db, NOW.date()))
    assert counted == {(NOW.date(), "whatsapp", MARKETING): 2, (NOW.date(), "whatsapp", free): 1}


# What it tells of the person


async def test_somebody_nothing_can_be_sent_to_is_unreachable_until_they_write(database: Database) -> None:
    delivery = await deliver(database)
    await record(database, says("failed", delivery, reason="undeliverable", unreachable=True))
    assert (await address_of(database)).unreachable == "undeliverable"


async def test_somebody_who_stopped_campaigns_is_opted_out_once(database: Database) -> None:
    delivery = await deliver(database)
    told = says("failed", delivery, reason="unwanted", unwanted=True)
    await record(database, told)
    await record(database, told)
    contact = (await address_of(database)).contact_id
    stopped = select(CONTACTS.c.opted_out_at).where(CONTACTS.c.id == contact)
    assert (await database.writer.read(lambda db: db.execute(stopped))).scalar() is not None
    kinds = await database.writer.read(lambda db: db.execute(select(EVENTS.c.kind)))
    assert [row.kind for row in kinds] == ["opt_out"]


async def test_a_window_that_is_shut_is_shut(database: Database) -> None:
    delivery = await deliver(database)
    await record(database, says("failed", delivery, reason="window", shut=True))
    assert (await address_of(database)).window_until is None


async def test_too_much_blocked_means_that_campaigns_rest(database: Database) -> None:
    delivery = await deliver(database)
    await record(database, says("failed", delivery, reason="flagged_as_spam", rest=True))
    account = await database.writer.read(lambda db: accounts.account(db, "whatsapp"))
    assert account.rests(NOW + timedelta(hours=23))
    assert not account.rests(NOW + timedelta(hours=25))
    assert account.paused_because == "flagged_as_spam"


async def test_a_number_turns_out_to_be_somebody_s_id(database: Database) -> None:
    delivery = await deliver(database)
    storing = Storing(database, lambda: NOW)
    storing.start()
    await storing.store([says("delivered", delivery, user="ID.99", phone=SITI)])
    for _look in range(200):
        if await address_of(database) is None:
            break
        await asyncio.sleep(0.02)
    known = await address_of(database, "ID.99")
    assert database.tools.sealer.open(known.external, "addresses", "external", known.id) == "ID.99"
    moved = select(DELIVERIES.c.address).where(DELIVERIES.c.id == delivery)
    assert (await database.writer.read(lambda db: db.execute(moved))).scalar() == known.id
    other = await deliver(database, chat="ID.99")
    await storing.store([says("delivered", other, user="ID.old", phone=SITI)])
    await asyncio.sleep(0.1)
    assert await address_of(database, "ID.old") is None, "a late receipt with an id of before moves nobody back"
    await storing.close()


# In groups, before the acknowledgement


async def test_receipts_of_many_deliveries_are_stored_together_and_each_is_waited_for(database: Database) -> None:
    many = [await deliver(database, chat=f"62812000{number:05}") for number in range(40)]
    storing = Storing(database, lambda: NOW)
    storing.start()
    await storing.store([says("delivered", many[0])])
    await asyncio.gather(*(storing.store([says("read", one), says("sent", one)]) for one in many), storing.store([]))
    rows = (await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.state)))).scalars().all()
    assert set(rows) == {"read"}
    await storing.close()


async def test_one_receipt_that_cannot_be_written_holds_up_no_other(database: Database) -> None:
    good = await deliver(database)
    bad = says("delivered", None, provider="p")
    storing = Storing(database, lambda: NOW)
    storing.start()
    await storing.store([replace(bad, at="never"), says("read", good)])  # type: ignore[arg-type]
    assert (await stands(database, good))[0] == "read"
    await storing.close()


async def test_while_the_database_is_away_nothing_is_acknowledged(sqlite_url: str) -> None:
    database = open_database(sqlite_url, KEY)
    storing = Storing(database, lambda: NOW)
    storing.start()

    async def away(_work: object) -> object:
        raise Unavailable("gone")

    database.writer.run = away  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        await storing.store([says("read", 1)])
    await storing.close()
    await database.close()
