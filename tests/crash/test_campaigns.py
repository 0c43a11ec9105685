"""A campaign of twenty thousand, killed twenty times while it is planned and sent: nobody twice, everybody in one state."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.house import open_database
from storage import Database, Inbound
from storage.campaigns import Campaign, by_id, key_of
from storage.campaigns_acts import Act
from storage.campaigns_file import read
from storage.campaigns_results import states
from storage.turns import Group
from storage.writer import Connection
from tests.campaigning import ANI, BUDI
from tests.crash.fleet import Nest
from tests.crash.tables import rows
from tests.crash.test_kills import FAULTS
from tests.crash.test_places import CAMPAIGN
from tests.crash.world import SENDERS, World, kind_of, world
from tests.talk import KEY

PEOPLE, KILLS = 20_000, 20
RATE = 500
FILE = 'name = "Ajakan"\nstop_at = 1.0\n[text]\nid = "Halo"\nen = "Hello"\n[schedule]\nopens = 00:00:00\ncloses = 23:59:59\n'
ROLES = {"sqlite": ("all",), "postgresql": ("web", "worker", "worker")}
PLACES = sorted(place for place in CAMPAIGN if place.startswith(("campaign planned", "campaign handed over")))


@pytest.mark.slow
@pytest.mark.sqlite_first
@pytest.mark.timeout(600)
async def test_twenty_thousand_under_twenty_kills(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    dice = random.Random(20)
    settings = {"SAPA_TELEGRAM_RATE": str(RATE)}
    roles = ROLES[kind_of(database_url)]
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, faults=FAULTS, seed=20, settings=settings) as here:
        here.window = int(2 * RATE * 0.2)
        people = await acquainted(here.database, range(1_000, 1_000 + PEOPLE))
        campaign = await start_twice(here.database)
        here.audience = {key_of(campaign.id, contact): chat for contact, chat in people.items()}
        while here.kills < KILLS:
            await asyncio.sleep(dice.uniform(0.2, 1.2))
            await next_life(here, dice)
        assert not await over(here.database, campaign), "it ended before the last kill"
        await here.telegram.set_faults()
        for server in here.of(*SENDERS):
            await here.kill(server)
            await server.start()
        async with asyncio.timeout(300):
            while not await over(here.database, campaign):  # noqa: ASYNC110 (another process ends it)
                await asyncio.sleep(0.5)
        await here.judge()
        await everybody_has_one_state(here, campaign, PEOPLE)


async def acquainted(database: Database, chats: Sequence[int]) -> dict[int, int]:
    """{contact: chat} of people who wrote to us once."""
    people: dict[int, int] = {}
    for first in range(0, len(chats), 1_000):
        some = chats[first : first + 1_000]
        now = datetime.now(UTC)
        senders = {database.address_of("telegram", str(chat)): Inbound("telegram", str(chat), "", now) for chat in some}

        async def work(db: Connection, senders: dict[str, Inbound] = senders, now: datetime = now) -> dict[int, int]:
            loaded = await Group(db, database.dialect, database.tools, now, "sidoarjo").load(senders)
            return {loaded[address].conversation.contact.id: int(inbound.sender) for address, inbound in senders.items()}

        people |= await database.writer.run(work)
    return people


async def start_twice(database: Database) -> Campaign:
    """By two officers at once: one run."""

    async def work(db: Connection) -> Campaign:
        now = datetime.now(UTC)
        written = await Act(db, database.tools, ANI, now).draft("*", read(FILE))
        return await Act(db, database.tools, BUDI, now).approve(written)

    approved = await database.writer.run(work)
    begun = await asyncio.gather(
        *(
            database.writer.run(lambda db, who=who: Act(db, database.tools, who, datetime.now(UTC)).start(approved))  # type: ignore[misc]
            for who in (ANI, BUDI)
        ),
        return_exceptions=True,
    )
    [campaign] = [one for one in begun if isinstance(one, Campaign)]
    return campaign


async def next_life(here: World, dice: random.Random) -> None:
    """Kill a sender at this moment, or let it die at the next place of a campaign; then it lives again."""
    victim = dice.choice(here.of(*SENDERS))
    if victim.is_alive:
        await here.kill(victim)
    else:
        here.count(victim)
    place = dice.choice(PLACES) if dice.random() < 0.5 else ""
    await victim.start(place and f"{place}:{dice.randint(1, 5)}")


async def over(database: Database, campaign: Campaign) -> bool:
    found = await database.writer.read(lambda db: by_id(db, "*", campaign.id))
    assert found
    return found.state == "done"


async def everybody_has_one_state(here: World, campaign: Campaign, people: int) -> None:
    database = open_database(here.url, KEY)
    try:
        found = await database.writer.read(lambda db: states(db, campaign))
    finally:
        await database.close()
    assert sum(found.values()) == people
    assert {state for _channel, state, _reason in found} <= {"sent", "failed", "in_doubt", "skipped", "expired", "cancelled"}
    listed = await rows(here.url, "SELECT contact_id, state FROM recipients")
    assert len(listed) == people
    assert Counter(row["contact_id"] for row in listed).most_common(1)[0][1] == 1
    approvals = await rows(here.url, "SELECT action FROM audit WHERE action LIKE 'campaign.%' ORDER BY number")
    assert [row["action"] for row in approvals] == ["campaign.drafted", "campaign.approved", "campaign.started"]
