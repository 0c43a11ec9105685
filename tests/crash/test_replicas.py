"""Many processes and one person, senders that are stopped and wake late, and stopping under load."""

import asyncio
import random
from pathlib import Path
from statistics import median

import pytest

from tests.crash.fleet import Nest
from tests.crash.traffic import Workers, buttons_of
from tests.crash.world import ROLES, World, kind_of, world

FETCHED = {"SAPA_PUBLIC_URL": ""}
LEASE = 15  # seconds a sender may be silent before it is replaced


@pytest.mark.slow
@pytest.mark.postgres
async def test_a_message_and_a_press_reach_two_replicas_at_once(
    tmp_path: Path, postgresql_url: str, migrated_file: Path, nest: Nest
) -> None:
    async with world(tmp_path, postgresql_url, migrated_file, nest, roles=("web", "web", "worker"), seed=11) as here:
        telegram, dice = here.telegram, random.Random(11)
        await telegram.push(*({"kind": "text", "chat": chat, "text": "menu"} for chat in range(1, 11)))
        await telegram.wait_for(lambda: len(telegram.sends()) >= 10)
        for _round in range(20):
            both = [order for chat in range(1, 11) for order in message_and_press(here, chat, dice)]
            await telegram.push(*both)
            await asyncio.sleep(0.3)
        found = await here.judge()
        assert found["accepted"] == 10 + 20 * 20


def message_and_press(here: World, chat: int, dice: random.Random) -> list[dict[str, object]]:
    message = {"kind": "text", "chat": chat, "text": dice.choice(["menu", "ya", "1", "kembali", "english", "hongkong", "/iuran"])}
    shown = [send for send in here.telegram.sends(chat) if buttons_of(send)][-1]
    press = {"kind": "press", "chat": chat, **dice.choice(buttons_of(shown))}
    return [message, press]


@pytest.mark.soak  # it takes as long as a lease
@pytest.mark.slow
async def test_a_sender_that_was_stopped_for_longer_than_its_lease_sends_nothing_of_what_others_took(
    tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest
) -> None:
    slow = {"SAPA_TELEGRAM_RATE": "5"}
    roles = ROLES[kind_of(database_url)][1:] or ("all",)
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, seed=12, settings=slow) as here:
        here.window = 8  # of this rate
        await here.invite("slow", range(1000, 1040))
        await here.telegram.text(1, "halo")  # wakes the sender, which on SQLite does not hear what another process writes
        await here.telegram.wait_for(lambda: len(here.telegram.sends()) >= 5)
        sender = here.of("all", "worker")[0]
        sender.freeze()
        here.crashes += 1
        await asyncio.sleep(LEASE + 6)
        sender.thaw()
        await Workers(here.telegram, 12).do(20)
        await here.judge()


@pytest.mark.slow
async def test_stopped_under_load_it_ends_in_time_and_leaves_nothing_in_doubt(
    tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest
) -> None:
    roles = ROLES[kind_of(database_url)]
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, seed=13, latency=0.3) as here:
        workers, slowest = Workers(here.telegram, 13), list[float]()
        for number in range(3):
            await here.invite(f"c{number}", range(1000 + 100 * number, 1100 + 100 * number))
            await workers.do(60)
            await asyncio.sleep(0.6)
            slowest.append(max(await asyncio.gather(*(server.stop() for server in here.servers))))
            await here.start_all()
        assert median(slowest) < 10, f"once the machine may have stalled, not twice: {slowest}"
        found = await here.judge()
        assert found["in doubt or sent again"] == 0, "nobody crashed and no answer was lost"


@pytest.mark.slow
@pytest.mark.postgres
async def test_one_process_fetches_and_another_goes_on_when_it_dies(
    tmp_path: Path, postgresql_url: str, migrated_file: Path, nest: Nest
) -> None:
    roles = ("web", "web", "worker")
    async with world(tmp_path, postgresql_url, migrated_file, nest, roles=roles, seed=14, settings=FETCHED, webhook="", speed=1) as here:
        workers = Workers(here.telegram, 14)
        await workers.do(40)
        await here.telegram.wait_for(lambda: len(here.telegram.sends()) >= 40, within=90)
        first = here.of("web")[0]
        await here.kill(first)
        await first.start("fetched unconfirmed:2")
        for _time in range(10):
            await workers.do(10)
            await asyncio.sleep(0.5)
        await here.kill(here.of("web")[1])
        async with asyncio.timeout(180):
            while first.is_alive:  # its turn comes when the lease of the dead has run out
                await workers.do(2)
                await asyncio.sleep(0.5)
        await here.dies(first)
        await here.judge()
        conflicts = [entry for entry in here.telegram.ledger("refused") if entry["status"] == 409]
        assert len(conflicts) <= 2, "they do not fight over it"


@pytest.mark.slow
async def test_the_way_to_fetch_may_die_before_it_confirms(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, seed=15, settings=FETCHED, webhook="", speed=1) as here:
        workers = Workers(here.telegram, 15)
        for _death in range(3):
            server = here.servers[0]
            await here.kill(server)
            await server.start("fetched unconfirmed")
            await workers.do(30)
            await here.dies(server)
        await here.judge()
