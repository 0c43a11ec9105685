"""Whatever is posted to the webhook with the right secret is answered, kept or understood; nothing escapes and no chat is blocked."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.crash.fleet import Nest
from tests.crash.strange_updates import CHATS, ODD_BODIES, Strange
from tests.crash.tables import rows
from tests.crash.world import SECRET, World, world

SEED = int(os.environ.get("SAPA_TEST_SEED", "31"))
COUNT = int(os.environ.get("SAPA_TEST_UPDATES", "5000"))  # `make soak` asks for more
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
FIRST = 1_000_000
EXPECTED = {"serving", "update_unreadable", "press_not_acknowledged", "counted"}  # the last comes every five minutes


@pytest.mark.slow
@pytest.mark.timeout(3600 if COUNT > 5000 else 900)
async def test_no_update_breaks_the_webhook(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    share = COUNT // 2  # half on each database
    settings = {"SAPA_TELEGRAM_RATE": "0"}
    async with world(tmp_path, database_url, migrated_file, nest, seed=SEED, settings=settings, webhook="") as here:
        strange = Strange(SEED + len(database_url.partition(":")[0]))
        bodies = [strange.body(FIRST + number) for number in range(share)]
        posted = [body for body, _whole in bodies] + list(ODD_BODIES)
        statuses = await post(here, posted)
        refused = [(status, body[:600]) for status, body in zip(statuses, posted, strict=True) if status != 200]
        assert refused == [], f"seed {SEED}"
        await each_once(here, {FIRST + number for number, (_body, whole) in enumerate(bodies) if whole})
        await nobody_is_blocked(here)
        assert here.telegram.ledger("violation") == []
        log = here.servers[0].log.read_text()
        assert "Traceback" not in log
        said = Counter(events(log))
        assert set(said) <= EXPECTED, f"seed {SEED}: {said}"


async def post(here: World, bodies: list[bytes], at_once: int = 40) -> list[int]:
    free = asyncio.Semaphore(at_once)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:

        async def one(body: bytes) -> int:
            async with free, session.post(f"{here.servers[0].url}/telegram/webhook", data=body, headers=HEADERS) as answer:
                return answer.status

        return await asyncio.gather(*(one(body) for body in bodies))


async def each_once(here: World, numbers: set[int]) -> None:
    kept = Counter(row["id"].partition(":")[2].partition(".")[0] for row in await rows(here.url, "SELECT id FROM inbound"))
    wrong = {number: kept[str(number)] for number in numbers if kept[str(number)] != 1}
    assert not wrong, f"seed {SEED}: rows of updates {dict(list(wrong.items())[:5])}"


async def nobody_is_blocked(here: World) -> None:
    """Everybody who says something now is answered; whoever blocked us in between has come back by saying it."""
    before = {chat: len(here.telegram.sends(chat)) for chat in CHATS}
    greetings = [
        {
            "update_id": 9_000_000 + chat,
            "message": {"message_id": 1, "date": 1_795_900_000, "chat": {"id": chat, "type": "private"}, "text": "menu"},
        }
        for chat in CHATS
    ]
    assert set(await post(here, [json.dumps(greeting).encode() for greeting in greetings])) == {200}
    answered = "SELECT DISTINCT follows FROM deliveries WHERE follows LIKE '9000%'"
    assert len(await rows(here.url, answered)) == len(CHATS)
    await here.calm()
    assert all(len(here.telegram.sends(chat)) > before[chat] for chat in CHATS)


def events(log: str) -> list[str]:
    return [json.loads(line)["event"] if line.startswith("{") else line for line in log.splitlines()]
