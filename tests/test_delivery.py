"""The way out: one row is one call, replies go first, doubt is named, and no process sends what another may have sent."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from bot import slots
from bot.channels import Failure, Parcel, SendError
from bot.delivery import Delivery, Pace, Taken
from bot.house import open_database
from locales import LIMITS, Limits, Page
from storage import Database, Unavailable, leases, outbox
from storage.changes import table_of
from storage.contacts import AddressRow
from storage.deliveries import CAMPAIGN, DELIVERIES, REPLY, reply_row
from storage.outbox import Claimed
from storage.writer import Connection
from tests.talk import KEY

Outcome = str | SendError


class Platform:
    """A channel that keeps what it was sent. `answers` decides, call by call; after them everything is accepted."""

    name = "telegram"
    limits: Limits = LIMITS["telegram"]

    def __init__(self, *answers: Outcome, seconds: float = 0) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.sent: list[tuple[float, Parcel]] = []
        self.at_once = self.most_at_once = 0

    async def send(self, parcel: Parcel) -> str:
        self.sent.append((time.monotonic(), parcel))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        answer = self.answers.pop(0) if self.answers else f"provider-{len(self.sent)}"
        if isinstance(answer, SendError):
            raise answer
        return answer

    async def close(self) -> None:
        return None

    @property
    def texts(self) -> list[str]:
        return [parcel.page.text for _at, parcel in self.sent]


@asynccontextmanager
async def sending(url: str, platform: Platform, pace: Pace = Pace(), now: Callable[[], datetime] | None = None) -> AsyncIterator[Delivery]:  # noqa: B008
    database = open_database(url, KEY)
    delivery = Delivery(database, {"telegram": (platform, pace)}, now or (lambda: datetime.now(UTC)))
    await delivery.start()
    try:
        yield delivery
    finally:
        await delivery.drain()
        await database.close()


async def queue(database: Database, *texts: str, chat: str = "1", lane: int = REPLY, **more: Any) -> list[int]:
    """Queue pages to one chat; their ids."""
    at = datetime.now(UTC)
    address = database.address_of("telegram", chat)

    async def work(db: Connection) -> list[int]:
        addresses = table_of(AddressRow)
        if (await db.execute(select(addresses.c.id).where(addresses.c.id == address))).first() is None:
            external = database.tools.sealer.seal(chat, "addresses", "external", address)
            await db.execute(
                insert(addresses), [{"id": address, "contact_id": int(chat), "channel": "telegram", "external": external, "created_at": at}]
            )
        ids = []
        for words in texts:
            row = reply_row(
                database.tools.new_id(), f"{chat}:{words}", int(chat), address, "telegram", Page(words), at, pulled=False, follows=None
            )
            await db.execute(insert(DELIVERIES), [row | {"lane": lane} | more])
            ids.append(row["id"])
        return ids

    return await database.writer.run(work)


async def states(database: Database) -> dict[str, tuple[str, str | None, bool, int]]:
    """{text: (state, reason, resent, attempts)}"""

    async def work(db: Connection) -> dict[str, tuple[str, str | None, bool, int]]:
        found = await db.execute(select(DELIVERIES))
        return {row.key.partition(":")[2]: (row.state, row.reason, bool(row.resent), row.attempts) for row in found}

    return await database.writer.read(work)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    yield database
    await database.close()


async def test_what_is_queued_is_sent_once_and_recorded(database: Database) -> None:
    for chat in range(1, 51):
        await queue(database, f"hello {chat}", chat=str(chat))
    platform = Platform()
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 50)
    found = await states(database)
    assert {state for state, *_more in found.values()} == {"sent"}
    assert sorted(platform.texts) == sorted(found)
    assert all(parcel.address == parcel.page.text.split()[1] for _at, parcel in platform.sent)


async def test_one_chat_gets_its_messages_in_order_and_one_at_a_time(database: Database) -> None:
    await queue(database, *(f"part {number}" for number in range(8)))
    platform = Platform(seconds=0.02)
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 8)
    assert platform.texts == [f"part {number}" for number in range(8)]
    assert platform.most_at_once == 1


async def test_a_reply_never_waits_for_a_campaign(database: Database) -> None:
    for chat in range(1, 61):
        await queue(database, f"campaign {chat}", chat=str(chat), lane=CAMPAIGN)
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=40)) as delivery:
        await until(lambda: len(platform.sent) >= 10)
        before = len(platform.sent)
        await queue(database, "reply", chat="999")
        delivery.wake()
        await until(lambda: "reply" in platform.texts)
        assert platform.texts.index("reply") - before <= Pace(rate=40).window, "at most what was already claimed goes first"
        await until(lambda: len(platform.sent) == 61, seconds=8)


OUTCOMES = {
    "surely not sent goes again": (SendError(Failure.NOT_SENT, "refused"), "sent", None, False, 2),
    "slow down does not use up an attempt": (SendError(Failure.WAIT, "429", retry_after=0.1), "sent", None, False, 1),
    "a reply in doubt goes once more, flagged": (SendError(Failure.DOUBT, "timeout"), "sent", None, True, 2),
    "a page they refuse is not sent again": (SendError(Failure.CONTENT, "400"), "failed", "400", False, 1),
    "a person who blocked us is left alone": (SendError(Failure.UNREACHABLE, "blocked"), "failed", "blocked", False, 1),
}


@pytest.mark.parametrize(("error", "state", "reason", "resent", "attempts"), OUTCOMES.values(), ids=OUTCOMES)
async def test_each_kind_of_failure_has_its_end(
    database: Database, error: SendError, state: str, reason: str | None, resent: bool, attempts: int
) -> None:
    await queue(database, "hello")
    platform = Platform(error)
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == attempts + (error.failure is Failure.WAIT))
    assert await states(database) == {"hello": (state, reason, resent, attempts)}


async def test_a_campaign_message_in_doubt_is_never_sent_again(database: Database) -> None:
    await queue(database, "hello", lane=CAMPAIGN)
    platform = Platform(SendError(Failure.DOUBT, "timeout"))
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 1)
        await asyncio.sleep(1.5)
    assert await states(database) == {"hello": ("in_doubt", "timeout", False, 1)}
    assert len(platform.sent) == 1


async def test_a_reply_twice_in_doubt_is_not_sent_a_third_time(database: Database) -> None:
    await queue(database, "hello")
    platform = Platform(SendError(Failure.DOUBT, "timeout"), SendError(Failure.DOUBT, "reset"))
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 2)
        await asyncio.sleep(0.3)
    assert await states(database) == {"hello": ("in_doubt", "reset", True, 2)}


async def test_stopping_leaves_nothing_in_doubt(database: Database) -> None:
    for chat in range(1, 41):
        await queue(database, f"hello {chat}", chat=str(chat))
    platform = Platform(seconds=0.05)
    async with sending(database.url, platform, Pace(rate=30)):
        await until(lambda: len(platform.sent) >= 5)
    found = {state for state, *_more in (await states(database)).values()}
    assert found == {"sent", "queued"}
    sent = [words for words, (state, *_more) in (await states(database)).items() if state == "sent"]
    assert sorted(platform.texts) == sorted(sent)


async def test_what_a_dead_sender_claimed_is_settled(database: Database) -> None:
    await queue(database, "reply", chat="1")
    await queue(database, "campaign", chat="2", lane=CAMPAIGN)

    async def died(db: Connection) -> None:
        await db.execute(update(DELIVERIES).values(state="in_flight", epoch=7, attempts=1))

    await database.writer.run(died)
    platform = Platform()
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 1, seconds=10)
    assert platform.texts == ["reply"]
    assert await states(database) == {"reply": ("sent", None, True, 2), "campaign": ("in_doubt", "crash", False, 1)}


async def test_a_sender_that_was_away_too_long_sends_nothing(database: Database) -> None:
    await queue(database, "hello")
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=1)) as delivery:
        delivery._lease._until = time.monotonic() - 1  # as after a SIGSTOP longer than the lease
        delivery.wake()
        await asyncio.sleep(0.3)
        assert len(platform.sent) <= 1
        sent_before = len(platform.sent)
        await queue(database, "later", chat="2")
        delivery.wake()
        await asyncio.sleep(0.3)
        assert len(platform.sent) == sent_before


async def test_what_another_took_over_is_not_sent_when_the_sender_comes_to(database: Database) -> None:
    for chat in range(1, 7):
        await queue(database, f"invitation {chat}", chat=str(chat), lane=CAMPAIGN)
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=2)) as delivery:
        await until(lambda: len(platform.sent) >= 1 and bool(delivery._lanes[0].mine))
        held = set(delivery._lanes[0].mine)  # claimed, and waiting for a slot or for its end to be written
        delivery._lease._until = time.monotonic() - 1  # it was stopped for longer than its lease,
        sent = len(platform.sent)
        await database.writer.run(leases.clear)
        await database.writer.run(lambda db: outbox.settle(db, database.dialect, datetime.now(UTC)))  # another took over,
        await delivery._lease.take()  # and it goes on as if nothing had been
        await until(lambda: len(platform.sent) >= sent + 2, seconds=10)  # with what nobody had claimed
    assert not held & {parcel.delivery for _at, parcel in platform.sent[sent:]}
    in_doubt = Counter(state for state, *_more in (await states(database)).values())["in_doubt"]
    assert len(held) - 1 <= in_doubt <= len(held)  # the first may have been recorded


async def test_a_reply_goes_before_most_of_a_campaign(database: Database) -> None:
    for chat in range(1, 61):
        await queue(database, f"invitation {chat}", chat=str(chat), lane=CAMPAIGN)
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=20)) as delivery:
        await until(lambda: len(platform.sent) >= 5)
        before = len(platform.sent)
        await queue(database, "an answer", chat="100")
        delivery.wake()
        await until(lambda: any(parcel.address == "100" for _at, parcel in platform.sent))
        place = next(place for place, (_at, parcel) in enumerate(platform.sent) if parcel.address == "100")
    assert place - before <= 5, "a quarter of a second of the pace, and not all that a window holds"


async def test_the_way_out_stays_open_when_the_database_was_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform()
    async with sending(database.url, platform) as delivery:
        await asyncio.sleep(0.1)
        with monkeypatch.context() as outage:
            outage.setattr(delivery._database.writer, "read", gone)
            outage.setattr(delivery._database.writer, "run", gone)
            delivery.wake()
            await asyncio.sleep(0.2)
        await queue(database, "hello")
        delivery.wake()
        await until(lambda: len(platform.sent) == 1)


async def test_a_message_out_costs_one_claim(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks again for what cannot be there: at every message, that was three transactions more than its two."""
    platform = Platform()
    async with sending(database.url, platform) as delivery:
        await asyncio.sleep(0.1)
        run = delivery._database.writer.run
        queued: list[int] = []
        claims: list[int] = []

        async def counted(work: Any) -> Any:
            result = await run(work)
            claims.extend([len(result.claimed)] if isinstance(result, Taken) else [])
            return result

        monkeypatch.setattr(delivery._database.writer, "run", counted)
        for number in range(1, 4):
            queued.extend(await queue(database, f"hello {number}", chat=str(number)))
            delivery.wake()
            await until(lambda: len(platform.sent) == len(queued))
            await asyncio.sleep(0.1)  # recorded
    assert claims == [1, 1, 1]


