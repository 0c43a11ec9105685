"""Killed at any moment, under a Telegram that fails too: nothing lost, nothing twice that may not be."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.crash.fleet import Nest
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, kind_of, world

FAULTS = [
    {"kind": "reset", "when": "before", "probability": 0.01},
    {"kind": "reset", "when": "after", "probability": 0.01},
    {"kind": "5xx", "when": "before", "probability": 0.01},
    {"kind": "5xx", "when": "after", "probability": 0.01},
    {"kind": "half", "when": "after", "probability": 0.005},
    {"kind": "garbage", "when": "after", "probability": 0.005},
    {"kind": "hang", "when": "after", "probability": 0.003, "seconds": 2},
    {"kind": "429", "probability": 0.01, "retry_after": 1},
    {"kind": "lost_ack", "method": "webhook", "probability": 0.02},
]


@pytest.mark.slow
async def test_killed_at_random(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    dice = random.Random(7)
    async with world(tmp_path, database_url, migrated_file, nest, roles=ROLES[kind_of(database_url)], faults=FAULTS, seed=7) as here:
        workers = Workers(here.telegram, 7)
        for number in range(6):
            await here.invite(f"c{number}", range(1000, 1100))
            await workers.do(60)
            await asyncio.sleep(dice.uniform(0.1, 0.8))
            victim = dice.choice(here.servers)
            await here.kill(victim)
            await victim.start()
        await here.judge()
