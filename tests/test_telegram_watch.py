"""A token that was revoked, or that somebody else has, is noticed: at the desk, in the figures, in the log, and by the head of the branch."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import house, metrics
from bot.channels.telegram import Telegram
from bot.channels.telegram_request import Refused
from bot.channels.telegram_watch import SHOWN, Watch
from storage import Database, Inbound, officer_chats, officers, pauses
from storage.deliveries import DELIVERIES
from storage.figures import figures
from storage.officers import NewOfficer
from tests.emulators.client import TelegramEmulator
from tests.serving import serving
from tests.talk import BRANCH, KEY

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
HOOK, SECRET = "https://sapa.example/telegram/webhook", "a-secret-of-the-tests_1234"
THIEF = "https://thief.example/hook"


@dataclass
class House:
    database: Database
    platform: TelegramEmulator
    telegram: Telegram
    now: datetime = NOON
    told: list[set[str]] = field(default_factory=list)

    def watch(self, hook: str = HOOK) -> Watch:
        return Watch(self.telegram, self.database, lambda: self.now, self.told.append, hook, SECRET, "sidoarjo")

    async def wrong(self) -> dict[str, str]:
        return (await self.database.writer.read(lambda db: figures(db, self.now))).resting

    async def words(self) -> list[str]:
        query = select(DELIVERIES.c.page).where(DELIVERIES.c.key.startswith("t:")).order_by(DELIVERIES.c.id)
        return [json.loads(row.page)["text"] for row in await self.database.writer.read(lambda db: db.execute(query))]

    async def address(self) -> str:
        return str((await self.platform.state())["webhook"])


@pytest.fixture
async def here(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    database = house.open_database(database_url, KEY)
    await house.load(database, BRANCH, NOON)
    async with TelegramEmulator.start(tmp_path) as platform:
        telegram = Telegram(platform.token, platform.url)
        await telegram.start()
        built = House(database, platform, telegram)
        await head_with_a_chat(built)
        yield built
        await telegram.close()
    await database.close()


async def head_with_a_chat(here: House) -> None:
    database, tools = here.database, here.database.tools
    engine = house.new_engine(database, "sidoarjo", lambda: here.now)
    engine.start()
    try:
        head = await database.writer.run(lambda db: officers.add(db, tools, NewOfficer("sidoarjo", "approver", "citra", "Citra"), NOON))
        code = await database.writer.run(lambda db: officer_chats.new_code(db, tools, head.id, 7, NOON))
        await engine.receive([Inbound("whatsapp", "6281234567890", "m1", NOON, f"/tugas {code}", language="id")])
    finally:
        await engine.close()


def changed() -> float:
    return metrics.REGISTRY.get_sample_value("sapa_telegram_address_changed_total") or 0.0


async def test_a_revoked_token_is_told_once_and_forgotten_when_it_is_taken_again(here: House) -> None:
    """F26"""
    watch = here.watch()
    await here.telegram.listen_at(HOOK, SECRET)
    await watch.look()
    assert (await here.wrong(), here.told) == ({}, [])
    await here.platform.revoke_token()
    for _look in range(3):
        await watch.look()
        await here.watch().look()  # another process that took over
    assert await here.wrong() == {pauses.TELEGRAM: "token"}
    [words] = await here.words()
    assert "BotFather" in words
    assert len([told for told in here.told if told]) == 1
    await here.platform.revoke_token(revoked=False)
    await watch.look()
    assert await here.wrong() == {}


async def test_an_address_somebody_else_set_is_set_back_counted_and_told(here: House) -> None:
    """F28"""
    before = changed()
    watch = here.watch()
    await watch.look()
    assert await here.address() == HOOK
    assert await here.wrong() == {}, "it was never set before, which is no sign of anybody"
    for _time in range(2):
        await here.platform.call("setWebhook", url=THIEF)
        await watch.look()
        assert await here.address() == HOOK
    assert changed() - before == 2
    assert await here.wrong() == {pauses.TELEGRAM_ADDRESS: "address"}
    assert len(await here.words()) == 1
    here.now += SHOWN + timedelta(minutes=1)
    await watch.look()
    assert await here.wrong() == {}, "once nobody did it again for a day"


async def test_who_fetches_takes_away_an_address_that_somebody_set(here: House) -> None:
    """F28"""
    watch = here.watch(hook="")
    await watch.look()
    await here.platform.call("setWebhook", url=THIEF)
    with pytest.raises(Refused):
        await here.telegram.fetch(0)
    await watch.look()
    assert await here.address() == ""
    assert await here.wrong() == {pauses.TELEGRAM_ADDRESS: "address"}


async def test_while_telegram_is_away_nobody_is_called(here: House) -> None:
    watch = here.watch()
    await watch.look()
    await here.platform.set_faults({"kind": "5xx", "method": "*"})
    await watch.look()
    assert (await here.wrong(), await here.words()) == ({}, [])


async def test_a_server_looks_by_itself(tmp_path: Path, sqlite_url: str) -> None:
    """F26, F28"""
    async with (
        TelegramEmulator.start(tmp_path) as platform,
        serving(tmp_path, sqlite_url, telegram_token=platform.token, telegram_api_url=platform.url),
    ):
        await platform.wait_for(lambda: any(entry["method"] == "getWebhookInfo" for entry in platform.ledger("accepted")), within=30)
