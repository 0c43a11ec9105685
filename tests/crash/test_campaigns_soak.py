"""A campaign of a million under a hundred kills and faults to its end. `make soak` runs it; SAPA_TEST_RECIPIENTS asks for fewer people."""

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from storage.campaigns import key_of
from tests.crash.fleet import Nest
from tests.crash.report import note
from tests.crash.test_campaigns import ROLES, acquainted, everybody_has_one_state, next_life, over, start_twice
from tests.crash.test_kills import FAULTS
from tests.crash.world import SENDERS, kind_of, world

PEOPLE = int(os.environ.get("SAPA_TEST_RECIPIENTS", "1000000"))
KILLS = 100
RATE = 1_000
SLOWEST = 30  # recipients a second, below which something is stuck
# All of the crash suite's, but seldom an answer that makes the whole channel wait: else it would wait for hours.
RARELY = [fault | {"probability": 0.0003} if fault["kind"] == "429" else fault for fault in FAULTS]

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(900 + PEOPLE // SLOWEST)]


async def test_a_campaign_under_a_hundred_kills(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    dice = random.Random(100)
    kind, settings = kind_of(database_url), {"SAPA_TELEGRAM_RATE": str(RATE)}
    async with world(tmp_path, database_url, migrated_file, nest, roles=ROLES[kind], faults=RARELY, seed=100, settings=settings) as here:
        here.window = int(2 * RATE * 0.2)
        people = await acquainted(here.database, range(1_000, 1_000 + PEOPLE))
        began = time.perf_counter()
        campaign = await start_twice(here.database)
        here.audience = {key_of(campaign.id, contact): chat for contact, chat in people.items()}
        rest = PEOPLE / RATE / KILLS  # so that the kills fall on all of it
        while here.kills < KILLS:
            await asyncio.sleep(dice.uniform(0.2, 0.2 + rest))
            await next_life(here, dice)
        assert not await over(here.database, campaign), "it ended before the last kill"
        for server in here.of(*SENDERS):  # also those that still wait for their place
            await here.kill(server)
            await server.start()
        async with asyncio.timeout(300 + PEOPLE // SLOWEST):
            while not await over(here.database, campaign):  # noqa: ASYNC110 (another process ends it)
                await asyncio.sleep(1)
        took = time.perf_counter() - began
        found = await here.judge()
        await everybody_has_one_state(here, campaign, PEOPLE)
        note(f"a campaign of {PEOPLE:,} under kills and faults", kind, {"seconds": took, **found})
