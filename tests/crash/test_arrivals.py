"""What Telegram sends may come twice, out of order, unheard or never: each takes effect once, and what never came is counted."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from storage.figures import dropped
from tests.crash.fleet import Nest
from tests.crash.tables import rows
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, SECRET, World, kind_of, world

HOOK = "/telegram/webhook"
FETCHED = {"SAPA_PUBLIC_URL": ""}


@pytest.mark.slow
async def test_the_same_update_many_times_and_all_out_of_order(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    roles = ROLES[kind_of(database_url)][:3]
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, seed=21) as here:
        await here.telegram.pause()
        workers, dice = Workers(here.telegram, 21, people=40), random.Random(21)
        await workers.do(300)
        updates = [{"update_id": entry["update_id"], **entry["update"]} for entry in here.telegram.ledger("update")]
        copies = [update for update in updates for _copy in range(dice.randint(1, 5))]
        copies.sort(key=lambda update: update["update_id"] // 40 * 40 + dice.random() * 80)
        statuses = await post_all(here, copies)
        assert set(statuses) == {200}
        await here.telegram.resume()  # and once more, as Telegram would
        evidence = {"accepted": {update["update_id"] for update in updates}}
        found = await here.judge(shuffled=True, **evidence)
        assert found["reply sent"] == 300
        again = await post_all(here, updates)
        assert set(again) == {200}
        assert (await here.judge(shuffled=True, **evidence))["messages sent"] == found["messages sent"], "a replay has no effect"


async def post_all(here: World, updates: list[dict[str, object]], at_once: int = 40) -> list[int]:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    free = asyncio.Semaphore(at_once)
    async with aiohttp.ClientSession() as session:

        async def post(update: dict[str, object]) -> int:
            async with free, session.post(here.door.url + HOOK, data=json.dumps(update), headers=headers) as answer:
                return answer.status

        return await asyncio.gather(*(post(update) for update in updates))


@pytest.mark.slow
async def test_our_answer_is_lost_after_the_commit(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    dice = random.Random(22)
    roles = ROLES[kind_of(database_url)]
    async with world(tmp_path, database_url, migrated_file, nest, roles=roles, seed=22) as here:
        here.door.watch = lambda sent: sent.startswith(b"POST") and dice.random() < 0.2
        workers = Workers(here.telegram, 22)
        for _time in range(10):
            await workers.do(30)
            await asyncio.sleep(0.2)
        await here.telegram.wait_for(lambda: sum(not entry["ok"] for entry in here.telegram.ledger("attempt")) > 20, within=120)
        here.door.watch = lambda _sent: False
        assert (await here.judge())["accepted"] == 300


@pytest.mark.slow
async def test_what_telegram_gave_up_is_counted(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, seed=23, settings=FETCHED, webhook="") as here:
        telegram = here.telegram
        await telegram.text(1, "menu")
        [menu] = await telegram.wait_for_sends(1, within=60)
        button = menu["parameters"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        await here.calm()
        await here.kill(here.servers[0])
        await telegram.push(
            *({"kind": "press", "chat": 1, "button": button} for _press in range(5)), {"kind": "text", "chat": 2, "text": "halo"}
        )
        await telegram.advance(151)
        await here.start_all()
        await telegram.press(1, button)
        await telegram.text(3, "halo")
        found = await here.judge()
        assert found["given up by Telegram"] == 5
        later = datetime.now(UTC) + timedelta(minutes=11)
        assert await here.database.writer.read(lambda db: dropped(db, later)) == 5
        assert {chat: len(telegram.sends(chat)) for chat in (1, 2, 3)} == {1: 2, 2: 1, 3: 1}, "a button of before still works"


async def test_numbers_that_start_anew_are_not_taken_for_old_ones(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, seed=24, settings=FETCHED, webhook="") as here:
        first = await here.telegram.text(1, "menu")
        await here.telegram.wait_for_sends(1, within=60)
        await here.telegram.restart_ids(first or 0)
        await here.telegram.text(1, "menu", age=-86_400)
        await here.telegram.wait_for_sends(2, within=60)
        assert len(await rows(sqlite_url, "SELECT id FROM inbound")) == 2


CLOCKS = [3600, *(pytest.param(shift, marks=pytest.mark.soak) for shift in (-3600, 86_400))]


@pytest.mark.slow
@pytest.mark.parametrize("shift", CLOCKS)
async def test_clocks_jump(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest, shift: int) -> None:
    """On SQLite the one server's clock jumps; on PostgreSQL half of the processes believe another time than the rest."""
    roles = ROLES[kind_of(database_url)]
    wrong = {"SAPA_TEST_CLOCK_SHIFT": str(shift)}
    async with world(
        tmp_path, database_url, migrated_file, nest, roles=roles, altered=True, seed=25, settings={"SAPA_TELEGRAM_CHAT_RATE": "5"}
    ) as here:
        workers = Workers(here.telegram, 25)
        for jumped in (True, False):
            await here.invite(f"c{jumped}", range(1000, 1050))
            await workers.do(30)
            await asyncio.sleep(0.5)
            for server in here.servers[:: max(1, len(here.servers) // 2)]:
                await here.kill(server)
                server.settings |= wrong if jumped else {"SAPA_TEST_CLOCK_SHIFT": "0"}
                await server.start()
            await workers.do(30)
            await here.judge(ordered=False)