async def gone(_work: object) -> None:
    raise Unavailable("gone")


async def test_a_claim_of_which_nobody_heard_is_taken_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for chat in range(1, 4):
        await queue(database, f"invitation {chat}", chat=str(chat), lane=CAMPAIGN)
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=50)) as delivery:
        run = delivery._database.writer.run
        lost: list[object] = []

        async def loses_one_answer(work: Any) -> Any:
            result = await run(work)
            if not lost and isinstance(result, Taken) and result.claimed:
                lost.append(result)
                raise Unavailable("the connection broke after the commit")
            return result

        monkeypatch.setattr(delivery._database.writer, "run", loses_one_answer)
        delivery.wake()
        await until(lambda: len(platform.sent) == 3)
        assert lost
    assert await states(database) == {f"invitation {chat}": ("sent", None, False, 1) for chat in range(1, 4)}


async def test_one_address_that_cannot_be_read_holds_up_nobody(database: Database) -> None:
    for chat in range(1, 4):
        await queue(database, f"hello {chat}", chat=str(chat))
    addresses = table_of(AddressRow)
    broken = update(addresses).where(addresses.c.id == database.address_of("telegram", "2")).values(external=b"nonsense")
    await database.writer.run(lambda db: db.execute(broken))
    platform = Platform()
    async with sending(database.url, platform):
        await until(lambda: len(platform.sent) == 2)
    assert (await states(database))["hello 2"][:2] == ("failed", "unreadable")


