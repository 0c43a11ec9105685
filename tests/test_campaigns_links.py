"""Links of a campaign on our own host: each person's own, counted once, worth nothing to who guesses or comes late."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import delete, select, update

from bot.campaigns import Runner
from bot.campaigns_links import Links
from bot.house import load, open_database
from bot.web import build
from storage import Database
from storage.campaigns_results import results
from storage.deliveries import DELIVERIES, load_page
from storage.events import EVENTS
from tests.campaigning import NOW, SIMPLE, Clock, people, queued, started
from tests.talk import BRANCH, KEY

SITE = "https://sapa.example"
LINKED = SIMPLE + '[[button]]\nlink = "https://bpjs.example/panduan"\nlabel = { id = "Panduan", en = "Guide" }\n'
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def went(database: Database, clock: Clock, count: int = 1) -> tuple[Any, list[str]]:
    """A campaign that went out, and the addresses on its buttons."""
    await people(database, count)
    campaign = await started(database, LINKED)
    runner = Runner(database, clock, {"telegram": 0}, lambda _heard: None, patience=60, public_url=SITE)
    await runner.tick()
    await runner.tick()
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="sent")))
    await runner.tick()
    return campaign, [load_page(row.page).buttons[0].url for row in await queued(database)]


def client(database: Database, clock: Clock) -> TestClient[Any, Any]:
    async def ready() -> dict[str, bool]:
        return {}

    return TestClient(TestServer(build(Links(database, clock).routes(), ready, https=False)))


async def clicks(database: Database) -> list[Any]:
    wanted = select(EVENTS).where(EVENTS.c.kind == "click")
    return list((await database.writer.read(lambda db: db.execute(wanted))).all())


async def test_a_link_leads_on_and_is_counted_once_for_its_person(database: Database) -> None:
    clock = Clock()
    campaign, [address, *_others] = await went(database, clock, 3)
    async with client(database, clock) as browser:
        for _tap in range(2):
            answer = await browser.get(address.removeprefix(SITE), headers=PHONE, allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (302, "https://bpjs.example/panduan")
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    [click] = await clicks(database)
    rows = await queued(database)
    assert (click.contact_id, click.subject, click.detail) == (rows[0].contact_id, campaign.subject, '{"button":0}')
    assert [row.state for row in rows] == ["read", "sent", "sent"], "who opened it has it"
    found = await database.writer.read(lambda db: results(db, database.dialect, campaign))
    assert found.opened == 1


@pytest.mark.parametrize(
    "agent",
    [
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "SkypeUriPreview Preview/0.5",
        "",
    ],
)
async def test_what_only_looks_in_is_led_on_and_not_counted(sqlite_url: str, agent: str) -> None:
    database, clock = open_database(sqlite_url, KEY), Clock()
    await load(database, BRANCH, NOW)
    _campaign, [address] = await went(database, clock)
    async with client(database, clock) as browser:
        answer = await browser.get(address.removeprefix(SITE), headers={"User-Agent": agent}, allow_redirects=False)
        assert answer.status == 302
        await browser.head(address.removeprefix(SITE), headers=PHONE, allow_redirects=False)
        await browser.get(address.removeprefix(SITE), headers=PHONE | {"Sec-Purpose": "prefetch"}, allow_redirects=False)
    assert await clicks(database) == []
    await database.close()


async def test_an_address_tells_nothing_and_cannot_be_guessed(database: Database) -> None:
    clock = Clock()
    _campaign, addresses = await went(database, clock, 2)
    tokens = [address.rpartition("/")[2] for address in addresses]
    contacts = [row.contact_id for row in await queued(database)]
    assert not any(str(contact) in token or f"{contact:x}" in token for contact in contacts for token in tokens)
    first, second = tokens
    wrong = [first[:-1] + ("a" if first[-1] != "a" else "b"), first[:16] + second[16:], "0" + first, first.upper(), "x", "%00", "f" * 40]
    async with client(database, clock) as browser:
        assert {(await browser.get(f"/l/{token}", headers=PHONE, allow_redirects=False)).status for token in wrong} == {404}
    assert await clicks(database) == []


async def test_a_link_ends_thirty_days_after_its_campaign(database: Database) -> None:
    clock = Clock()
    _campaign, [address] = await went(database, clock)
    async with client(database, clock) as browser:
        clock.later(days=32)
        assert (await browser.get(address.removeprefix(SITE), headers=PHONE, allow_redirects=False)).status == 302
        clock.later(days=2)
        gone = await browser.get(address.removeprefix(SITE), headers=PHONE, allow_redirects=False)
        assert gone.status == 404


async def test_after_an_erasure_it_leads_nowhere(database: Database) -> None:
    clock = Clock()
    _campaign, [address] = await went(database, clock)
    await database.writer.run(lambda db: db.execute(delete(DELIVERIES)))
    async with client(database, clock) as browser:
        assert (await browser.get(address.removeprefix(SITE), headers=PHONE, allow_redirects=False)).status == 404


async def test_without_an_address_of_our_own_the_link_itself_is_sent(database: Database) -> None:
    await people(database, 1)
    await started(database, LINKED)
    await Runner(database, Clock(NOW + timedelta(seconds=1)), {"telegram": 0}, lambda _heard: None, patience=60).tick()
    [row] = await queued(database)
    assert load_page(row.page).buttons[0].url == "https://bpjs.example/panduan"
