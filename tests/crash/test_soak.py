"""The long run: hundreds of kills, at any moment and at every place, under a Telegram that fails too. `make soak` runs it."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.crash.fleet import Nest, Server
from tests.crash.report import note
from tests.crash.test_kills import FAULTS
from tests.crash.test_places import SPECIAL, WEB, WORKER
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, World, kind_of, world

CHAPTERS = range(100, 112)
KILLS = 25
AUDIENCE = 40
PLACES = {"all": sorted(WEB | WORKER), "web": sorted(WEB), "worker": sorted(WORKER)}

pytestmark = [pytest.mark.soak, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("seed", CHAPTERS)
async def test_killed_hundreds_of_times(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest, seed: int) -> None:
    dice = random.Random(seed)
    roles = ROLES[kind_of(database_url)]
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, faults=FAULTS, altered=True, seed=seed) as here:
        workers = Workers(here.telegram, seed)
        number = 0
        while here.kills < KILLS:
            await here.invite(f"c{number}", range(1000 + AUDIENCE * number, 1000 + AUDIENCE * (number + 1)))
            await workers.do(30, SPECIAL)
            await asyncio.sleep(dice.uniform(0.1, 0.8))
            await next_lives(here, dice)
            number += 1
        for server in here.servers:  # all at once, also those that still wait for their place
            await dead(here, server)
        note("killed at random and at places, under faults", kind_of(database_url), await here.judge())


async def next_lives(here: World, dice: random.Random) -> None:
    """Kill one at this very moment; it and those that died at their place live again, half of them to die at another place."""
    ended = [server for server in here.servers if not server.is_alive]
    victim = dice.choice(here.servers)
    for server in [*ended, *([] if victim in ended else [victim])]:
        await dead(here, server)
        place = dice.choice(PLACES[server.role]) if dice.random() < 0.5 else ""
        await server.start(place and f"{place}:{dice.randint(1, 20)}")


async def dead(here: World, server: Server) -> None:
    if server.is_alive:
        await here.kill(server)
    else:
        here.count(server)