async def test_one_result_that_cannot_be_written_takes_no_other_along(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await queue(database, "moves", chat="1")
    await queue(database, "hello", chat="2")

    async def broken(*_arguments: object) -> None:
        raise RuntimeError("a bug in moving")

    monkeypatch.setattr(outbox, "move", broken)
    platform = Platform(SendError(Failure.MOVED, "moved", moved_to="-1001"))
    async with sending(database.url, platform) as delivery:
        await until(lambda: len(platform.sent) == 2)
        await queue(database, "later", chat="3")
        delivery.wake()
        await until(lambda: len(platform.sent) == 3)
    assert {key: state for key, (state, *_more) in (await states(database)).items()} == {
        "moves": "failed",
        "hello": "sent",
        "later": "sent",
    }


async def test_stopping_does_not_wait_for_a_database_that_is_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await queue(database, "hello")
    platform = Platform()
    async with sending(database.url, platform) as delivery:
        monkeypatch.setattr(delivery._database.writer, "read", gone)
        monkeypatch.setattr(delivery._database.writer, "run", gone)
        started = time.monotonic()
    assert time.monotonic() - started < 9


async def test_what_is_too_late_is_not_sent(database: Database) -> None:
    await queue(database, "yesterday's invitation", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    platform = Platform()
    async with sending(database.url, platform):
        await asyncio.sleep(0.2)
    assert await states(database) == {"yesterday's invitation": ("expired", None, False, 0)}
    assert platform.sent == []


@pytest.mark.parametrize("processes", [1, 3])
async def test_the_pace_is_kept_from_the_first_second_by_all_together(database: Database, processes: int) -> None:
    for chat in range(1, 161):
        await queue(database, f"hello {chat}", chat=str(chat))
    platforms = [Platform() for _process in range(processes)]

    def times() -> list[float]:
        return sorted(at for platform in platforms for at, _parcel in platform.sent)

    async with AsyncExitStack() as stack:
        for platform in platforms:
            await stack.enter_async_context(sending(database.url, platform, Pace(rate=50)))
        await until(lambda: len(times()) == 160, seconds=60)
    most = max(sum(1 for at in times() if start <= at < start + 1) for start in times())
    assert most <= 53, "50 a second, and never twice that in the first"
    assert most >= 40, "and in the best second it is used; how steadily is measured by `make bench`"


async def test_after_a_rest_it_begins_gently(database: Database) -> None:
    """The first waits for its connection: at full pace it would arrive together with the one behind it."""
    await queue(database, "one", chat="1")
    await queue(database, "two", chat="2")
    platform = Platform()
    began = time.monotonic()
    async with sending(database.url, platform, Pace(rate=4)):
        await until(lambda: len(platform.sent) == 2)
    assert platform.sent[1][0] - began >= 0.5, "half a second, and not the quarter that the pace says"


def test_only_after_a_rest_it_is_gentle(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(slots, "time", SimpleNamespace(monotonic=lambda: now))

    async def book(many: int) -> float:
        raise AssertionError(many)

    lane = slots.Slots(100, lambda _delivery: None, book)
    assert lane.rate == 50
    lane.add([Claimed(number, "", "", Page(""), REPLY, 0, False, None) for number in range(11)], now)
    assert lane.ahead == pytest.approx(0.2), "ten gaps of twice the pace's"
    assert lane.rate == 100
    now += slots.REST
    assert lane.rate == 100, "its last slot is not so long ago"
    now += 1
    assert lane.rate == 50


async def test_a_chat_gets_at_most_its_own_pace(database: Database) -> None:
    await queue(database, "one", "two", "three")
    platform = Platform()
    async with sending(database.url, platform, Pace(rate=30, chat_rate=4)):
        await until(lambda: len(platform.sent) == 3)
    gaps = [later - earlier for (earlier, _), (later, _) in zip(platform.sent, platform.sent[1:], strict=False)]
    assert min(gaps) >= 0.2, "a quarter of a second, less what one waited for its slot"


async def test_the_clock_of_the_pace_is_the_databases(database: Database) -> None:
    async def clocks(db: Connection) -> float:
        from storage.leases import clock

        return float((await db.execute(select(clock(database.dialect)))).scalar_one())

    assert abs(await database.writer.read(clocks) - time.time()) < 1
    assert (await database.writer.read(lambda db: db.execute(text("SELECT 1")))).scalar() == 1
